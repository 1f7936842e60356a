/** What a subscriber has chosen, setting by setting, as a join of states: a change at one node does not undo another's. */
import type { Mailbox } from '../mailbox/mailbox.ts';

/** As JSON text; `null`: there is none. */
export interface Setting {
  /** How often it was changed. */
  readonly n: number;
  readonly value: string;
}

export type ProfileRegister = Readonly<Record<string, Setting>>;

/** Settings whose parts change one by one. */
const parted: ReadonlySet<string> = new Set(['addresses', 'greetings', 'lists']);

/** The PIN's hash stands among what the subscriber has chosen. */
export interface Chosen extends Pick<Mailbox, 'status' | 'settings' | 'textsStopped'> {
  readonly credential?: unknown;
}

/** What is chosen now, by path, each as JSON text with its names in order. */
export function chosenByPath({ status, settings, textsStopped, credential }: Chosen): Map<string, string> {
  const paths = new Map<string, string>([['status', canonical(status)]]);
  if (textsStopped !== undefined) paths.set('textsStopped', canonical(textsStopped));
  if (credential !== undefined) paths.set('credential', canonical(credential));
  for (const [name, value] of Object.entries(settings)) {
    if (value === undefined) continue;
    if (!parted.has(name)) paths.set(`settings.${name}`, canonical(value));
    else
      for (const [part, one] of Object.entries(value as object))
        if (one !== undefined) paths.set(`settings.${name}.${part}`, canonical(one));
  }
  return paths;
}

/** What a node knew of the profile, moved on to what is chosen now. What was there from the beginning counts nothing. */
export function advanceProfile(
  seen: ProfileRegister | undefined,
  now: ReadonlyMap<string, string>,
): ProfileRegister {
  const next: Record<string, Setting> = {};
  for (const path of new Set([...Object.keys(seen ?? {}), ...now.keys()])) {
    const before = seen?.[path];
    const value = now.get(path) ?? 'null';
    const changed = before === undefined ? seen !== undefined : before.value !== value;
    next[path] = { n: (before?.n ?? 0) + (changed ? 1 : 0), value };
  }
  return next;
}

/** Commutative, associative and idempotent: of each setting the one that was changed oftener, then the greater text. */
export function joinProfiles(a: ProfileRegister, b: ProfileRegister): ProfileRegister {
  const joined: Record<string, Setting> = { ...a };
  for (const [path, other] of Object.entries(b)) {
    const own = Object.hasOwn(joined, path) ? joined[path] : undefined;
    const later = own === undefined || other.n > own.n || (other.n === own.n && other.value > own.value);
    if (later) joined[path] = other;
  }
  return joined;
}

/** One text for one register. */
export function profileFingerprint(register: ProfileRegister): string {
  return canonical(register);
}

/** JSON with names in order; times are marked, so that they come back as times. */
export function canonical(value: unknown): string {
  return JSON.stringify(ordered(value)) ?? 'null';
}

export function fromCanonical(text: string): unknown {
  return JSON.parse(text, (_name, value: unknown) => {
    const at = isRecord(value) ? value['$time'] : undefined;
    return typeof at === 'number' ? new Date(at) : value;
  });
}

function ordered(value: unknown): unknown {
  if (value instanceof Date) return { $time: value.getTime() };
  if (Array.isArray(value)) return value.map(ordered);
  if (!isRecord(value)) return value;
  const names = Object.keys(value).toSorted();
  return Object.fromEntries(names.map((name) => [name, ordered(value[name])]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
