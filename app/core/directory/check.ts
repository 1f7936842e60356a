/** Small checks of values whose form nobody has looked at yet, and how they are put together. */
import { problem, type Problem, type ProblemCode } from './problem.ts';

export type Check = (value: unknown, field: string) => Problem[];

/** @param holds whether the value is right */
export function check(holds: (value: unknown) => boolean, code: ProblemCode, allowed: string): Check {
  return (value, field) => (holds(value) ? [] : [problem(field, code, value, allowed)]);
}

/** Text that can be shown and stored: no control characters, not blank, at most `most` characters. */
export function text(most: number): Check {
  return check(
    (value) =>
      typeof value === 'string' &&
      value.length <= most &&
      value.trim() !== '' &&
      // A half of a surrogate pair is no character either.
      !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(value),
    'bad-text',
    `text of 1 to ${most} characters, no control characters`,
  );
}

export function matching(form: RegExp, allowed: string, code: ProblemCode = 'bad-value'): Check {
  return check(
    (value) => typeof value === 'string' && value.length <= 300 && form.test(value),
    code,
    allowed,
  );
}

export function oneOf(...values: readonly string[]): Check {
  return check(
    (value) => typeof value === 'string' && values.includes(value),
    'bad-value',
    values.map((value) => `\`${value}\``).join(', '),
  );
}

export const trueOrFalse: Check = check((value) => typeof value === 'boolean', 'bad-type', '`true`, `false`');

export function whole(least: number, most: number): Check {
  return check(
    (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
    'out-of-range',
    `a whole number, ${least} to ${most}`,
  );
}

export function listOf(one: Check, most: number): Check {
  return (value, field) => {
    if (!Array.isArray(value)) return [problem(field, 'bad-type', value, 'a list')];
    if (value.length > most) return [problem(field, 'too-many', `${value.length}`, `at most ${most}`)];
    return value.flatMap((item, i) => one(item, `${field}.${i}`));
  };
}

/** An object of these fields. Fields in `required` must be there; no others are allowed than those named. */
export function fields(checks: Readonly<Record<string, Check>>, required: readonly string[] = []): Check {
  return (value, field) => {
    if (!isRecord(value)) return [problem(field, 'bad-type', value, 'an object')];
    const missing = required.filter((name) => value[name] === undefined || value[name] === null);
    return [
      ...missing.map((name) => problem(within(field, name), 'missing', '', 'a value')),
      ...Object.entries(value).flatMap(([name, one]) => {
        if (one === undefined || one === null) return [];
        const known = Object.hasOwn(checks, name) ? checks[name] : undefined;
        const where = within(field, name);
        const allowed = Object.keys(checks).join(', ');
        return known?.(one, where) ?? [problem(where, 'unknown-field', name, allowed)];
      }),
    ];
  };
}

/** An object whose names and values are checked alike; `null` removes one. */
export function entries(name: Check, one: Check): Check {
  return (value, field) => {
    if (!isRecord(value)) return [problem(field, 'bad-type', value, 'an object')];
    return Object.entries(value).flatMap(([key, item]) => {
      const where = within(field, key.slice(0, 20));
      return [...name(key, where), ...(item === null || item === undefined ? [] : one(item, where))];
    });
  };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function within(field: string, name: string): string {
  return field === '' ? name : `${field}.${name}`;
}
