/** Times, sizes and numbers as people write them. */
import { language } from './words.ts';
import { timeZone } from '../state/time-zone.ts';

const dayMs = 86_400_000;

function format(at: Date, options: Intl.DateTimeFormatOptions): string {
  const zone = timeZone.value;
  return new Intl.DateTimeFormat(language.value, {
    ...options,
    ...(zone === undefined ? {} : { timeZone: zone }),
  }).format(at);
}

/** As short as can be: the time today, the weekday this week, else the date. */
export function shortTime(iso: string, now = new Date()): string {
  const at = new Date(iso);
  const day = { year: 'numeric', month: 'numeric', day: 'numeric' } as const;
  if (format(at, day) === format(now, day)) return format(at, { hour: 'numeric', minute: '2-digit' });
  const age = now.getTime() - at.getTime();
  if (age >= 0 && age < 6 * dayMs) return format(at, { weekday: 'short' });
  if (age >= 0 && age < 300 * dayMs) return format(at, { day: 'numeric', month: 'short' });
  return format(at, { day: 'numeric', month: 'numeric', year: '2-digit' });
}

export function longTime(iso: string): string {
  return format(new Date(iso), { dateStyle: 'full', timeStyle: 'short' });
}

export function dateOf(iso: string): string {
  return format(new Date(iso), { dateStyle: 'medium' });
}

/** As 1:05 or 1:02:03. */
export function clock(ms: number): string {
  const all = Math.max(0, Math.round(ms / 1000));
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const two = (n: number): string => String(n).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

export function size(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  return new Intl.NumberFormat(language.value, {
    style: 'unit',
    unit: units[step] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: value < 10 && step > 0 ? 1 : 0,
  }).format(value);
}

export function count(n: number): string {
  return new Intl.NumberFormat(language.value).format(n);
}

/** A number in E.164 form in groups, so that it can be read. */
export function spaced(number: string): string {
  const north = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  if (north) return `+1 ${north[1]} ${north[2]} ${north[3]}`;
  return /^\+\d{8,15}$/.test(number) ? number.replaceAll(/(\d{3})(?=\d{2})/g, '$1 ') : number;
}
