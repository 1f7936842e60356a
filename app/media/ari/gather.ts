import type { GatherResult, GatherRule } from '../../ports/media.ts';
import type { Leg } from './leg.ts';
import { playSegments } from './play.ts';
import type { Segment } from './sounds.ts';
import { after } from './timer.ts';

/** Most digits that one `gather` takes, whatever its judge says. */
const mostDigits = 64;

/** Plays until the first digit, then collects digits until the judge is content or no more come. */
export async function gather(
  leg: Leg,
  segments: readonly Segment[],
  rule: GatherRule,
  begun?: () => void,
): Promise<GatherResult> {
  const played = await playSegments(leg, segments, { typeAhead: true, signal: rule.signal, begun });
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

function nextKey(leg: Leg, ms: number, signal: AbortSignal | undefined): Promise<string> {
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
