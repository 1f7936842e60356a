import type { GatherResult, GatherRule, PlayEnd } from '../../ports/media.ts';
import type { Keys } from './keys.ts';
import { after } from './timer.ts';

/** What of a leg is needed here. */
interface Line {
  readonly keys: Keys;
  readonly gone: AbortSignal;
}

/** Most digits that one `gather` takes, whatever its judge says. */
const mostDigits = 64;

/**
 * Collects digits until the judge is content or no more come.
 * @param play plays what is asked before, until the first digit, which stays among the keys
 */
export async function gather(
  leg: Line,
  play: () => Promise<PlayEnd>,
  rule: GatherRule,
): Promise<GatherResult> {
  const played = await play();
  if (played.kind === 'gone' || played.kind === 'aborted') return { kind: played.kind };
  for (let digits = ''; ;) {
    const key = await nextKey(leg, digits === '' ? rule.firstDigitMs : rule.nextDigitMs, rule.signal);
    if (key === 'silence') return { kind: 'silence', digits };
    if (key === 'gone' || key === 'aborted') return { kind: key };
    digits += key;
    const verdict = rule.judge(digits) ?? (digits.length >= mostDigits ? 'invalid' : undefined);
    if (verdict !== undefined) return { kind: verdict, digits };
  }
}

function nextKey(leg: Line, ms: number, signal: AbortSignal | undefined): Promise<string> {
  return new Promise((resolve) => {
    const settle = (result: string) => {
      cancelTimer();
      leg.keys.listener = undefined;
      leg.gone.removeEventListener('abort', check);
      signal?.removeEventListener('abort', check);
      resolve(result);
    };
    const cancelTimer = after(ms, () => settle('silence'));
    const check = () => {
      if (leg.gone.aborted) return settle('gone');
      if (signal?.aborted) return settle('aborted');
      const key = leg.keys.shift();
      if (key !== undefined) settle(key);
    };
    leg.keys.listener = check;
    leg.gone.addEventListener('abort', check);
    signal?.addEventListener('abort', check);
    check();
  });
}
