/** Values of a message's XML forms: how they are written, and read strictly. */
import type { Fault } from '../errors.ts';
import { invalid, type XmlElement } from './xml-element.ts';

export const mediaType = /^[A-Za-z0-9][A-Za-z0-9!#$&\-^_.+]*\/[A-Za-z0-9][A-Za-z0-9!#$&\-^_.+]*( ?;.*)?$/u;
export const sha256 = /^[0-9a-f]{64}$/;
const utcInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

export function matched(text: string, pattern: RegExp, name: string): string {
  if (!pattern.test(text)) throw invalid(`${name} is not as the schema asks`);
  return text;
}

/** RFC 4648, section 4, with padding and without stray bits; in steps, as the text may be megabytes long. */
export function base64(text: string): string {
  const end = /^(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=|[A-Za-z0-9+/][AQgw]==)?$/;
  if (text.length % 4 !== 0 || !end.test(text.slice(-4)) || /[^A-Za-z0-9+/]/.test(text.slice(0, -4))) {
    throw invalid('content is not base64');
  }
  return text;
}

export function identifier(id: string): string {
  if (id === '') throw invalid('an id is empty');
  return cleanText(id);
}

export function instant(date: Date): string {
  if (Number.isNaN(date.getTime())) throw invalid('a date is not a date');
  return matched(date.toISOString(), utcInstant, 'date');
}

export function count(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw invalid('a count is not a whole number from 0');
  return String(value);
}

/**
 * Makes text fit for XML 1.0 (section 2.2) and for one line: tab and line ends become a space, other control characters,
 * unpaired surrogates and U+FFFE, U+FFFF become U+FFFD.
 */
export function cleanText(text: string): string {
  return text.replace(/[\t\n\r]/g, ' ').replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '\uFFFD');
}

export function childless(element: XmlElement): XmlElement {
  if (element.children.length > 0 || element.content !== '') throw invalid(`${element.name} must be empty`);
  return element;
}

/** Between elements there may be blanks only. */
export function blank(element: XmlElement): void {
  if (!/^[ \t\n\r]*$/.test(element.content)) throw invalid(`${element.name} has text`);
}

/** Makes the Fault of an attribute's value. */
export type Fail = (what: string) => Fault;

export function asIdentifier(value: string, fail: Fail): string {
  if (value === '') throw fail('is empty');
  return value;
}

export function asFlag(value: string, fail: Fail): boolean {
  if (value !== 'true' && value !== 'false') throw fail('is neither true nor false');
  return value === 'true';
}

export function asCount(value: string, fail: Fail): number {
  const number = Number(value);
  if (!/^(0|[1-9]\d{0,15})$/.test(value) || !Number.isSafeInteger(number)) throw fail('is not a count');
  return number;
}

export function asInstant(value: string, fail: Fail): Date {
  const date = new Date(value);
  // A 30 February is taken by Date and comes back as another day.
  if (Number.isNaN(date.getTime()) || date.toISOString() !== value) throw fail('is not a time in UTC');
  return date;
}

export function oneOf<const T extends string>(allowed: readonly T[]) {
  return (value: string, fail: Fail): T => {
    const found = allowed.find((one) => one === value);
    if (found === undefined) throw fail(`is not one of ${allowed.join(', ')}`);
    return found;
  };
}
