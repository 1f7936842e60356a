/** When a subscriber is not to be disturbed, by the clock on their wall: over midnight and over changes of the clock. */
import type { QuietHours } from '../profile/class-of-service.ts';
import { localTime } from '../time/local-time.ts';

const minuteMs = 60_000;
const dayMinutes = 1440;

interface Zoned {
  readonly quietHours?: QuietHours | undefined;
  readonly timeZone: string;
}

/**
 * The end of the quiet hours that `at` lies in: the first full minute that is not quiet; `undefined` if it lies in none.
 * The hours begin with `from` and end before `to`; both the same mean that there are none.
 */
export function quietUntil(at: Date, { quietHours, timeZone }: Zoned): Date | undefined {
  if (quietHours === undefined) return undefined;
  const from = minuteOf(quietHours.from);
  const to = minuteOf(quietHours.to);
  const clock = (ms: number): number => localTime(new Date(ms), timeZone).minute;
  const quiet = (ms: number): boolean => isWithin(clock(ms), from, to);
  let start = Math.floor(at.getTime() / minuteMs) * minuteMs;
  if (!quiet(start)) return undefined;
  for (;;) {
    const left = (to - clock(start) + dayMinutes) % dayMinutes;
    const end = start + left * minuteMs;
    if (clock(end) === to) return new Date(end);
    // The clock was changed on the way: that moment may be loud; if not, go on from there.
    start = firstChanged(start, end, clock);
    if (!quiet(start)) return new Date(start);
  }
}

/** The first minute after `start` at which the clock shows another time than had it run on; `end` is such a minute. */
function firstChanged(start: number, end: number, clock: (ms: number) => number): number {
  let before = start;
  let after = end;
  while (after - before > minuteMs) {
    const middle = before + Math.floor((after - before) / 2 / minuteMs) * minuteMs;
    const expected = (clock(start) + (middle - start) / minuteMs) % dayMinutes;
    if (clock(middle) === expected) before = middle;
    else after = middle;
  }
  return after;
}

function isWithin(minute: number, from: number, to: number): boolean {
  return from <= to ? from <= minute && minute < to : minute >= from || minute < to;
}

/** `HH:MM` in minutes since midnight. */
function minuteOf(time: string): number {
  const [hours = '0', minutes = '0'] = time.split(':');
  return Number(hours) * 60 + Number(minutes);
}
