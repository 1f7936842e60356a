/** Automatic management: what is due, what the last run did, and a run by hand. */
import { useState } from 'preact/hooks';
import { ask } from '../../api/client.ts';
import type { LastSweep, Preview, SweepReport } from '../../api/operator.ts';
import { Button } from '../../parts/button.tsx';
import { complain, say } from '../../state/toasts.ts';
import { operatorWords } from '../../words/operator.ts';
import { momentOf, span } from '../../words/moments.ts';
import { count } from '../../words/times.ts';
import { askFirst } from './act.tsx';
import { Facts } from './facts.tsx';
import { NotRead } from './table.tsx';
import { useRead } from './use-read.ts';

export function Sweeps() {
  const said = operatorWords.value;
  const [due, readDue, trouble] = useRead<Preview>('/sweeps/preview');
  const [last, readLast] = useRead<LastSweep>('/sweeps/last');
  const [busy, setBusy] = useState(false);
  const read = async (): Promise<void> => void (await Promise.all([readDue(), readLast()]));
  const run = async (): Promise<void> => {
    setBusy(true);
    const answer = await ask<SweepReport>('POST', '/sweeps');
    setBusy(false);
    if (!answer.ok) return complain(answer.trouble);
    const { purged, compressed, archived, failed } = answer.value;
    say(said.swept(purged, compressed, archived, failed));
    await read();
  };
  return (
    <>
      <section class="card">
        <h2>{said.preview}</h2>
        {trouble === undefined ? (
          <Facts
            items={(['purge', 'compress', 'archive', 'held'] as const).map(
              (one) => [said.sweep[one], due === undefined ? '…' : count(due[one])] as const,
            )}
          />
        ) : (
          <NotRead again={read} />
        )}
        <div class="buttons">
          <Button onClick={() => void read()}>{said.refresh}</Button>
          <Button
            look="danger"
            busy={busy}
            disabled={due === undefined}
            onClick={() =>
              askFirst({ text: said.runAsk(due?.purge ?? 0), yes: said.run, act: () => void run() })
            }
          >
            {said.run}
          </Button>
        </div>
      </section>
      <Last last={last} />
    </>
  );
}

function Last({ last }: { readonly last: LastSweep | undefined }) {
  const said = operatorWords.value;
  if (last === undefined) return null;
  return (
    <div class="halves">
      <Run title={said.lastSweep} run={last.last} none={said.noSweep} />
      <Run title={said.lastEffective} run={last.effective} none={said.noEffective} />
    </div>
  );
}

interface RunProps {
  readonly title: string;
  readonly run: LastSweep['last'];
  readonly none: string;
}

function Run({ title, run, none }: RunProps) {
  const said = operatorWords.value;
  return (
    <section class="card">
      <div>
        <h2>{title}</h2>
        <p class="muted">
          {run === undefined ? none : said.endedAfter(momentOf(run.ended), span(run.seconds))}
        </p>
      </div>
      {run === undefined ? null : (
        <Facts
          items={(['purged', 'compressed', 'archived', 'held', 'failed'] as const).map(
            (one) => [said.did[one], count(run[one])] as const,
          )}
        />
      )}
    </section>
  );
}
