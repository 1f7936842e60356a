/** How often and how late something is tried again. */
export interface RetryRule {
  /** Tries until it is given up. */
  readonly maxTries: number;
  /** Wait before the second try, in milliseconds; doubled each time. */
  readonly firstRetryMs: number;
  /** Longest wait between tries, in milliseconds. */
  readonly maxRetryMs: number;
}

/**
 * When to try again after a failure; `undefined` = given up.
 * @param tries tries made so far, the failed one included
 * @param jitterDigit a random digit 0–9 that lengthens the wait by up to 18 %, so that what failed together is not all
 * tried again at one time
 */
export function nextTry(tries: number, rule: RetryRule, now: Date, jitterDigit = 0): Date | undefined {
  if (tries >= rule.maxTries) return undefined;
  const doubled = rule.firstRetryMs * 2 ** Math.min(Math.max(0, tries - 1), 40);
  const spread = 1 + Math.min(Math.max(0, jitterDigit), 9) / 50;
  return new Date(now.getTime() + Math.round(Math.min(doubled * spread, rule.maxRetryMs)));
}
