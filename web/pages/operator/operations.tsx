/** Lines, calls, queues, dead letters, sweeps and the audit log. */
import { ask } from '../../api/client.ts';
import { useState } from 'preact/hooks';
import type { Audit, Calls, Endpoints, Letters, Preview, Queues, SweepReport } from '../../api/operator.ts';
import { Button } from '../../parts/button.tsx';
import { complain, say } from '../../state/toasts.ts';
import { operatorWords } from '../../words/operator.ts';
import { longTime } from '../../words/times.ts';
import { act, askFirst } from './act.tsx';
import { Table } from './table.tsx';
import { useRead } from './use-read.ts';

const liveMs = 3000;

export function Lines() {
  const said = operatorWords.value;
  return (
    <>
      <EndpointsOf path="/trunks" title={said.trunks} />
      <EndpointsOf path="/registrations" title={said.phones} />
      <CallsNow />
    </>
  );
}

function EndpointsOf({ path, title }: { readonly path: string; readonly title: string }) {
  const { cols, states, notTold } = operatorWords.value;
  const [found] = useRead<Endpoints>(path, liveMs);
  return (
    <section class="card">
      <h2>{title}</h2>
      {found?.told === false ? <p class="notice">{notTold}</p> : null}
      <Table
        label={title}
        items={found?.items ?? []}
        keyOf={({ name }) => name}
        columns={[
          [cols.name, ({ name }) => name],
          [cols.state, ({ state }) => states[state]],
          [cols.calls, ({ calls }) => calls],
        ]}
      />
    </section>
  );
}

function CallsNow() {
  const { cols, calls } = operatorWords.value;
  const [found] = useRead<Calls>('/calls', liveMs);
  return (
    <section class="card">
      <h2>{calls}</h2>
      <Table
        label={calls}
        items={found?.items ?? []}
        keyOf={({ id }) => id}
        columns={[
          [cols.direction, ({ direction }) => (direction === 'inbound' ? '↓' : '↑')],
          [cols.trunk, ({ trunk }) => trunk],
          [cols.from, ({ from }) => from],
          [cols.to, ({ to }) => to],
          [cols.since, ({ started }) => longTime(started)],
        ]}
      />
    </section>
  );
}

export function Waiting() {
  const { cols, parts, letters, retry, drop, dropAsk } = operatorWords.value;
  const [queues, readQueues] = useRead<Queues>('/queues');
  const [dead, readDead] = useRead<Letters>('/dead-letters');
  const again = async (): Promise<void> => void (await Promise.all([readQueues(), readDead()]));
  return (
    <>
      <section class="card">
        <Table
          label={parts.queues}
          items={Object.entries(queues?.due ?? {})}
          keyOf={([name]) => name}
          columns={[
            [cols.queue, ([name]) => name],
            [cols.due, ([, { count }]) => count],
            [cols.since, ([, { oldest }]) => (oldest === undefined ? '' : longTime(oldest))],
          ]}
        />
      </section>
      <section class="card">
        <h2>{letters}</h2>
        <Table
          label={letters}
          items={dead?.items ?? []}
          keyOf={({ id }) => id}
          columns={[
            [cols.kind, ({ gateway, kind }) => `${gateway} ${kind}`],
            [cols.to, ({ to }) => to],
            [cols.tries, ({ tries }) => tries],
            [cols.error, ({ lastError }) => lastError],
            [
              cols.actions,
              ({ id, to }) => (
                <div class="buttons">
                  <Button onClick={() => void act(ask('POST', `/dead-letters/${id}/retry`), again)}>
                    {retry}
                  </Button>
                  <Button
                    look="danger"
                    onClick={() =>
                      askFirst(dropAsk(to), drop, () => void act(ask('DELETE', `/dead-letters/${id}`), again))
                    }
                  >
                    {drop}
                  </Button>
                </div>
              ),
            ],
          ]}
        />
      </section>
    </>
  );
}

export function Sweeps() {
  const said = operatorWords.value;
  const [due, read] = useRead<Preview>('/sweeps/preview');
  const [busy, setBusy] = useState(false);
  const run = async (): Promise<void> => {
    setBusy(true);
    const answer = await ask<SweepReport>('POST', '/sweeps');
    setBusy(false);
    if (!answer.ok) return complain(answer.trouble);
    say(said.swept(answer.value.purged, answer.value.failed));
    await read();
  };
  if (due === undefined) return null;
  return (
    <section class="card">
      <h2>{said.preview}</h2>
      <dl class="columns">
        {(['purge', 'compress', 'archive', 'held'] as const).map((one) => (
          <div key={one}>
            <dt class="muted">{said.sweep[one]}</dt>
            <dd>{due[one]}</dd>
          </div>
        ))}
      </dl>
      <div class="buttons">
        <Button onClick={() => void read()}>{said.refresh}</Button>
        <Button
          look="danger"
          busy={busy}
          onClick={() => askFirst(said.runAsk(due.purge), said.run, () => void run())}
        >
          {said.run}
        </Button>
      </div>
    </section>
  );
}

export function AuditLog() {
  const { cols, parts } = operatorWords.value;
  const [found] = useRead<Audit>('/audit?limit=100');
  return (
    <Table
      label={parts.audit}
      items={found?.items ?? []}
      keyOf={({ id }) => id}
      columns={[
        [cols.at, ({ at }) => longTime(at)],
        [cols.event, ({ event }) => event],
        [cols.outcome, ({ outcome }) => outcome],
        [cols.by, ({ by }) => by],
        [cols.subject, ({ subject }) => subject],
        [cols.caller, ({ caller }) => caller],
      ]}
    />
  );
}
