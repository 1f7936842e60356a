import type { E164 } from '../ids.ts';
import type { Mailbox } from '../mailbox/mailbox.ts';
import type { SettingsChange } from '../profile/settings.ts';
import { isRecord } from './check.ts';

/** What a mailbox shall be; what is `undefined` stays as it is. */
export interface Wanted {
  readonly aliases?: readonly E164[] | undefined;
  readonly classOfService?: string | undefined;
  readonly status?: Mailbox['status'] | undefined;
  /** By path, as `timeZone` or `addresses.email`; `undefined` = shall be absent. */
  readonly settings: ReadonlyMap<string, unknown>;
}

export interface Difference {
  readonly aliases?: readonly E164[];
  readonly classOfService?: string;
  readonly status?: Mailbox['status'];
  readonly settings?: SettingsChange;
}

/** The least change that makes the mailbox what it shall be; `undefined` if it is that already. */
export function difference(mailbox: Mailbox, wanted: Wanted): Difference | undefined {
  const { aliases, classOfService, status } = wanted;
  const settings = settingsDifference(mailbox, wanted.settings);
  const change: Difference = {
    ...(aliases === undefined || sameSet(aliases, mailbox.aliases) ? {} : { aliases }),
    ...(classOfService === undefined || classOfService === mailbox.classOfService ? {} : { classOfService }),
    ...(status === undefined || status === mailbox.status ? {} : { status }),
    ...(Object.keys(settings).length === 0 ? {} : { settings }),
  };
  return Object.keys(change).length === 0 ? undefined : change;
}

function settingsDifference(mailbox: Mailbox, wanted: Wanted['settings']): SettingsChange {
  const change: Record<string, unknown> = {};
  for (const [path, value] of wanted) {
    const [name = '', part] = path.split('.');
    const present = (mailbox.settings as Readonly<Record<string, unknown>>)[name];
    if (part !== undefined) {
      if (same(isRecord(present) ? present[part] : undefined, value)) continue;
      change[name] = { ...(change[name] as object | undefined), [part]: value ?? null };
    } else if (name === 'lists') {
      const lists = entryDifference(asRecord(present), asRecord(value));
      if (Object.keys(lists).length > 0) change[name] = lists;
    } else if (!same(present, value)) change[name] = value ?? null;
  }
  return change;
}

function entryDifference(
  present: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const keys = new Set([...Object.keys(present), ...Object.keys(wanted)]);
  const changed = [...keys].filter((key) => !same(present[key], wanted[key]));
  return Object.fromEntries(changed.map((key) => [key, wanted[key] ?? null]));
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one));
}

/** Whether two values of JSON are the same; the order of names does not matter, `undefined` counts as absent. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((one, i) => same(one, b[i]));
  }
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => same(a[key], b[key]));
}
