/** Other nodes, and how far what they are to have is behind. */
import type { Nodes as NodeList } from '../../api/operator.ts';
import { session } from '../../state/session.ts';
import { operatorWords } from '../../words/operator.ts';
import { span } from '../../words/moments.ts';
import { count } from '../../words/times.ts';
import { Badge, type Tone } from './badge.tsx';
import { Table } from './table.tsx';
import { useRead } from './use-read.ts';
import { Whereabouts } from './whereabouts.tsx';

const liveMs = 3000;
type State = NodeList['items'][number]['state'];
const tones: Readonly<Record<State, Tone>> = { even: 'good', behind: 'warn', away: 'bad' };

export function Nodes() {
  const { cols, parts, nodeStates, noNodes, thisNode } = operatorWords.value;
  const [found, read, trouble] = useRead<NodeList>('/nodes', liveMs);
  const who = session.value;
  const seesWhere = who.kind === 'operator' && who.scopes.includes('subscribers:read');
  return (
    <>
      {found === undefined ? null : <p>{thisNode(found.self)}</p>}
      <Table
        label={parts.nodes}
        items={found?.items}
        again={trouble && read}
        keyOf={({ name }) => name}
        none={noNodes}
        columns={[
          [cols.name, ({ name }) => <strong>{name}</strong>],
          [cols.state, ({ state }) => <Badge tone={tones[state]}>{nodeStates[state]}</Badge>],
          [cols.prefixes, ({ prefixes }) => <span class="long">{prefixes.join(', ')}</span>],
          [cols.visitors, ({ visitors }) => count(visitors), 'figure'],
          [cols.waiting, ({ waiting }) => count(waiting), 'figure'],
          [cols.lag, ({ lagSeconds }) => span(lagSeconds), 'figure'],
        ]}
      />
      {seesWhere && (found?.items.length ?? 0) > 0 ? <Whereabouts /> : null}
    </>
  );
}
