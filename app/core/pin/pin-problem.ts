/** What makes a PIN too easy to guess. Its digits are judged alone: which PINs came before is known to services. */
import { isKeypadPattern } from './keypad-pattern.ts';
import { isNearDate } from './near-date.ts';

export const shortestPin = 6;
export const longestPin = 20;
/** PINs that a new one must differ from, the present one among them. */
export const pinsRemembered = 5;

export type PinProblem =
  | 'not-digits'
  | 'too-short'
  | 'too-long'
  /** Runs up or down: 123456, 456987. */
  | 'sequence'
  /** 111222, 123123, 121212. */
  | 'repeats'
  /** The subscriber's number or an alias, or much of it, also backwards. */
  | 'own-number'
  /** Lines and walks on the keypad: 147258, 2580. */
  | 'keypad-pattern'
  /** A date of a near year, or such a year and two digits. */
  | 'date'
  /** One of the last `pinsRemembered`. */
  | 'used-before';

export interface PinOwner {
  /** E.164 numbers and aliases of the mailbox. */
  readonly numbers: readonly string[];
  /** The year now. */
  readonly year: number;
}

/** Digits in a row that a PIN may not share with a number of its owner. */
const mostShared = 4;

/** The first thing that is wrong with a PIN; `undefined` if nothing is. Total: any text gives an answer. */
export function pinProblem(pin: string, owner: PinOwner): Exclude<PinProblem, 'used-before'> | undefined {
  if (!/^[0-9]*$/.test(pin)) return 'not-digits';
  if (pin.length < shortestPin) return 'too-short';
  if (pin.length > longestPin) return 'too-long';
  if (isRepeated(pin)) return 'repeats';
  if (isRuns(pin)) return 'sequence';
  if (owner.numbers.some((number) => sharesDigits(pin, number))) return 'own-number';
  if (isKeypadPattern(pin)) return 'keypad-pattern';
  return isNearDate(pin, owner.year) ? 'date' : undefined;
}

/** Two different digits at most, one block again and again, groups of equal digits, or mostly one digit in a row. */
function isRepeated(pin: string): boolean {
  if (new Set(pin).size <= 2 || /^(.+)\1+$/.test(pin)) return true;
  const groups = pin.match(/(.)\1*/g) ?? [];
  return (
    groups.every((group) => group.length > 1) ||
    groups.some((group) => group.length > 3 && group.length * 2 >= pin.length)
  );
}

/** Nothing but runs of three and more, or half of it one run of four and more; 0 follows 9. */
function isRuns(pin: string): boolean {
  const lengths = runLengths(pin);
  return (
    lengths.every((length) => length >= 3) ||
    lengths.some((length) => length >= 4 && length * 2 >= pin.length)
  );
}

/** Cuts a PIN where it stops to go on one up or one down; the lengths add up to its own. */
function runLengths(pin: string): number[] {
  const lengths: number[] = [];
  let length = 1;
  let step: number | undefined;
  for (let i = 1; i < pin.length; i += 1) {
    const to = (Number(pin[i]) - Number(pin[i - 1]) + 10) % 10;
    if ((to === 1 || to === 9) && (step === undefined || step === to)) {
      length += 1;
      step = to;
    } else {
      lengths.push(length);
      length = 1;
      step = undefined;
    }
  }
  return [...lengths, length];
}

function sharesDigits(pin: string, number: string): boolean {
  const digits = number.replace(/\D/g, '');
  const length = mostShared + 1;
  const pieces = Array.from({ length: Math.max(0, pin.length - length + 1) }, (_, i) =>
    pin.slice(i, i + length),
  );
  const backwards = Array.from(digits).toReversed().join('');
  return pieces.some((piece) => digits.includes(piece) || backwards.includes(piece));
}
