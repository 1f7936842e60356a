/** Why a call was redirected, in the words of RFC 5806. */
export type RedirectReason =
  | 'unconditional'
  | 'user-busy'
  | 'no-answer'
  | 'unavailable'
  | 'deflection'
  | 'time-of-day'
  | 'do-not-disturb'
  | 'follow-me'
  | 'out-of-service'
  | 'away'
  | 'unknown';

const words: ReadonlySet<string> = new Set<RedirectReason>([
  'unconditional',
  'user-busy',
  'no-answer',
  'unavailable',
  'deflection',
  'time-of-day',
  'do-not-disturb',
  'follow-me',
  'out-of-service',
  'away',
  'unknown',
]);

/** Cause values of RFC 4458, section 4, and the SIP responses that History-Info gives (RFC 7044). */
const causes: Readonly<Record<string, RedirectReason>> = {
  '302': 'unconditional',
  '404': 'unknown',
  '408': 'no-answer',
  '410': 'unavailable',
  '480': 'unavailable',
  '486': 'user-busy',
  '487': 'deflection',
  '503': 'unavailable',
  '600': 'user-busy',
  '603': 'do-not-disturb',
};

/** From a Diversion reason or a cause; `unknown` for others, `undefined` for none. */
export function redirectReason(raw: string | number | undefined): RedirectReason | undefined {
  if (raw === undefined || raw === '') return undefined;
  const text = String(raw).toLowerCase();
  if (words.has(text)) return text as RedirectReason;
  return Object.hasOwn(causes, text) ? causes[text] : 'unknown';
}
