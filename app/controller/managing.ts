/** Puts automatic management together. */
import { createSweep, type Sweep } from '../services/sweep.ts';
import { assertRightClock } from '../services/right-clock.ts';
import type { Messaging } from './messaging.ts';
import type { Rooms } from './rooms.ts';
import type { Shared } from './shared.ts';

/** How often it looks for what is due, in milliseconds. */
const everyMs = 60_000;

/** Manages messages from now on, until the scheduler closes. */
export function startManaging(rooms: Rooms, shared: Shared, messaging: Messaging): Sweep {
  const sweep = createSweep({
    ...shared,
    ...messaging,
    shrinker: rooms.transform,
    assertClock: () => assertRightClock(shared),
    classNames: () => Object.keys(shared.classes.current()),
    archive: rooms.archive === undefined ? undefined : shared.archiving,
    onCounted: (mailbox) => messaging.counting.doubt(mailbox),
  });
  rooms.scheduler.worker('sweep', everyMs, async (signal) => {
    await sweep.sweepDue(signal);
  });
  return sweep;
}
