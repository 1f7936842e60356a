/** Values of options, read and judged. */
import { InvalidArgumentError } from 'commander';

export function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`allowed: a whole number from ${least} to ${most}.`);
    return value;
  };
}

export function oneOf<T extends string>(allowed: readonly T[]): (text: string) => T {
  return (text) => {
    const found = allowed.find((one) => one === text);
    if (found === undefined) throw new InvalidArgumentError(`allowed: ${allowed.join(', ')}.`);
    return found;
  };
}

/** The same of several, with commas between them. */
export function someOf<T extends string>(allowed: readonly T[]): (text: string) => T[] {
  return (text) => text.split(',').map(oneOf(allowed));
}

const day = /^\d{4}-\d{2}-\d{2}$/;
const ago = /^(\d{1,5})([mhd])$/;
const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A day or time in ISO 8601 (UTC where it has no zone), or how long ago: `30m`, `12h`, `7d`. */
export function moment(text: string): Date {
  const [, count, unit = ''] = ago.exec(text) ?? [];
  if (count !== undefined) return new Date(Date.now() - Number(count) * (unitMs[unit] ?? 0));
  const hasZone = /(?:Z|[+-]\d\d:?\d\d)$/i.test(text);
  const at = new Date(day.test(text) || hasZone ? text : `${text}Z`);
  if (!/^\d{4}-/.test(text) || Number.isNaN(at.getTime()))
    throw new InvalidArgumentError('allowed: 2026-01-31, 2026-01-31T23:05, 30m, 12h or 7d.');
  return at;
}
