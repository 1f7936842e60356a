/** What was found in the place of a key, as it may be told: at the start everybody who sees the log reads it. */
const most = 200;
/** Looked through for passwords, which may lie partly beyond what is shown. */
const mostRead = 4000;

export function shownValue(found: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(found) ?? 'nothing';
  } catch {
    // An alias in YAML may stand within what it stands for.
    text = 'what contains itself';
  }
  // As far as the last `@`: addresses that are wrong are so, often, by a sign of the password that should have been encoded.
  const safe = text.slice(0, mostRead).replace(/\/\/[^/\s@":]*:[^\s"]*@/g, '//[secret]@');
  return safe.length > most ? `${safe.slice(0, most)}…` : safe;
}
