/** Subscribers: found, made, taken in as a table, suspended, held. */
import { useState } from 'preact/hooks';
import { query } from '../../api/client.ts';
import type { ClassList, Subscriber, SubscriberList } from '../../api/operator.ts';
import { Choice, Field } from '../../parts/field.tsx';
import { operatorWords } from '../../words/operator.ts';
import { count, spaced } from '../../words/times.ts';
import { Badge, type Tone } from './badge.tsx';
import { Pages } from './pages.tsx';
import { SubscriberActions } from './subscriber-actions.tsx';
import { Import } from './subscriber-import.tsx';
import { NewSubscriber } from './subscriber-new.tsx';
import { Table } from './table.tsx';
import { useQuiet } from './use-quiet.ts';
import { useRead } from './use-read.ts';

export function Subscribers() {
  const said = operatorWords.value;
  const [typed, setTyped] = useState('');
  const [filter, setFilter] = useState({ status: '', classOfService: '' });
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const [classes] = useRead<ClassList>('/classes');
  const [page, read, trouble] = useFound(useQuiet(typed.trim()), filter, cursors.at(-1));
  const changed = (change: Partial<typeof filter>): void => {
    setCursors([]);
    setFilter({ ...filter, ...change });
  };
  return (
    <>
      <div class="tools">
        <NewSubscriber read={read} />
        <Import read={read} />
        <a class="button plain" href="/v1/subscribers.csv" download>
          {said.export}
        </a>
      </div>
      <div class="filters">
        <Field
          label={said.find}
          hint={said.findHint}
          value={typed}
          onInput={(text) => {
            setCursors([]);
            setTyped(text);
          }}
          type="tel"
        />
        <Choice
          label={said.cols.status}
          value={filter.status}
          options={[['', said.all], ...Object.entries(said.statuses)]}
          onChange={(status) => changed({ status })}
        />
        <Choice
          label={said.cols.class}
          value={filter.classOfService}
          options={[['', said.all], ...(classes?.items ?? []).map(({ name }) => [name, name] as const)]}
          onChange={(classOfService) => changed({ classOfService })}
        />
      </div>
      <SubscriberTable
        items={page?.items}
        read={read}
        again={trouble && read}
        none={
          page?.next !== undefined
            ? said.noneHere
            : typed === '' && filter.status === '' && filter.classOfService === ''
              ? said.noSubscribersYet
              : said.noSubscriber
        }
      />
      <Pages next={page?.next} cursors={cursors} set={setCursors} />
    </>
  );
}

/** By the beginning of a number; whole ones also by an alias, and as they are dialled here. */
function useFound(typed: string, filter: Readonly<Record<string, string>>, cursor: string | undefined) {
  const number = typed.replaceAll(/[\s()./-]/g, '');
  const isBeginning = /^\+\d{1,15}$/.test(number);
  const list = query({ ...filter, cursor, ...(isBeginning ? { prefix: number } : {}) });
  const isAny = number === '' || isBeginning;
  const [all, readAll, allTrouble] = useRead<SubscriberList>(isAny ? `/subscribers${list}` : undefined);
  const alone = number !== '' && (!isAny || all?.items.length === 0) && /^\+?\d{3,15}$/.test(number);
  const [one, readOne, oneTrouble] = useRead<SubscriberList>(
    alone ? `/subscribers${query({ number })}` : undefined,
  );
  const none: SubscriberList = { items: [] };
  const found = alone ? one : isAny ? all : none;
  return [found, alone ? readOne : readAll, alone ? oneTrouble : allTrouble] as const;
}

interface SubscriberTableProps {
  readonly items: readonly Subscriber[] | undefined;
  readonly read: () => Promise<void>;
  readonly again: (() => unknown) | undefined;
  readonly none: string;
}

const tones: Readonly<Record<Subscriber['status'], Tone>> = {
  provisional: 'plain',
  active: 'good',
  suspended: 'bad',
};

function SubscriberTable({ items, read, again, none }: SubscriberTableProps) {
  const said = operatorWords.value;
  const { cols } = said;
  return (
    <Table
      label={said.parts.subscribers}
      items={items}
      keyOf={({ id }) => id}
      again={again}
      none={none}
      columns={[
        [
          cols.subscriber,
          ({ name, number }) => (
            <span class="who">
              {name === undefined ? null : <strong>{name}</strong>}
              <span class={name === undefined ? '' : 'muted'}>{spaced(number)}</span>
            </span>
          ),
        ],
        [
          cols.status,
          ({ status, hold }) => (
            <span class="row-badges">
              <Badge tone={tones[status]}>{said.statuses[status]}</Badge>
              {hold === undefined ? null : (
                <Badge tone="warn">{hold.why === undefined ? said.held : `${said.held}: ${hold.why}`}</Badge>
              )}
            </span>
          ),
        ],
        [cols.class, ({ classOfService }) => classOfService],
        [cols.new, ({ messages }) => count(messages.new), 'figure'],
        [cols.old, ({ messages }) => count(messages.old), 'figure'],
        [cols.actions, (one) => <SubscriberActions one={one} read={read} />, 'row-actions'],
      ]}
    />
  );
}
