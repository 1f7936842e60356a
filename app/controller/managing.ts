/** Puts automatic management together. */
import type { Archive } from '../ports/archive.ts';
import type { Archiving } from '../services/archive.ts';
import { createSweep, type Sweep } from '../services/sweep.ts';
import type { Messaging } from './messaging.ts';
import type { Rooms } from './rooms.ts';
import type { Shared } from './shared.ts';

/** How often it looks for what is due, in milliseconds. */
const everyMs = 60_000;

/** The archive and what moves messages there; absent: there is none. */
export interface Archived {
  readonly archiving: Archiving;
  readonly objects: Archive;
}

/** Manages messages from now on, until the scheduler closes. */
export function startManaging(
  rooms: Rooms,
  shared: Shared,
  messaging: Messaging,
  archived?: Archived,
): Sweep {
  const sweep = createSweep({
    ...shared,
    ...messaging,
    shrinker: rooms.transform,
    classNames: () => Object.keys(shared.classes.current()),
    archive: archived?.archiving,
    objects: archived?.objects,
    onCounted: (mailbox) => messaging.counting.doubt(mailbox),
  });
  rooms.scheduler.worker('sweep', everyMs, async (signal) => {
    await sweep.sweepDue(signal);
  });
  return sweep;
}
