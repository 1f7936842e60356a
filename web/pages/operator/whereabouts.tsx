/** Subscribers of this node who are at another. */
import { useState } from 'preact/hooks';
import { query } from '../../api/client.ts';
import type { Whereabouts as Where } from '../../api/operator.ts';
import { operatorWords } from '../../words/operator.ts';
import { momentOf } from '../../words/moments.ts';
import { spaced } from '../../words/times.ts';
import { Badge } from './badge.tsx';
import { Pages } from './pages.tsx';
import { Table } from './table.tsx';
import { useRead } from './use-read.ts';

export function Whereabouts() {
  const said = operatorWords.value;
  const { cols, whereabouts, nobodyAway, places } = said;
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const [found, read, trouble] = useRead<Where>(`/roaming${query({ cursor: cursors.at(-1) })}`);
  return (
    <section class="card">
      <h2>{whereabouts}</h2>
      <Table
        label={whereabouts}
        items={found?.items}
        again={trouble && read}
        keyOf={({ number }) => number}
        none={cursors.length === 0 ? nobodyAway : said.none}
        columns={[
          [cols.subscriber, ({ number }) => spaced(number)],
          [cols.node, ({ node }) => node],
          [
            cols.state,
            ({ state }) => <Badge tone={state === 'away' ? 'good' : 'warn'}>{places[state]}</Badge>,
          ],
          [cols.since, ({ since }) => (since === undefined ? said.idle : momentOf(since))],
        ]}
      />
      <Pages next={found?.next} cursors={cursors} set={setCursors} />
    </section>
  );
}
