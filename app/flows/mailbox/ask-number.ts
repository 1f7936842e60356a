/** Asks for digits that end with `#`. */
import type { PlayItem } from '../../core/prompt/play-item.ts';
import { prompt, say } from '../flow.ts';
import type { Session } from './session.ts';

/** Times that it is asked of a line that presses nothing. */
const patience = 3;
/** How long the first key is waited for, and each further one, in milliseconds. */
const firstMs = 8000;
const nextMs = 4000;
/** More than the longest number and its prefix. */
const mostKeys = 24;

/**
 * @returns the keys without their `#`, which may be missing at the end of a pause: `` and `*` too; `gone`: hung up, or
 *   nothing came, which has been said
 */
export async function askNumber(
  { call, profile }: Session,
  ...items: readonly PlayItem[]
): Promise<{ readonly keys: string } | 'gone'> {
  const { language } = profile;
  for (let silent = 0; silent < patience; silent += 1) {
    const typed = await call.gather({
      language,
      items,
      judge: (keys) => (keys.endsWith('#') || keys.length >= mostKeys ? 'complete' : undefined),
      firstDigitMs: firstMs,
      nextDigitMs: nextMs,
    });
    if (typed.kind === 'gone' || typed.kind === 'aborted') return 'gone';
    if (typed.digits !== '') return { keys: typed.digits.replace(/#$/, '') };
  }
  await say(call, { language }, prompt('no-key-heard'));
  return 'gone';
}
