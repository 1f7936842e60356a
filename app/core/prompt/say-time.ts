import { localTime } from '../time/local-time.ts';
import type { PlayItem } from './play-item.ts';
import { fillPattern, type Pattern } from './pattern.ts';
import type { SpeechRules, TimeRules } from './speech-rules.ts';

type TimeItem = Extract<PlayItem, { kind: 'time' }>;

type SpokenTime = {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  /** Days since 1970-01-01 in that zone. */
  readonly dayNumber: number;
};

/** "today at nine oh five am", "Tuesday at …", "October the third at …"; the year only if it is another one. */
export function sayTime(item: TimeItem, rules: SpeechRules): string[] {
  const at = spokenTime(item.at, item.timeZone);
  const now = spokenTime(item.now, item.timeZone);
  const say = (value: number, set: string): readonly string[] => rules.number(value, set) ?? [];
  const { whole } = rules.time;
  return fillPattern(
    whole,
    { day: sayDay(at, now, rules.time, say), clock: sayClock(at, rules.time, say) },
    say,
  );
}

type Say = (value: number, set: string) => readonly string[];

function sayDay(at: SpokenTime, now: SpokenTime, rules: TimeRules, say: Say): string[] {
  const ago = now.dayNumber - at.dayNumber;
  // 1970-01-01 was a Thursday; weekday 1 is Monday (ISO 8601).
  const weekday = ((((at.dayNumber + 3) % 7) + 7) % 7) + 1;
  return fillPattern(dayPattern(ago, at.year === now.year, rules), { ...at, weekday }, say);
}

function dayPattern(ago: number, thisYear: boolean, rules: TimeRules): Pattern {
  if (ago === 0) return rules.today;
  if (ago === 1) return rules.yesterday;
  if (ago === -1) return rules.tomorrow;
  if (ago > 1 && ago < 7) return rules.week;
  return thisYear ? rules.date : rules.dateYear;
}

function sayClock(at: SpokenTime, rules: TimeRules, say: Say): string[] {
  const hour = rules.hours === 12 ? at.hour % 12 || 12 : at.hour;
  const pattern = at.minute === 0 ? rules.sharp : at.minute < 10 ? rules.early : rules.minutes;
  return fillPattern(pattern, { hour, minute: at.minute, part: rules.part(at.hour) }, say);
}

function spokenTime(at: Date, timeZone: string): SpokenTime {
  const { day: date, minute: minutes } = localTime(at, timeZone);
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  return {
    year,
    month,
    day,
    hour: Math.trunc(minutes / 60),
    minute: minutes % 60,
    dayNumber: Date.UTC(year, month - 1, day) / 86_400_000,
  };
}
