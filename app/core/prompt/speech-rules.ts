import { nouns, type Noun } from './noun.ts';
import { compileNumbers, telling, type SayNumber } from './number-rules.ts';
import { counting, parsePattern, patternClips, patternSets, type Pattern } from './pattern.ts';
import type { RulesData, TimeData } from './rules-data.ts';

/** How a language puts numbers, times and counted things together, ready for use. */
export interface SpeechRules {
  readonly number: SayNumber;
  /** Plural category (CLDR) of a number. */
  readonly category: (value: number) => string;
  readonly setOf: (noun: Noun) => string;
  /** By plural category. */
  readonly count: (category: string) => Pattern;
  /** Before the last part of a duration. */
  readonly joint: readonly string[];
  readonly time: TimeRules;
  /** Every clip that can be named by the rules and by nouns, without those of prompts. */
  readonly clips: readonly string[];
}

export interface TimeRules {
  readonly whole: Pattern;
  readonly today: Pattern;
  readonly yesterday: Pattern;
  readonly tomorrow: Pattern;
  readonly week: Pattern;
  readonly date: Pattern;
  readonly dateYear: Pattern;
  readonly sharp: Pattern;
  readonly early: Pattern;
  readonly minutes: Pattern;
  readonly hours: 12 | 24;
  /** Clips of the part of the day that an hour lies in. */
  readonly part: (hour: number) => readonly string[];
}

/**
 * @param language folder's name, a BCP 47 tag
 * @throws Error that says which rule is wrong
 */
export function compileRules(data: RulesData, language: string): SpeechRules {
  const plural = pluralRules(data.plurals ?? language);
  const category = (value: number): string => plural.select(value);
  const categories = categoriesOf(category);
  const numbers = compileNumbers(data.numbers, category, categories);
  const { time, clips: timeClips, sets: timeSets } = compileTime(data.time);
  const setOf = (noun: Noun): string => data.nouns?.[noun] ?? counting;
  const usual = parsePattern('{number} {noun}', ['number', 'noun']);
  const counts = new Map(
    Object.entries(data.counts ?? {}).map(([name, text]) => [
      name,
      at(`counts.${name}`, text, ['number', 'noun']),
    ]),
  );
  const joint = patternClips(at('joint', data.joint ?? '', []), {});
  const used = [counting, ...nouns.map(setOf), ...timeSets];
  for (const set of new Set(used)) {
    if (!numbers.sets.has(set)) throw new Error(`there is no set numbers.${set}`);
    for (const value of telling(data.numbers)) numbers.say(value, set);
  }
  const own = [...numbers.clips, ...timeClips, ...joint, ...nounClips(categories)];
  const counted = [...counts.values()].flatMap((pattern) => patternClips(pattern, {}));
  return {
    number: numbers.say,
    category,
    setOf,
    count: (name) => counts.get(name) ?? usual,
    joint,
    time,
    clips: [...new Set([...own, ...counted])],
  };
}

function pluralRules(language: string): Intl.PluralRules {
  if (Intl.PluralRules.supportedLocalesOf(language).length === 0)
    throw new Error(`plurals: CLDR does not know "${language}"; name a language with the same plurals`);
  return new Intl.PluralRules(language);
}

/** The categories that numbers from 1 to 999,999 fall in; CLDR has more for fractions and for millions. */
function categoriesOf(category: (value: number) => string): string[] {
  const values = Array.from({ length: 1100 }, (_, i) => i + 1);
  return [...new Set([...values, ...values.map((value) => value * 900)].map(category))];
}

function nounClips(categories: readonly string[]): string[] {
  return nouns.flatMap((noun) => ['none', ...categories].map((category) => `noun-${noun}-${category}`));
}

const day = span(1, 31);
const month = span(1, 12);
const minute = span(0, 59);

function compileTime(data: TimeData): {
  time: TimeRules;
  clips: readonly string[];
  sets: readonly string[];
} {
  const hour = data.hours === 12 ? span(1, 12) : span(0, 23);
  const values = { day, month, minute, hour, weekday: span(1, 7) };
  const read = (name: keyof TimeData, text: string, holes: readonly string[]): Pattern =>
    at(`time.${name}`, text, holes);
  const clock = ['hour', 'minute', 'part'];
  const patterns = {
    whole: read('whole', data.whole, ['day', 'clock']),
    today: read('today', data.today, []),
    yesterday: read('yesterday', data.yesterday, []),
    tomorrow: read('tomorrow', data.tomorrow, []),
    week: read('week', data.week, ['weekday']),
    date: read('date', data.date, ['day', 'month']),
    dateYear: read('dateYear', data.dateYear, ['day', 'month', 'year']),
    sharp: read('sharp', data.sharp, ['hour', 'part']),
    early: read('early', data.early ?? data.minutes, clock),
    minutes: read('minutes', data.minutes, clock),
  };
  const parts = Object.entries(data.parts ?? {})
    .map(([from, text]) => ({ from: Number(from), clips: patternClips(read('parts', text, []), {}) }))
    .sort((a, b) => b.from - a.from);
  const all = Object.values(patterns);
  return {
    time: {
      ...patterns,
      hours: data.hours,
      part: (hour) => parts.find(({ from }) => from <= hour)?.clips ?? [],
    },
    clips: [...all.flatMap((one) => patternClips(one, values)), ...parts.flatMap((one) => one.clips)],
    sets: all.flatMap(patternSets),
  };
}

function at(path: string, text: string, holes: readonly string[]): Pattern {
  try {
    return parsePattern(text, holes);
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : ''}`, { cause: error });
  }
}

function span(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
