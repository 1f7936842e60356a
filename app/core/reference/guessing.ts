/** How far guessing references gets. The check digit helps nobody: whoever guesses makes it as well. */

/** References that can be drawn: nine random digits. */
export const referenceSpace = 10 ** 9;

export interface Guessing {
  /** References that can be drawn. */
  readonly space: number;
  /** Those that are in use. */
  readonly live: number;
  /** Wrong ones of one caller that are judged in a window. */
  readonly maxWrong: number;
  readonly windowMinutes: number;
  /** Callers who guess, each with a caller ID of its own. */
  readonly callers: number;
}

export interface GuessingCost {
  /** Tries until any reference is hit, on average; `Infinity` if none is in use. */
  readonly triesToHit: number;
  /** Wrong tries that are judged in a day, of all callers together. */
  readonly triesADay: number;
  readonly daysToHit: number;
}

/** Of who never tries the same twice: the mean place of the first of `live` among `space` in any order. */
export function guessingCost(guessing: Guessing): GuessingCost {
  const { space, live, maxWrong, windowMinutes, callers } = guessing;
  const triesToHit = live > 0 ? (space + 1) / (live + 1) : Infinity;
  const triesADay = (callers * maxWrong * 24 * 60) / windowMinutes;
  return { triesToHit, triesADay, daysToHit: triesToHit / triesADay };
}
