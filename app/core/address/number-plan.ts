import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { CountryCode } from 'libphonenumber-js/max';
import type { E164 } from '../ids.ts';
import type { CostlyKind } from './costly.ts';

/** The section `numbers` of the configuration. */
export interface NumberPlanOptions {
  /** Numbers that subscribers call to hear their messages. */
  readonly access: readonly string[];
  /** ISO 3166 country of national numbers. */
  readonly country: string;
  readonly ranges: readonly NumberRange[];
  /** Internal extensions become this prefix and the extension. */
  readonly extensionPrefix?: string | undefined;
  /** Kinds of numbers that cost more than others; absent: all that may. */
  readonly costly?: readonly CostlyKind[] | undefined;
}

/** Either `prefix`, or `from` and `to` of equal length. */
export interface NumberRange {
  readonly prefix?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly class: string;
}

export interface NumberPlan {
  /**
   * A number as a network writes it, in E.164. National numbers are those of `country` (ISO 3166, default: the plan's).
   * `undefined` for what is no telephone number: letters, nothing, `anonymous`, short codes without an extension prefix.
   */
  parse(raw: string, country?: string): E164 | undefined;
  /** Class of service of a number served here; the longest matching range wins. `undefined` = not served. */
  classOf(number: E164): string | undefined;
  isAccess(number: E164): boolean;
  /** Whether digits that are dialled lead to a number served here, or to an access number. */
  leadsHere(digits: string): boolean;
  /** ISO 3166 country of national numbers. */
  readonly country: string;
  /** Kinds of numbers that cost more than others; absent: all that may. */
  readonly costly?: readonly CostlyKind[] | undefined;
}

/** Longest that is read: 15 digits (ITU-T E.164), international prefix and separators. */
const mostCharacters = 40;
const longestExtension = 6;
/** Digits of the longest country calling code (ITU-T E.164). */
const countryCodeDigits = 3;

export function createNumberPlan(numbers: NumberPlanOptions): NumberPlan {
  const access = new Set(numbers.access);
  // Longest match first; of ranges equally long the first in the configuration wins, as sorting is stable.
  const ranges = numbers.ranges.toSorted((a, b) => fixedPart(b).length - fixedPart(a).length);
  const parse = (raw: string, country = numbers.country) =>
    parseNumber(raw, country, numbers.extensionPrefix);
  const classOf = (number: E164) => ranges.find((range) => matches(range, number))?.class;
  // What all numbers of a range have after their country code, and so has what is dialled for them.
  const fixed = [...ranges.map(fixedPart), ...numbers.access];
  const parts = fixed.map((number) => number.slice(1 + countryCodeDigits));
  return {
    parse,
    classOf,
    isAccess: (number) => access.has(number),
    leadsHere(digits) {
      // Parsing costs far more.
      const mayLead = digits.length <= longestExtension || parts.some((part) => digits.includes(part));
      const number = mayLead ? parse(digits) : undefined;
      return number !== undefined && (access.has(number) || classOf(number) !== undefined);
    },
    country: numbers.country,
    costly: numbers.costly,
  };
}

function parseNumber(raw: string, country: string, extensionPrefix: string | undefined): E164 | undefined {
  if (raw.length > mostCharacters || !/^[+\d][\d\s().\-/]*$|^\([\d\s().\-/]+$/.test(raw.trim()))
    return undefined;
  const digits = raw.replace(/\D/g, '');
  if (raw.trim().startsWith('+')) return international(digits);
  if (digits.length <= longestExtension) {
    return extensionPrefix === undefined || digits === ''
      ? undefined
      : international(extensionPrefix.slice(1) + digits);
  }
  const national = parsePhoneNumberFromString(digits, country as CountryCode);
  if (national?.isPossible()) return branded(national.number);
  // Some trunks leave out the plus.
  const withPlus = parsePhoneNumberFromString(`+${digits}`);
  return withPlus?.isValid() ? branded(withPlus.number) : undefined;
}

/** Whatever follows a plus is a number, also of ranges that are newer than the library's tables. */
function international(digits: string): E164 | undefined {
  return /^[1-9]\d{6,14}$/.test(digits) ? branded(`+${digits}`) : undefined;
}

/** What all numbers of a range begin with. */
function fixedPart(range: NumberRange): string {
  if (range.prefix !== undefined) return range.prefix;
  const { from = '', to = '' } = range;
  let common = 0;
  while (common < from.length && from[common] === to[common]) common++;
  return from.slice(0, common);
}

function matches(range: NumberRange, number: string): boolean {
  if (range.prefix !== undefined) return number.startsWith(range.prefix);
  if (range.from === undefined || range.to === undefined) return false;
  return number.length === range.from.length && number >= range.from && number <= range.to;
}

function branded(number: string): E164 {
  return number as E164;
}
