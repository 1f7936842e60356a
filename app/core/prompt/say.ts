import type { PlayItem } from './play-item.ts';
import { sayNumber } from './say-number.ts';
import { speechRules } from './speech-rules.ts';
import { sayTime } from './say-time.ts';

/** The items that are put together from clips. */
export type SayItem = Extract<PlayItem, { kind: 'digits' | 'number' | 'time' }>;

/**
 * Names of the clips that say an item one after the other, in the words of the language (BCP 47; unknown ones speak by
 * the rules of English). Each name has a text in prompts/<language>/prompts.yaml.
 */
export function clips(item: SayItem, language: string): string[] {
  const rules = speechRules(language);
  if (item.kind === 'digits') return sayDigits(item.digits);
  if (item.kind === 'time') return sayTime(item, rules);
  return sayNumber(item.value, rules) ?? sayDigits(String(item.value));
}

const signs: Readonly<Record<string, string>> = { '+': 'plus', '*': 'digit-star', '#': 'digit-hash' };

/** Digit by digit; what is no digit, `+`, `*` or `#` is not said. */
function sayDigits(digits: string): string[] {
  return Array.from(digits).flatMap((c) => (c >= '0' && c <= '9' ? [`digit-${c}`] : (signs[c] ?? [])));
}
