/** What waits to be done, and what was given up. */
import { ask } from '../../api/client.ts';
import type { Letters, Queues as Readings } from '../../api/operator.ts';
import { Button } from '../../parts/button.tsx';
import { operatorWords } from '../../words/operator.ts';
import { ageOf, momentOf } from '../../words/moments.ts';
import { count, spaced } from '../../words/times.ts';
import { act, askFirst } from './act.tsx';
import { Table } from './table.tsx';
import { useRead } from './use-read.ts';

const liveMs = 5000;

export function Queues() {
  const { cols, dueNow, queues: names, idle } = operatorWords.value;
  const [found, read, trouble] = useRead<Readings>('/queues', liveMs);
  const shown = (n: number): string => (n >= (found?.most ?? Infinity) ? `≥ ${count(n)}` : count(n));
  return (
    <>
      <section class="card">
        <h2>{dueNow}</h2>
        <Table
          label={dueNow}
          items={found && Object.entries(found.due)}
          again={trouble && read}
          keyOf={([name]) => name}
          columns={[
            [cols.queue, ([name]) => (name in names ? names[name as keyof typeof names] : name)],
            [cols.due, ([, one]) => shown(one.count), 'figure'],
            [cols.oldest, ([, { oldest }]) => (oldest === undefined ? idle : ageOf(oldest)), 'figure'],
          ]}
        />
      </section>
      <DeadLetters readQueues={read} />
    </>
  );
}

type Letter = Letters['items'][number];

function DeadLetters({ readQueues }: { readonly readQueues: () => Promise<void> }) {
  const said = operatorWords.value;
  const { cols, letters, noLetters } = said;
  const [dead, readDead, trouble] = useRead<Letters>('/dead-letters?limit=100');
  const again = async (): Promise<void> => void (await Promise.all([readQueues(), readDead()]));
  const to = (one: Letter): string => spaced(one.to);
  return (
    <section class="card">
      <h2>{letters}</h2>
      <Table
        label={letters}
        items={dead?.items}
        again={trouble && readDead}
        keyOf={({ id }) => id}
        none={noLetters}
        columns={[
          [
            cols.to,
            (one) => (
              <span class="who">
                <strong>{to(one)}</strong>
                <span class="muted">
                  {one.gateway} · {one.kind}
                </span>
              </span>
            ),
          ],
          [cols.error, ({ lastError }) => <span class="long">{lastError}</span>],
          [cols.tries, ({ tries }) => count(tries), 'figure'],
          [cols.created, ({ created }) => momentOf(created)],
          [
            cols.actions,
            (one) => (
              <div class="buttons">
                <Button
                  onClick={() =>
                    void act(ask('POST', `/dead-letters/${one.id}/retry`), {
                      said: said.retried(to(one)),
                      after: again,
                    })
                  }
                >
                  {said.retry}
                </Button>
                <Button
                  look="danger"
                  onClick={() =>
                    askFirst({
                      text: said.dropAsk(to(one)),
                      yes: said.drop,
                      act: () =>
                        void act(ask('DELETE', `/dead-letters/${one.id}`), {
                          said: said.dropped(to(one)),
                          after: again,
                        }),
                    })
                  }
                >
                  {said.drop}
                </Button>
              </div>
            ),
            'row-actions',
          ],
        ]}
      />
    </section>
  );
}
