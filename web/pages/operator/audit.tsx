/** Who got in, who did not, and what was done. */
import { useState } from 'preact/hooks';
import { query } from '../../api/client.ts';
import type { Audit } from '../../api/operator.ts';
import { operatorWords } from '../../words/operator.ts';
import { momentOf } from '../../words/moments.ts';
import { Badge, type Tone } from './badge.tsx';
import { Pages } from './pages.tsx';
import { Table } from './table.tsx';
import { useRead } from './use-read.ts';

/** What somebody who looks for trouble looks for. */
const tones: Readonly<Record<string, Tone>> = { wrong: 'warn', locked: 'bad', refused: 'bad' };

export function AuditLog() {
  const { cols, parts, older, newer } = operatorWords.value;
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const [found, read, trouble] = useRead<Audit>(`/audit${query({ cursor: cursors.at(-1) })}`);
  return (
    <>
      <Table
        label={parts.audit}
        items={found?.items}
        again={trouble && read}
        keyOf={({ id }) => id}
        columns={[
          [cols.at, ({ at }) => momentOf(at)],
          [cols.event, ({ event }) => event],
          [cols.outcome, ({ outcome }) => <Badge tone={tones[outcome] ?? 'plain'}>{outcome}</Badge>],
          [cols.by, ({ by }) => by],
          [
            cols.subject,
            ({ subject }) => (subject === undefined ? undefined : <span class="long">{subject}</span>),
          ],
          [cols.caller, ({ caller }) => <span class="long">{caller}</span>],
        ]}
      />
      <Pages next={found?.next} cursors={cursors} set={setCursors} words={{ before: newer, more: older }} />
    </>
  );
}
