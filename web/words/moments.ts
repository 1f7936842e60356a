/** Times as operators read them, in tables and for queues. */
import { language } from './words.ts';

function format(iso: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(language.value, options).format(new Date(iso));
}

/** Day and time, to the second. */
export function momentOf(iso: string): string {
  return format(iso, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** The time of day; with the day, if that is another than today’s. */
export function hourOf(iso: string, now = new Date()): string {
  const isToday = new Date(iso).toDateString() === now.toDateString();
  return format(iso, { timeStyle: 'short', ...(isToday ? {} : { dateStyle: 'medium' }) });
}

/** As `4 min` or `2 hr`: the largest unit alone. */
export function span(seconds: number): string {
  const [amount, unit] =
    seconds > 0 && seconds < 1
      ? ([seconds * 1000, 'millisecond'] as const)
      : seconds < 60
        ? ([seconds, 'second'] as const)
        : seconds < 3600
          ? ([seconds / 60, 'minute'] as const)
          : seconds < 172_800
            ? ([seconds / 3600, 'hour'] as const)
            : ([seconds / 86_400, 'day'] as const);
  return new Intl.NumberFormat(language.value, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
  }).format(Math.floor(amount));
}

export function ageOf(iso: string, now = Date.now()): string {
  return span(Math.max(0, (now - new Date(iso).getTime()) / 1000));
}
