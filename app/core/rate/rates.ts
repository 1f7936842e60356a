/** How often something may happen: most in a minute, an hour and a day. */

/** Windows in milliseconds. Each begins with the first use after the one before is over. */
export const windows = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
export type WindowName = keyof typeof windows;
export const windowNames = Object.keys(windows) as readonly WindowName[];

/** Most uses in each window; absent or 0: no limit. */
export type Rates = { readonly [name in WindowName]?: number | undefined };

/** One that is counted, under its key. */
export interface RateCounter {
  readonly key: string;
  readonly most: Rates;
}

/** What was counted under one key. */
export type Counted = {
  readonly [name in WindowName]?: { readonly from: Date; readonly n: number } | undefined;
};

/** Windows that are limited, with their limits. */
export function limitsIn(most: Rates): [WindowName, number][] {
  return windowNames.flatMap((name): [WindowName, number][] => {
    const limit = most[name] ?? 0;
    return limit > 0 ? [[name, limit]] : [];
  });
}

/** When a counter takes one more: now (`undefined`), or at a time. */
export function takesAt(counted: Counted, most: Rates, now: Date): Date | undefined {
  let at: number | undefined;
  for (const [name, limit] of limitsIn(most)) {
    const window = counted[name];
    if (window === undefined || !isLive(window.from, name, now) || window.n < limit) continue;
    at = Math.max(at ?? 0, window.from.getTime() + windows[name]);
  }
  return at === undefined ? undefined : new Date(at);
}

/** One that seems to begin in a future further away than itself is of a clock that was set back: it is over. */
function isLive(from: Date, name: WindowName, now: Date): boolean {
  return Math.abs(now.getTime() - from.getTime()) < windows[name];
}
