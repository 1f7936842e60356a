/** Subscribers: found, made, taken in as a table, suspended, held. */
import { useState } from 'preact/hooks';
import { ask, query } from '../../api/client.ts';
import type { ImportReport, Subscriber, SubscriberList } from '../../api/operator.ts';
import { Button } from '../../parts/button.tsx';
import { Choice, Field, Switch } from '../../parts/field.tsx';
import { complain, say } from '../../state/toasts.ts';
import { operatorWords } from '../../words/operator.ts';
import { spaced } from '../../words/times.ts';
import { act, askFirst } from './act.tsx';
import { Table } from './table.tsx';
import { useRead } from './use-read.ts';

export function Subscribers() {
  const said = operatorWords.value;
  const [number, setNumber] = useState('');
  const [wanted, setWanted] = useState('');
  const [status, setStatus] = useState('');
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const [page, read] = useRead<SubscriberList>(
    `/subscribers${query({ number: wanted, status, cursor: cursors.at(-1) })}`,
  );
  const next = page?.next;
  return (
    <>
      <form
        class="columns"
        onSubmit={(event) => {
          event.preventDefault();
          setCursors([]);
          setWanted(number.trim());
        }}
      >
        <Field label={said.find} value={number} onInput={setNumber} type="tel" />
        <Choice
          label={said.cols.status}
          value={status}
          options={[['', said.all], ...Object.entries(said.statuses)]}
          onChange={(one) => {
            setCursors([]);
            setStatus(one);
          }}
        />
        <Button type="submit">{said.search}</Button>
      </form>
      <SubscriberTable items={page?.items ?? []} read={read} />
      {next === undefined ? null : (
        <Button onClick={() => setCursors([...cursors, next])}>{said.more}</Button>
      )}
      <Fresh read={read} />
      <Import read={read} />
    </>
  );
}

interface SubscriberTableProps {
  readonly items: readonly Subscriber[];
  readonly read: () => Promise<void>;
}

function SubscriberTable({ items, read }: SubscriberTableProps) {
  const said = operatorWords.value;
  const { cols } = said;
  return (
    <Table
      label={said.parts.subscribers}
      items={items}
      keyOf={({ id }) => id}
      columns={[
        [cols.number, ({ number }) => spaced(number)],
        [cols.name, ({ name }) => name],
        [cols.status, ({ status }) => said.statuses[status]],
        [cols.class, ({ classOfService }) => classOfService],
        [cols.messages, ({ messages }) => `${messages.new} / ${messages.old}`],
        [cols.hold, ({ hold }) => hold?.why ?? (hold === undefined ? '' : '✓')],
        [cols.actions, (one) => <Actions one={one} read={read} />],
      ]}
    />
  );
}

function Actions({ one, read }: { readonly one: Subscriber; readonly read: () => Promise<void> }) {
  const said = operatorWords.value;
  const who = one.name ?? spaced(one.number);
  const become = (status: string): void =>
    void act(ask('PATCH', `/subscribers/${one.id}`, { body: { status }, version: one.version }), read);
  const hold = (method: 'PUT' | 'DELETE'): void =>
    void act(ask(method, `/mailboxes/${one.id}/hold`, method === 'PUT' ? { body: {} } : {}), read);
  return (
    <div class="buttons">
      {one.status === 'suspended' ? (
        <Button onClick={() => become('active')}>{said.resume}</Button>
      ) : (
        <Button onClick={() => askFirst(said.suspendAsk(who), said.suspend, () => become('suspended'))}>
          {said.suspend}
        </Button>
      )}
      {one.hold === undefined ? (
        <Button onClick={() => askFirst(said.holdAsk(who), said.hold, () => hold('PUT'))}>{said.hold}</Button>
      ) : (
        <Button onClick={() => askFirst(said.releaseAsk(who), said.release, () => hold('DELETE'))}>
          {said.release}
        </Button>
      )}
    </div>
  );
}

function Fresh({ read }: { readonly read: () => Promise<void> }) {
  const said = operatorWords.value;
  const [number, setNumber] = useState('');
  const [name, setName] = useState('');
  return (
    <form
      class="card"
      aria-label={said.create}
      onSubmit={(event) => {
        event.preventDefault();
        const body = { number, ...(name === '' ? {} : { name }) };
        void act(ask('POST', '/subscribers', { body, key: crypto.randomUUID() }), read);
      }}
    >
      <Field label={said.cols.number} value={number} onInput={setNumber} type="tel" required />
      <Field label={said.cols.name} value={name} onInput={setName} maxLength={80} />
      <Button type="submit">{said.create}</Button>
    </form>
  );
}

function Import({ read }: { readonly read: () => Promise<void> }) {
  const said = operatorWords.value;
  const [dry, setDry] = useState(true);
  const send = async (file: File): Promise<void> => {
    const body = new Blob([file], { type: 'text/csv' });
    const answer = await ask<ImportReport>('POST', `/subscribers/import?dryRun=${dry}`, { body });
    if (!answer.ok) return complain(answer.trouble);
    say(said.imported(answer.value.created, answer.value.changed, answer.value.bad));
    await read();
  };
  return (
    <section class="card">
      <Switch label={said.tryTable} on={dry} onChange={setDry} />
      <div class="field">
        <label for="table">{said.import}</label>
        <input
          id="table"
          type="file"
          accept=".csv,text/csv"
          onChange={({ currentTarget }) => {
            const file = currentTarget.files?.[0];
            if (file !== undefined) void send(file);
            currentTarget.value = '';
          }}
        />
      </div>
      <p>
        <a class="button plain" href="/v1/subscribers.csv" download>
          {said.export}
        </a>
      </p>
    </section>
  );
}
