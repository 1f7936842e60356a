/** Who got in, who did not, and what was done. */
import type { Audit } from '../../api/operator.ts';
import { operatorWords } from '../../words/operator.ts';
import { momentOf } from '../../words/moments.ts';
import { Badge, type Tone } from './badge.tsx';
import { Table } from './table.tsx';
import { useRead } from './use-read.ts';

/** What somebody who looks for trouble looks for. */
const tones: Readonly<Record<string, Tone>> = { wrong: 'warn', locked: 'bad', refused: 'bad' };

export function AuditLog() {
  const { cols, parts } = operatorWords.value;
  const [found] = useRead<Audit>('/audit?limit=100');
  return (
    <Table
      label={parts.audit}
      items={found?.items}
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
  );
}
