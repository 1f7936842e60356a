/** Puts together what operators do over the web. */
import { createExports } from '../services/cdr-export.ts';
import { createDirectory } from '../services/directory.ts';
import { createHolds } from '../services/holds.ts';
import { createLetters } from '../services/letters.ts';
import type { LiveCalls } from '../services/live-calls.ts';
import { createSubscriberDesk } from '../services/subscriber-desk.ts';
import type { Roaming } from '../services/roaming.ts';
import type { NotedSweep } from '../services/note-sweeps.ts';
import { createHookWatch, type HookTally } from '../services/watch-hooks.ts';
import type { NodeWatch } from '../services/watch-nodes.ts';
import { createOverview } from '../services/watch-over.ts';
import type { Admission } from './admitting.ts';
import type { Messaging } from './messaging.ts';
import type { Rooms } from './rooms.ts';
import type { Shared } from './shared.ts';

export type Operating = ReturnType<typeof createOperating>;

/** The use cases of the operator's routes; the web gateway says which it needs. */
export function createOperating(
  rooms: Pick<Rooms, 'config' | 'archive' | 'tables' | 'endpoints'>,
  shared: Shared,
  messaging: Pick<Messaging, 'auditor' | 'authentication' | 'textsDue'>,
  own: {
    readonly admission: Admission;
    readonly sweep: NotedSweep;
    readonly calls: LiveCalls;
    readonly nodes: NodeWatch;
    readonly hooks: HookTally;
    readonly roaming?: Roaming | undefined;
  },
) {
  const { auditor, authentication, textsDue } = messaging;
  const { tables, endpoints, config } = rooms;
  const all = { ...shared, auditor, tables };
  const directory = createDirectory({ ...shared, languages: shared.texts.languages });
  return {
    auditor,
    clock: shared.clock,
    profiles: shared.profiles,
    directory,
    pins: authentication,
    holds: createHolds(all),
    desk: createSubscriberDesk({ ...all, directory }),
    classes: shared.classes,
    books: createExports(all),
    letters: createLetters({ ...all, onDue: (at) => textsDue.worker?.wakeAt(at) }),
    overview: createOverview({ ...all, endpoints, trunks: config.trunks }),
    sweep: own.sweep,
    nodes: { self: config.node, list: () => own.nodes.list() },
    hooks: createHookWatch({ ...shared, hooks: config.webhooks.hooks, tally: own.hooks }),
    calls: own.calls,
    roaming: own.roaming,
    keys: own.admission.keys,
    operators: own.admission.operators,
  };
}
