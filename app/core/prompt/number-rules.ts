import { words } from './pattern.ts';
import type { RulesData } from './rules-data.ts';

/** Says a number by a set of rules; `undefined` beyond 0 to 999,999. */
export type SayNumber = (value: number, set: string) => readonly string[] | undefined;

export interface NumberRules {
  readonly say: SayNumber;
  readonly sets: ReadonlySet<string>;
  /** Every clip that the rules may name. */
  readonly clips: readonly string[];
}

export const mostNumber = 999_999;

/** One part of a rule; `ifRest`: only if the number is no multiple of the divisor. */
type Part = { readonly ifRest: boolean } & (
  | { readonly kind: 'clip'; readonly name: string }
  /** A clip whose name ends in the plural category of the quotient. */
  | { readonly kind: 'plural'; readonly name: string }
  /** The number's own clip, `number-21`. */
  | { readonly kind: 'own' }
  | { readonly kind: 'quotient' | 'rest' | 'same'; readonly set: string }
);

interface Rule {
  readonly from: number;
  /** The highest power of ten that is not above `from`. */
  readonly divisor: number;
  readonly parts: readonly Part[];
}

/** Most numbers in a row that have clips of their own. */
const mostOwn = 200;
/** How often `=` may lead on from set to set; `<` and `>` end by themselves, as the number becomes smaller. */
const mostDepth = 8;

/**
 * Rules in the manner of ICU's rule-based number formats, over clips in place of letters.
 * @param category plural category of a number
 * @throws Error that names the set and the number whose rule is wrong
 */
export function compileNumbers(
  numbers: RulesData['numbers'],
  category: (value: number) => string,
  categories: readonly string[],
): NumberRules {
  const sets = new Map(Object.keys(numbers).map((name) => [name, compileSet(numbers, name)]));
  const say = (value: number, set: string, depth = 0): string[] => {
    const rule = sets.get(set)?.findLast(({ from }) => from <= value);
    if (rule === undefined || depth > mostDepth)
      throw new Error(`numbers.${set}: ${rule === undefined ? 'no rule' : 'rules without end'} for ${value}`);
    const [quotient, rest] = [Math.trunc(value / rule.divisor), value % rule.divisor];
    return rule.parts.flatMap((part) => {
      if (part.ifRest && rest === 0) return [];
      switch (part.kind) {
        case 'clip':
          return [part.name];
        case 'plural':
          return [part.name + category(quotient)];
        case 'own':
          return [`number-${value}`];
        case 'quotient':
          return say(quotient, part.set);
        case 'rest':
          return say(rest, part.set);
        case 'same':
          return say(value, part.set, depth + 1);
      }
    });
  };
  return {
    say: (value, set) =>
      Number.isInteger(value) && value >= 0 && value <= mostNumber ? say(value, set) : undefined,
    sets: new Set(sets.keys()),
    clips: [...sets].flatMap(([name, rules]) => rulesClips(name, rules, categories)),
  };
}

/** Numbers at which a set's rules change, and what lies around them: where all of these can be said, all can. */
export function telling(numbers: RulesData['numbers']): number[] {
  const keys = Object.values(numbers).flatMap((rules) => Object.keys(rules).map(Number));
  const small = [...new Set(keys.filter(Number.isInteger))].flatMap((key) => [key, key + 1]);
  const all = small.flatMap((a) => [a, ...small.map((b) => a * 1000 + (b % 1000))]);
  return [...new Set([0, ...all, mostNumber])].filter((value) => value <= mostNumber);
}

function compileSet(numbers: RulesData['numbers'], name: string): Rule[] {
  const given = withLike(numbers, name, []);
  return Object.entries(given)
    .map(([from, text]) => ({ from: Number(from), text }))
    .sort((a, b) => a.from - b.from)
    .map(({ from, text }) => {
      const divisor = 10 ** Math.floor(Math.log10(Math.max(from, 1)) + 1e-9);
      try {
        return { from, divisor, parts: parseParts(text, name, divisor) };
      } catch (error) {
        throw new Error(`numbers.${name}.${from}: ${error instanceof Error ? error.message : ''}`, {
          cause: error,
        });
      }
    });
}

function withLike(
  numbers: RulesData['numbers'],
  name: string,
  before: readonly string[],
): Record<string, string> {
  if (before.includes(name)) throw new Error(`numbers.${name}: like itself`);
  const given = Object.hasOwn(numbers, name) ? numbers[name] : undefined;
  if (given === undefined) throw new Error(`numbers.${before.at(-1) ?? ''}: there is no set "${name}"`);
  const { like, ...own } = given;
  return like === undefined ? own : { ...withLike(numbers, like, [...before, name]), ...own };
}

function parseParts(text: string, set: string, divisor: number): Part[] {
  let ifRest = false;
  const parts = words(text.replace(/[[\]]/g, ' $& ')).flatMap((word): Part[] => {
    if (word === '[' || word === ']') {
      if (ifRest === (word === '[')) throw new Error(`"${text}": [ and ] do not match`);
      ifRest = word === '[';
      return [];
    }
    return [{ ifRest, ...parsePart(word, text, set, divisor) }];
  });
  if (ifRest) throw new Error(`"${text}": [ without ]`);
  return parts;
}

type Bare<T> = T extends unknown ? Omit<T, 'ifRest'> : never;

function parsePart(word: string, text: string, set: string, divisor: number): Bare<Part> {
  if (word === '#') return { kind: 'own' };
  const [, sign, other] = /^([<>=])([a-z-]*)$/.exec(word) ?? [];
  if (sign !== undefined) {
    if (sign !== '=' && divisor === 1) throw new Error(`"${text}": ${sign} is for rules from 10 on`);
    if (sign === '=' && !other) throw new Error(`"${text}": = needs the name of a set`);
    const kind = sign === '<' ? 'quotient' : sign === '>' ? 'rest' : 'same';
    return { kind, set: other === undefined || other === '' ? set : other };
  }
  if (/^[a-z0-9-]+-\*$/.test(word)) return { kind: 'plural', name: word.slice(0, -1) };
  if (/^[a-z0-9-]+$/.test(word)) return { kind: 'clip', name: word };
  throw new Error(`"${text}": "${word}" cannot be read`);
}

function rulesClips(set: string, rules: readonly Rule[], categories: readonly string[]): string[] {
  return rules.flatMap(({ from, parts }, i) => {
    const to = rules[i + 1]?.from ?? Number.POSITIVE_INFINITY;
    return parts.flatMap((part) => {
      if (part.kind === 'clip') return [part.name];
      if (part.kind === 'plural') return categories.map((category) => part.name + category);
      if (part.kind !== 'own') return [];
      if (to - from > mostOwn) throw new Error(`numbers.${set}.${from}: # for more than ${mostOwn} numbers`);
      return Array.from({ length: to - from }, (_, n) => `number-${from + n}`);
    });
  });
}
