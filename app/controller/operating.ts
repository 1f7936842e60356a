/** Puts together what operators do over the web. */
import type { CallsInProgress } from '../services/calls-in-progress.ts';
import { createExports } from '../services/cdr-export.ts';
import { createDirectory } from '../services/directory.ts';
import { createHolds } from '../services/holds.ts';
import { createLetters } from '../services/letters.ts';
import { createSubscriberDesk } from '../services/subscriber-desk.ts';
import type { Sweep } from '../services/sweep.ts';
import type { Roaming } from '../services/roaming.ts';
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
    readonly sweep: Sweep;
    readonly calls: CallsInProgress;
    readonly roaming?: Roaming | undefined;
  },
) {
  const { auditor, authentication, textsDue } = messaging;
  const { tables, endpoints, config } = rooms;
  const all = { ...shared, auditor, tables };
  const directory = createDirectory({ ...shared, archive: rooms.archive, languages: shared.texts.languages });
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
    calls: own.calls,
    roaming: own.roaming,
    keys: own.admission.keys,
    operators: own.admission.operators,
  };
}
