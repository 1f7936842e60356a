/** Pieces of text for a terminal. */
import { stripVTControlCharacters } from 'node:util';

const segments = new Intl.Segmenter();
const wide =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6])/u;

/** Names and texts come from strangers: nothing in them moves the cursor or colours the screen. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ');
}

/** Places that it takes in a line. */
export function width(text: string): number {
  let sum = 0;
  for (const { segment } of segments.segment(text)) sum += wide.test(segment) ? 2 : 1;
  return sum;
}

export function padded(text: string, places: number, right = false): string {
  const space = ' '.repeat(Math.max(0, places - width(text)));
  return right ? space + text : text + space;
}

/** At most so many places, with `…` where something is left out. */
export function shortened(text: string, places: number): string {
  if (width(text) <= places) return text;
  let out = '';
  for (const { segment } of segments.segment(text)) {
    if (width(out + segment) > places - 1) break;
    out += segment;
  }
  return `${out}…`;
}

const barWidth = 20;

/** `undefined` limit: none. */
export function bar(used: number, limit: number | undefined): string {
  if (limit === undefined) return '';
  const share = limit === 0 ? 1 : used / limit;
  const full = Math.min(barWidth, used > 0 ? Math.max(1, Math.round(share * barWidth)) : 0);
  return `[${'#'.repeat(full)}${'.'.repeat(barWidth - full)}] ${Math.round(share * 100)} %`;
}

const units = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Decimal units, as disks are sold. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}

/** As `1:05`, `2:03:05`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** As `5 min`, `3 h`, `2 days`. */
export function age(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
