/** Programs that are told of events; they are set up in the configuration. */
import type { Hooks } from '../../api/operator.ts';
import { operatorWords } from '../../words/operator.ts';
import { ageOf, momentOf } from '../../words/moments.ts';
import { count } from '../../words/times.ts';
import { Badge, type Tone } from './badge.tsx';
import { Table } from './table.tsx';
import { useRead } from './use-read.ts';

const liveMs = 5000;
type Hook = Hooks['items'][number];
type State = 'working' | 'failing' | 'untried';
const tones: Readonly<Record<State, Tone>> = { working: 'good', failing: 'bad', untried: 'plain' };

export function Webhooks() {
  const said = operatorWords.value;
  const { cols, parts } = said;
  const [found, read, trouble] = useRead<Hooks>('/webhooks', liveMs);
  const shown = (n: number): string => (n >= (found?.most ?? Infinity) ? `≥ ${count(n)}` : count(n));
  return (
    <Table
      label={parts.webhooks}
      items={found?.items}
      again={trouble && read}
      keyOf={({ name }) => name}
      none={said.noHooks}
      columns={[
        [
          cols.name,
          ({ name, host }) => (
            <span class="who">
              <strong>{name}</strong>
              <span class="muted">{host}</span>
            </span>
          ),
        ],
        [cols.state, (one) => <Badge tone={tones[stateOf(one)]}>{said.hookStates[stateOf(one)]}</Badge>],
        [cols.events, ({ events }) => <span class="long">{events?.join(', ') ?? said.allEvents}</span>],
        [cols.waiting, (one) => waitingOf(one, shown), 'figure'],
        [cols.letters, ({ deadLetters }) => shown(deadLetters), 'figure'],
        [cols.delivered, ({ delivered }) => <Moment {...delivered} />],
        [cols.failed, ({ failed }) => <Moment {...failed} />],
      ]}
    />
  );
}

/** By what came last. */
function stateOf({ delivered, failed }: Hook): State {
  if (delivered.last === undefined && failed.last === undefined) return 'untried';
  return (failed.last ?? '') > (delivered.last ?? '') ? 'failing' : 'working';
}

function waitingOf({ waiting, oldest }: Hook, shown: (n: number) => string): string {
  return oldest === undefined ? shown(waiting) : `${shown(waiting)} · ${ageOf(oldest)}`;
}

function Moment({ count: n, last, error }: Hook['failed']) {
  return (
    <span class="who">
      <span>{count(n)}</span>
      {last === undefined ? null : <span class="muted">{momentOf(last)}</span>}
      {error === undefined ? null : <span class="muted">{error}</span>}
    </span>
  );
}
