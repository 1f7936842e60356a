import type { PlayItem } from './play-item.ts';
import { counting } from './pattern.ts';
import { sayCount, sayDuration } from './say-count.ts';
import { sayTime } from './say-time.ts';
import type { SpeechRules } from './speech-rules.ts';

/** The items that are put together from clips. */
export type SayItem = Extract<PlayItem, { kind: 'digits' | 'number' | 'count' | 'duration' | 'time' }>;

/**
 * Names of the clips that say an item one after the other, by the rules of a language. Each name has a text in
 * prompts/<language>/prompts.yaml. Numbers that are out of range are said digit by digit.
 */
export function clips(item: SayItem, rules: SpeechRules): readonly string[] {
  switch (item.kind) {
    case 'digits':
      return sayDigits(item.digits);
    case 'time':
      return sayTime(item, rules);
    case 'duration':
      return sayDuration(item.ms, rules);
    case 'number':
      return rules.number(item.value, counting) ?? sayDigits(String(item.value));
    case 'count':
      return (
        sayCount(item.value, item.noun, rules) ?? [
          ...sayDigits(String(item.value)),
          `noun-${item.noun}-${rules.category(withinThousands(item.value))}`,
        ]
      );
  }
}

/** A number with the same ending, so with the same plural, that is not out of range. */
function withinThousands(value: number): number {
  return 1000 + (Math.trunc(Math.abs(value)) % 1000 || 0);
}

const signs: Readonly<Record<string, string>> = { '+': 'plus', '*': 'digit-star', '#': 'digit-hash' };

/** Digit by digit; what is no digit, `+`, `*` or `#` is not said. */
function sayDigits(digits: string): string[] {
  return Array.from(digits).flatMap((c) => (c >= '0' && c <= '9' ? [`digit-${c}`] : (signs[c] ?? [])));
}
