import { promptNames } from './prompt-name.ts';
import { speechRules } from './speech-rules.ts';

/** Every name that a language's prompts.yaml must have a text for: the prompts and what `clips` may name. */
export function clipNames(language: string): string[] {
  const rules = speechRules(language);
  const numbers = [
    ...span(0, rules.ownUpTo),
    ...span(2, 9)
      .map((ten) => ten * 10)
      .filter((ten) => ten > rules.ownUpTo),
  ];
  if (rules.hundreds === 'own') numbers.push(...span(1, 9).map((hundred) => hundred * 100));
  return [
    ...promptNames,
    ...span(0, 9).map((n) => `digit-${n}`),
    'digit-star',
    'digit-hash',
    ...numbers.map((n) => `number-${n}`),
    ...span(1, 12).map((n) => `month-${n}`),
    ...span(1, 31).map((n) => `day-${n}`),
    ...span(1, 7).map((n) => `weekday-${n}`),
  ];
}

function span(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
