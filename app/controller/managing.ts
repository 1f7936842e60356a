/** Puts automatic management together. */
import { notedSweep, type NotedSweep } from '../services/note-sweeps.ts';
import { createSweep } from '../services/sweep.ts';
import { assertRightClock } from '../services/right-clock.ts';
import type { Messaging } from './messaging.ts';
import type { Rooms } from './rooms.ts';
import type { Shared } from './shared.ts';

/** How often it looks for what is due, in milliseconds. */
const everyMs = 60_000;

/** Manages messages from now on, until the scheduler closes. */
export function startManaging(rooms: Rooms, shared: Shared, messaging: Messaging): NotedSweep {
  const plain = createSweep({
    ...shared,
    ...messaging,
    shrinker: rooms.transform,
    assertClock: () => assertRightClock(shared),
    classNames: () => Object.keys(shared.classes.current()),
    archive: rooms.archive === undefined ? undefined : shared.archiving,
    onCounted: (mailbox) => messaging.counting.doubt(mailbox),
  });
  const sweep = notedSweep(plain, shared);
  rooms.scheduler.worker('sweep', everyMs, async (signal) => {
    await sweep.sweepDue(signal);
  });
  return sweep;
}
