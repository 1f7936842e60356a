/** Making a format is slow, and there are few zones. */
const known = new Map<string, boolean>();

/** Whether Intl knows an IANA zone of this name. */
export function isTimeZone(zone: string): boolean {
  const before = known.get(zone);
  if (before !== undefined) return before;
  const found = look(zone);
  // A flood of wrong ones must not fill the memory.
  if (known.size < 1000) known.set(zone, found);
  return found;
}

function look(zone: string): boolean {
  // Intl also takes offsets, which are no zones: they know no daylight saving time.
  if (zone.length > 64 || !/^[A-Za-z]/.test(zone)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
