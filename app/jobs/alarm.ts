/** Rings at each of the times it was set to. */

/** Node's timers overflow past this and fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface Alarm {
  /** Setting the same time twice rings once; a time that has passed rings at once. */
  set(at: Date): void;
  /** Forgets all times. */
  clear(): void;
}

/** Rings by `now`, in milliseconds since the epoch. */
export function createAlarm(ring: () => void, now: () => number): Alarm {
  /** Milliseconds since the epoch, ascending. */
  let times: number[] = [];
  let timer: NodeJS.Timeout | undefined;

  const arm = (): void => {
    clearTimeout(timer);
    const first = times[0];
    if (first === undefined) return;
    timer = setTimeout(check, Math.min(Math.max(first - now(), 0), LONGEST_TIMER_MS));
  };
  const check = (): void => {
    const time = now();
    const due = times[0] !== undefined && times[0] <= time;
    times = times.filter((other) => other > time);
    arm();
    if (due) ring();
  };
  return {
    set: (at) => {
      const time = at.getTime();
      if (Number.isNaN(time) || times.includes(time)) return;
      const place = times.findIndex((other) => other > time);
      times.splice(place === -1 ? times.length : place, 0, time);
      if (times[0] === time) arm();
    },
    clear: () => {
      clearTimeout(timer);
      times = [];
    },
  };
}
