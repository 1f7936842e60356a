/** When a subscriber is not to be disturbed, by the clock on their wall: over midnight and over changes of the clock. */
import type { QuietHours } from '../profile/class-of-service.ts';
import { localTime } from '../time/local-time.ts';

const minuteMs = 60_000;
const dayMinutes = 1440;
/** No clock is put forward by more. */
const longestChange = 180;

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
  // Where the clock is put back on the way, it is quiet still when the time should be over: go on from there.
  for (;;) {
    const left = (to - clock(start) + dayMinutes) % dayMinutes;
    const end = start + left * minuteMs;
    if (!quiet(end)) return new Date(clock(end) === to ? end : firstLoud(end, start, quiet));
    start = end;
  }
}

/** The clock was put forward on the way: the first minute before `end` from which on it is not quiet. */
function firstLoud(end: number, start: number, quiet: (ms: number) => boolean): number {
  for (let ms = Math.max(start, end - longestChange * minuteMs); ms < end; ms += minuteMs) {
    if (!quiet(ms)) return ms;
  }
  return end;
}

function isWithin(minute: number, from: number, to: number): boolean {
  return from <= to ? from <= minute && minute < to : minute >= from || minute < to;
}

/** `HH:MM` in minutes since midnight. */
function minuteOf(time: string): number {
  const [hours = '0', minutes = '0'] = time.split(':');
  return Number(hours) * 60 + Number(minutes);
}
