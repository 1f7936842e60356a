/** What is wrong with something that an operator or a subscriber wants to keep. Codes are stable, for API clients. */
export type ProblemCode =
  | 'missing'
  | 'unknown-field'
  | 'bad-type'
  | 'bad-text'
  | 'bad-value'
  | 'too-many'
  | 'out-of-range'
  | 'not-a-number'
  | 'not-served'
  | 'access-number'
  | 'number-taken'
  | 'given-twice'
  | 'unknown-class'
  | 'unknown-language'
  | 'unknown-time-zone'
  | 'bad-toll-rule'
  | 'not-for-texts'
  | 'not-callable';

export interface Problem {
  /** Path, as `settings.lists.3.members.0`. */
  readonly field: string;
  readonly code: ProblemCode;
  /** What was found, made short and printable. */
  readonly found: string;
  /** What is allowed, in English. */
  readonly allowed: string;
}

const mostShown = 60;

export function problem(field: string, code: ProblemCode, found: unknown, allowed: string): Problem {
  return { field, code, found: shown(found), allowed };
}

/** Any value as short text without control characters. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  const clean = text.slice(0, mostShown * 2).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
  return clean.length > mostShown || text.length > clean.length ? `${clean.slice(0, mostShown)}…` : clean;
}
