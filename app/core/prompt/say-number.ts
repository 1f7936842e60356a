import type { SpeechRules } from './speech-rules.ts';

/** Clips of a cardinal number, 0 to 999,999; `undefined` for others. */
export function sayNumber(value: number, rules: SpeechRules): string[] | undefined {
  if (!Number.isInteger(value) || value < 0 || value > 999_999) return undefined;
  if (value === 0) return ['number-0'];
  const thousands = Math.trunc(value / 1000);
  const rest = value % 1000;
  return [...sayThousands(thousands, rules), ...below1000(rest, rules, thousands > 0)];
}

function sayThousands(thousands: number, rules: SpeechRules): string[] {
  if (thousands === 0) return [];
  return thousands === 1 && !rules.oneThousand
    ? ['thousand']
    : [...below1000(thousands, rules, false), 'thousand'];
}

function below1000(value: number, rules: SpeechRules, afterThousand: boolean): string[] {
  const hundreds = Math.trunc(value / 100);
  const rest = value % 100;
  const spoken: string[] = [];
  if (hundreds > 0) spoken.push(...sayHundreds(hundreds, rest, rules));
  if (rest > 0) {
    if (rules.andAfterHundred && (hundreds > 0 || afterThousand)) spoken.push('and');
    spoken.push(...below100(rest, rules));
  }
  return spoken;
}

function sayHundreds(hundreds: number, rest: number, rules: SpeechRules): string[] {
  if (rules.hundreds === 'count') return [`number-${hundreds}`, 'hundred'];
  return hundreds === 1 && rest === 0 ? ['hundred'] : [`number-${hundreds * 100}`];
}

function below100(value: number, rules: SpeechRules): string[] {
  const unit = value % 10;
  if (value <= rules.ownUpTo || unit === 0) return [`number-${value}`];
  const tens = value - unit;
  if (rules.unitsFirst) return [`number-${unit}`, 'and', `number-${tens}`];
  return [`number-${tens}`, ...(rules.andAfterTens ? ['and'] : []), `number-${unit}`];
}
