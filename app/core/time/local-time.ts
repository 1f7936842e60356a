/** Wall-clock time of an instant in a zone, by the tables of Intl (daylight saving time included). */
export interface LocalTime {
  /** Calendar day, `YYYY-MM-DD`. */
  readonly day: string;
  /** Minutes since midnight by the clock on the wall, 0–1439. */
  readonly minute: number;
}

/** Making one is slow, and there are few zones. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** @param timeZone IANA zone; one that Intl does not know counts as UTC */
export function localTime(at: Date, timeZone: string): LocalTime {
  const parts: Record<string, string> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(at)) parts[type] = value;
  const { year = '', month = '', day = '', hour = '', minute = '' } = parts;
  return { day: `${year.padStart(4, '0')}-${month}-${day}`, minute: Number(hour) * 60 + Number(minute) };
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = (zone: string) =>
    new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    });
  let made: Intl.DateTimeFormat;
  try {
    made = format(timeZone);
  } catch {
    made = format('UTC');
  }
  // Zones come from subscribers' settings too; a flood of wrong ones must not fill the memory.
  if (formats.size < 1000) formats.set(timeZone, made);
  return made;
}
