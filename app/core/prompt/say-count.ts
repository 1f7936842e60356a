import type { Noun } from './noun.ts';
import { fillPattern } from './pattern.ts';
import type { SpeechRules } from './speech-rules.ts';

/** "no new messages", "one fax", "veintiuna páginas"; `undefined` beyond 0 to 999,999. */
export function sayCount(value: number, noun: Noun, rules: SpeechRules): string[] | undefined {
  const number = rules.number(value, rules.setOf(noun));
  if (number === undefined) return undefined;
  if (value === 0) return [`noun-${noun}-none`];
  const category = rules.category(value);
  return fillPattern(rules.count(category), { number, noun: [`noun-${noun}-${category}`] }, () => []);
}

const units = [
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** "two minutes and five seconds": hours, minutes and seconds without those that are zero; parts of a second count as one. */
export function sayDuration(ms: number, rules: SpeechRules): string[] {
  let left = Math.min(Math.max(0, Math.ceil(ms / 1000)) || 0, 999_999 * 3600);
  const parts = units.flatMap(([noun, seconds]) => {
    const value = Math.trunc(left / seconds);
    left %= seconds;
    return value === 0 ? [] : [sayCount(value, noun, rules) ?? []];
  });
  const last = parts.pop() ?? sayCount(0, 'second', rules) ?? [];
  return [...parts.flat(), ...(parts.length > 0 ? rules.joint : []), ...last];
}
