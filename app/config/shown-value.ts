/** What was found in the place of a key, as it may be told: at the start everybody who sees the log reads it. */
const most = 200;

export function shownValue(found: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(found) ?? 'nothing';
  } catch {
    // An alias in YAML may stand within what it stands for.
    text = 'what contains itself';
  }
  const safe = text.replace(/\/\/[^/\s@"]*:[^/\s@"]*@/g, '//[secret]@');
  return safe.length > most ? `${safe.slice(0, most)}…` : safe;
}
