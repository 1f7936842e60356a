/** Puts together what tells of what happens. */
import type { AppEvent } from '../core/event/event.ts';
import { createEvents, type Events } from '../services/events.ts';
import type { CallsInProgress } from '../services/calls-in-progress.ts';
import { createLiveCalls, type LiveCalls } from '../services/live-calls.ts';
import { createHookTeller } from '../services/tell-hooks.ts';
import { createStillIn, type StillIn } from '../services/still-in.ts';
import type { Standing } from '../services/standing.ts';
import { apart } from './metering.ts';
import type { Messaging } from './messaging.ts';
import type { Rooms } from './rooms.ts';
import type { Running } from './running.ts';
import type { Shared } from './shared.ts';
import { tellingStore } from './telling.ts';

export interface Happening {
  readonly events: Events;
  readonly stillIn: StillIn;
  readonly calls: LiveCalls;
}

/** The rooms, with a store that tells what is changed through it. */
export function withEvents(rooms: Rooms): { readonly rooms: Rooms; readonly events: Events } {
  const { clock, random, log } = rooms;
  const events = createEvents({ store: rooms.store.events, clock, random, log });
  // What is told of one call is written with that of others.
  const publish = apart<[AppEvent], void>((event) => events.publish(event));
  return { rooms: { ...rooms, store: tellingStore(rooms.store, publish) }, events: { ...events, publish } };
}

export function createHappening(
  rooms: Pick<Rooms, 'config' | 'gateways'>,
  shared: Shared,
  { account, textsDue }: Pick<Messaging, 'account' | 'textsDue'>,
  own: {
    readonly events: Events;
    readonly calls: CallsInProgress;
    readonly standing: Standing;
    readonly running: Pick<Running, 'watch'>;
  },
): Happening {
  const { config, gateways } = rooms;
  const { events } = own;
  // What one call begins is written with that of others.
  const here = {
    ...own.calls,
    watch: (told: Parameters<CallsInProgress['watch']>[0]) => own.calls.watch(apart(told)),
  };
  own.calls.watch((moment, { started, answered, ...call }) =>
    events.publish({
      type: `call.${moment}`,
      ...call,
      node: config.node,
      started: started.toISOString(),
      ...(answered === undefined ? {} : { answered: answered.toISOString() }),
    }),
  );
  const { hooks } = config.webhooks;
  if (hooks.length > 0) {
    const teller = createHookTeller({
      ...shared,
      gateways,
      account,
      hooks,
      retry: config.notify,
      onDue: (at) => textsDue.worker?.wakeAt(at),
    });
    events.onOwn((batch) => {
      teller.tell(batch);
      own.running.watch(teller.idle());
    });
  }
  return {
    events,
    stillIn: createStillIn({ ...shared, standing: own.standing }),
    calls: createLiveCalls({ ...shared, here, node: config.node }),
  };
}
