import type { Noun } from './noun.ts';

/**
 * How a language puts numbers, times and counted things together: the content of prompts/<language>/rules.yaml. Patterns
 * are names of clips with a space between them; docs/languages.md says what else may stand in them.
 */
export interface RulesData {
  /** Language whose plural categories (CLDR) hold; the folder's own name if absent. */
  readonly plurals?: string | undefined;
  /**
   * Sets of rules by name; `counting` must be there. Each key is the number from which a rule holds, up to the next key.
   * `like` names a set whose rules hold where this one has none.
   */
  readonly numbers: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The set of numbers that stands before a noun; `counting` where it is not named. */
  readonly nouns?: Readonly<Partial<Record<Noun, string | undefined>>> | undefined;
  /** Pattern of a counted thing by plural category: `{number} {noun}` where it is not named. */
  readonly counts?: Readonly<Record<string, string>> | undefined;
  /** Stands before the last part of a duration. */
  readonly joint?: string | undefined;
  readonly time: TimeData;
}

export interface TimeData {
  /** Vars: day, clock. */
  readonly whole: string;
  readonly today: string;
  readonly yesterday: string;
  readonly tomorrow: string;
  /** Two to six days ago. Vars: weekday, from 1 for Monday. */
  readonly week: string;
  /** Vars: day, month. */
  readonly date: string;
  /** A day of another year. Vars: day, month, year. */
  readonly dateYear: string;
  /** Hours on the clock. */
  readonly hours: 12 | 24;
  /** Clips for a part of the day, by the hour from which it holds. */
  readonly parts?: Readonly<Record<string, string>> | undefined;
  /** On the hour. Vars: hour, part. */
  readonly sharp: string;
  /** The first nine minutes; as `minutes` if absent. Vars: hour, minute, part. */
  readonly early?: string | undefined;
  readonly minutes: string;
}
