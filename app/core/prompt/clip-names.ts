import { promptNames } from './prompt-name.ts';
import type { SpeechRules } from './speech-rules.ts';

/** Every name that a language's prompts.yaml must have a text for: the prompts and what `clips` may name. */
export function clipNames(rules: SpeechRules): string[] {
  const digits = Array.from({ length: 10 }, (_, digit) => `digit-${digit}`);
  return [...new Set([...promptNames, 'plus', ...digits, 'digit-star', 'digit-hash', ...rules.clips])];
}
