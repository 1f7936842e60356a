/** A message is held until a key. */
import type { Call } from '../../ports/media.ts';
import { prompt } from '../flow.ts';

/** A message is held so long at most, in milliseconds; then the keys are told. */
const heldMs = 60_000;

/** Answers the key, `gone`, or undefined if none came. */
export async function waitPaused(call: Call, language: string, keys: string): Promise<string | undefined> {
  const held = await call.gather({
    language,
    items: [prompt('paused'), prompt('to-go-on'), prompt('press-8')],
    judge: (digits) => (keys.includes(digits.at(-1) ?? '') ? 'complete' : undefined),
    firstDigitMs: heldMs,
    nextDigitMs: heldMs,
  });
  if (held.kind === 'gone' || held.kind === 'aborted') return 'gone';
  return held.kind === 'complete' ? held.digits.at(-1) : undefined;
}
