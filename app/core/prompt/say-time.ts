import type { PlayItem } from './play-item.ts';
import { sayNumber } from './say-number.ts';
import type { SpeechRules } from './speech-rules.ts';

type TimeItem = Extract<PlayItem, { kind: 'time' }>;

interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  /** Days since 1970-01-01 in that zone. */
  readonly dayNumber: number;
}

/** "today at nine oh five am", "Tuesday at …", "October the third at …"; the year only if it is another one. */
export function sayTime(item: TimeItem, rules: SpeechRules): string[] {
  const at = localTime(item.at, item.timeZone);
  const now = localTime(item.now, item.timeZone);
  return [...sayDay(at, now, rules), 'at', ...sayClock(at, rules)];
}

function sayDay(at: LocalTime, now: LocalTime, rules: SpeechRules): string[] {
  const ago = now.dayNumber - at.dayNumber;
  if (ago === 0) return ['today'];
  if (ago === 1) return ['yesterday'];
  // 1970-01-01 was a Thursday; weekday-1 is Monday (ISO 8601).
  if (ago > 1 && ago < 7) return [`weekday-${((at.dayNumber + 3) % 7) + 1}`];
  const date = [`month-${at.month}`, `day-${at.day}`];
  if (rules.dayFirst) date.reverse();
  return at.year === now.year ? date : [...date, ...(sayNumber(at.year, rules) ?? [])];
}

function sayClock(at: LocalTime, rules: SpeechRules): string[] {
  const hour = rules.clock === 12 ? at.hour % 12 || 12 : at.hour;
  const half = rules.clock === 12 ? [at.hour < 12 ? 'am' : 'pm'] : [];
  return [...(sayNumber(hour, rules) ?? []), ...sayMinute(at.minute, rules), ...half];
}

function sayMinute(minute: number, rules: SpeechRules): string[] {
  if (minute === 0) return rules.clock === 24 ? ['oclock'] : [];
  const spoken = sayNumber(minute, rules) ?? [];
  return minute < 10 ? ['oh', ...spoken] : spoken;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function localTime(at: Date, timeZone: string): LocalTime {
  const parts = Object.fromEntries(
    format(timeZone)
      .formatToParts(at)
      .map((p) => [p.type, Number(p.value)]),
  );
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0 } = parts;
  return { year, month, day, hour, minute, dayNumber: Date.UTC(year, month - 1, day) / 86_400_000 };
}

/** Kept, as making one costs far more than using it; there are as many as zones in the configuration. */
function format(timeZone: string): Intl.DateTimeFormat {
  let made = formats.get(timeZone);
  if (made === undefined) {
    const numeric = 'numeric' as const;
    made = new Intl.DateTimeFormat('en', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: numeric,
      month: numeric,
      day: numeric,
      hour: numeric,
      minute: numeric,
    });
    formats.set(timeZone, made);
  }
  return made;
}
