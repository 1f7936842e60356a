/** Trunks, phones and calls, as they are at this moment. */
import type { Calls, Endpoints } from '../../api/operator.ts';
import { operatorWords } from '../../words/operator.ts';
import { ageOf } from '../../words/moments.ts';
import { count, spaced } from '../../words/times.ts';
import { Badge, type Tone } from './badge.tsx';
import { Table } from './table.tsx';
import { useRead } from './use-read.ts';

const liveMs = 3000;
type State = Endpoints['items'][number]['state'];
const tones: Readonly<Record<State, Tone>> = { online: 'good', offline: 'bad', unknown: 'plain' };

export function Lines() {
  const said = operatorWords.value;
  return (
    <>
      <CallsNow />
      <div class="halves">
        <EndpointsOf path="/trunks" title={said.trunks} />
        <EndpointsOf path="/registrations" title={said.phones} />
      </div>
    </>
  );
}

function EndpointsOf({ path, title }: { readonly path: string; readonly title: string }) {
  const { cols, states, notTold } = operatorWords.value;
  const [found, read, trouble] = useRead<Endpoints>(path, liveMs);
  return (
    <section class="card">
      <h2>{title}</h2>
      {found?.told === false ? <p class="notice">{notTold}</p> : null}
      <Table
        label={title}
        items={found?.items}
        again={trouble && read}
        keyOf={({ name }) => name}
        columns={[
          [cols.name, ({ name }) => name],
          [cols.state, ({ state }) => <Badge tone={tones[state]}>{states[state]}</Badge>],
          [cols.calls, ({ calls }) => count(calls), 'figure'],
        ]}
      />
    </section>
  );
}

function CallsNow() {
  const { cols, calls, callsHere, noCalls, directions, privateNumber, ringing } = operatorWords.value;
  const [found, read, trouble] = useRead<Calls>('/calls', liveMs);
  return (
    <section class="card">
      <h2>{calls}</h2>
      {found?.whole === false ? <p class="notice">{callsHere}</p> : null}
      <Table
        label={calls}
        items={found?.items}
        again={trouble && read}
        keyOf={({ id, node, started, to }) => `${node} ${id} ${started} ${to}`}
        none={noCalls}
        columns={[
          [cols.direction, ({ direction }) => directions[direction]],
          [cols.from, ({ from }) => (from === undefined ? privateNumber : spaced(from))],
          [cols.to, ({ to }) => spaced(to)],
          [cols.trunk, ({ trunk }) => trunk],
          [cols.lasts, ({ started }) => ageOf(started), 'figure'],
          [cols.answered, ({ answered }) => (answered === undefined ? ringing : ageOf(answered)), 'figure'],
        ]}
      />
    </section>
  );
}
