/** Asks for digits that end with `#`: numbers, PINs, codes. What is pressed is written down nowhere. */
import type { PlayItem } from '../core/prompt/play-item.ts';
import type { Call } from '../ports/media.ts';
import { prompt, say } from './flow.ts';

/** Times that it is asked of a line that presses nothing. */
const patience = 3;
/** How long the first key is waited for, and each further one, in milliseconds. */
const firstMs = 8000;
const nextMs = 4000;
/** More than any that is asked for. */
const mostKeys = 24;
/** Times that one may begin anew. */
const mostAnew = 5;

export interface DigitsQuestion {
  readonly language: string;
  readonly items: readonly PlayItem[];
  /** Longest wait for the first key, in milliseconds; default 8 seconds. */
  readonly firstDigitMs?: number;
}

export type Digits =
  | { readonly kind: 'digits'; readonly digits: string }
  /** `*` before any digit: leave. */
  | { readonly kind: 'left' }
  /** Hung up. */
  | { readonly kind: 'gone' }
  /** Nothing came, and that has been said: the call is to be ended. */
  | { readonly kind: 'deaf' };

/** Any key cuts the question short. The end of a pause ends the digits too; `*` after some begins anew. */
export async function askDigits(call: Call, question: DigitsQuestion): Promise<Digits> {
  const { language, items, firstDigitMs = firstMs } = question;
  for (let silent = 0, anew = 0; silent < patience && anew < mostAnew;) {
    const typed = await call.gather({
      language,
      items,
      judge: (keys) => (/[#*]$/.test(keys) || keys.length >= mostKeys ? 'complete' : undefined),
      firstDigitMs,
      nextDigitMs: nextMs,
    });
    if (typed.kind === 'gone' || typed.kind === 'aborted') return { kind: 'gone' };
    if (typed.digits === '*') return { kind: 'left' };
    if (typed.digits.endsWith('*')) anew += 1;
    else if (typed.digits === '' || typed.digits === '#') silent += 1;
    else return { kind: 'digits', digits: typed.digits.replace(/#$/, '') };
  }
  await say(call, { language }, prompt('no-key-heard'));
  return call.gone.aborted ? { kind: 'gone' } : { kind: 'deaf' };
}
