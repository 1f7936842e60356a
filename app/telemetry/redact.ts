/**
 * Keeps secrets out of every log line and personal data out of lines above debug. It is the second fence: the first is
 * that nobody logs them (ports/log.ts).
 */
import type { LogFields } from '../ports/log.ts';

export type Openness = 'debug' | 'public';

const SECRET_KEYS = keys(
  'password ariPassword amiPassword pin token authToken secret authorization cookie credentials apiKey',
);
const PERSONAL_KEYS = keys(`
  number numbers caller called callerNumber callerName displayName party from to fromUser toUser requestUser user uri
  asserted diversions history redirections target facts sender recipient subscriber recording tag
  digits reference body text transcript subject envelope xml`);
const MOST_DEPTH = 6;
/**
 * Runs of digits that may be a number or a reference; before them, ids that may hold such runs and are kept: UUIDs, the
 * switch's of calls (`1732293823.12`), ours of what we make there (`out-0123456789ab-1`) and of mails (16 hexadecimal digits).
 */
const LONG_DIGITS =
  /\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b|\b(?=\d*[a-f])[\da-f]{16}\b|\b1\d{9}\.\d+\b|\b[a-z]+-[\da-f]{12}-\d+\b|\d{7,}/gi;

/** Of mail (RFC 5321). Lengths are bounded, so that a long text without a blank takes no longer than others. */
const MAIL_ADDRESS = /[\w.!#$%&'*+=?^`{|}~-]{1,64}@(?:[a-z\d-]{1,63}\.)+[a-z]{2,24}\b/gi;

/** A copy of `fields` that may be written. `public` = above debug. */
export function redactFields(fields: LogFields, openness: Openness): Record<string, unknown> {
  return redactObject(fields, openness, 0);
}

/** A text that may be written: credentials in addresses always go, numbers above debug. */
export function redactText(text: string, openness: Openness): string {
  const safe = text.replace(/\/\/[^/\s@]*:[^/\s@]*@/g, '//[secret]@');
  if (openness === 'debug') return safe;
  return safe
    .replace(/\b(sips?|tel):[^@\s;>"]+/gi, '$1:[private]')
    .replace(MAIL_ADDRESS, '[private]')
    .replace(/(?:\+|%2b)\d{5,}/gi, '[private]')
    .replace(LONG_DIGITS, (run) => (/^\d+$/.test(run) ? '[private]' : run));
}

function redactObject(source: object, openness: Openness, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(source).map(([key, value]) => [key, redactEntry(key, value, openness, depth)]),
  );
}

function redactEntry(key: string, value: unknown, openness: Openness, depth: number): unknown {
  if (value === undefined || value === null) return value;
  if (SECRET_KEYS.has(fold(key))) return '[secret]';
  if (openness === 'public' && PERSONAL_KEYS.has(fold(key))) return '[private]';
  return redactValue(value, openness, depth);
}

function redactValue(value: unknown, openness: Openness, depth: number): unknown {
  if (typeof value === 'string') return redactText(value, openness);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (depth >= MOST_DEPTH) return '[deep]';
  if (value instanceof Error) return redactError(value, openness, depth);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.map((item) => redactValue(item, openness, depth + 1));
  return redactObject(value, openness, depth + 1);
}

/** Codes and statuses are kept. */
function redactError(error: Error, openness: Openness, depth: number): Record<string, unknown> {
  const { code, status, temporary } = error as { code?: unknown; status?: unknown; temporary?: unknown };
  const clean = (text: string): string => redactText(text, openness);
  return {
    name: error.name,
    message: clean(error.message),
    ...(code === undefined ? {} : { code }),
    ...(status === undefined ? {} : { status }),
    ...(temporary === undefined ? {} : { temporary }),
    ...(error.stack === undefined ? {} : { stack: clean(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: redactValue(error.cause, openness, depth + 1) }),
  };
}

function keys(names: string): ReadonlySet<string> {
  return new Set(names.trim().split(/\s+/).map(fold));
}

/** `caller_number`, `callerNumber` and `Caller-Number` are one name. */
function fold(key: string): string {
  return key.replace(/[-_]/g, '').toLowerCase();
}
