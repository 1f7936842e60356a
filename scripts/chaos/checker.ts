/** What callers and the network know, held against what is in the store and on the disks. */
import { createHash } from 'node:crypto';
import type { Document } from 'mongodb';
import { partOf, withEvidence, type Evidence, type Text } from './evidence.ts';
import type { Fault } from './faults.ts';
import type { LoadReport, Witness } from './load.ts';
import { differsFromPart, differsFromWhole } from './same-sound.ts';
import { keptDays, type World } from './world.ts';

export interface Verdict {
  /** Calls made, and those whose caller spoke to the end while the switch lived. */
  readonly calls: number;
  readonly finished: number;
  readonly messages: number;
  /** Finished, and no message of theirs; each with what happened meanwhile. */
  readonly lost: readonly string[];
  /** More than one message of a call. */
  readonly doubled: readonly string[];
  /** Sound that is not what was said, or not what the envelope says that it is. */
  readonly corrupted: readonly string[];
  /** Messages in another mailbox than was called, of nobody who called, or that somebody else was told of. */
  readonly misdelivered: readonly string[];
  /** Messages of calls that a fault ended: as far as the sound went. */
  readonly recovered: number;
  /** Of those: marked as cut. */
  readonly cut: number;
  /** Messages that nobody was told of. */
  readonly untold: readonly string[];
  /** Notices that came more often than once: the network’s answer was lost with a controller. */
  readonly toldTwice: number;
  /** More than once though nothing broke as the first came, or more often than tries were noted before they were made. */
  readonly toldTwiceForNothing: readonly string[];
  /** Media that belongs to no message, and files that nobody took in. */
  readonly leaked: readonly string[];
  /** Messages that bear another time than their call had, or are kept for another time than their class says. */
  readonly mistimed: readonly string[];
  /** Mailboxes that count something else than they hold. */
  readonly miscounted: readonly string[];
  /** Callers who could not leave a message though nothing was broken. */
  readonly turnedAway: readonly string[];
  readonly heard: number;
  /** Subscribers who did not hear their message though nothing happened meanwhile, or all was quiet again. */
  readonly unheard: readonly string[];
}

/** What must not be, by name. */
export function wrongOf(verdict: Verdict): [what: string, which: readonly string[]][] {
  return Object.entries(verdict).filter((entry): entry is [string, readonly string[]] =>
    Array.isArray(entry[1]),
  );
}

/** A leaked fault is one that the checker calls wrong whatever else is right. */
export function isClean(verdict: Verdict): boolean {
  return wrongOf(verdict).every(([, which]) => which.length === 0);
}

/** What is wrong with the sound of each message: media do not change. */
export type Scores = Map<string, string | undefined>;

/**
 * So long after a fault, in milliseconds: a switch, a controller or a store that has been started anew is there, but connections to it may be
 * tried again but now and then.
 */
const aftermathMs = 15_000;
/** A controller that lives notes within so long that a text is out. */
const notedMs = 5000;
const dayMs = 86_400_000;

export async function check(
  world: World,
  load: LoadReport,
  faults: readonly Fault[],
  scores: Scores,
): Promise<Verdict> {
  return withEvidence(world, (evidence) => judge(evidence, load, faults, scores));
}

/** The judgement alone. */
export async function judge(
  evidence: Evidence,
  { callers, listeners }: LoadReport,
  faults: readonly Fault[],
  scores: Scores = new Map(),
): Promise<Verdict> {
  const { messages } = evidence;
  const bySender = grouped(messages, (message) => String(message['sender'] ?? ''));
  const of = (caller: Witness) => bySender.get(caller.from) ?? [];
  const name = (caller: Witness) => `${caller.from} → ${caller.to}${when(caller)}${happened(caller, faults)}`;
  const isWhole = (caller: Witness) => caller.finished && !brokenOff(caller, faults);
  const finished = callers.filter(isWhole);
  const corrupted: string[] = [];
  for (const caller of callers) {
    for (const message of of(caller)) {
      const id = String(message['_id']);
      if (!scores.has(id)) scores.set(id, await wrongSound(evidence, message, caller, isWhole(caller)));
      const wrong = scores.get(id);
      if (wrong !== undefined) corrupted.push(`${name(caller)}: ${wrong}`);
    }
  }
  const partial = callers.filter((caller) => !isWhole(caller)).flatMap(of);
  const told = toldOf(evidence.texts, messages);
  const twice = [...told].filter(([, texts]) => texts.length > 1);
  const quietAt = (from: number, to: number) => !faults.some((fault) => near(fault, from, to));
  return {
    calls: callers.length,
    finished: finished.length,
    messages: messages.length,
    lost: finished.filter((caller) => of(caller).length === 0).map(name),
    doubled: callers.filter((caller) => of(caller).length > 1).map(name),
    corrupted,
    misdelivered: misdelivered(evidence, callers, told),
    recovered: partial.length,
    cut: partial.filter((message) => / cut="true"/.test(String(message['envelope']))).length,
    untold: [...told].filter(([, texts]) => texts.length === 0).map(([id]) => id),
    toldTwice: twice.length,
    toldTwiceForNothing: twice
      .filter(([id, texts]) => texts.length > triesFor(evidence, id) || !canBeTwice(texts, faults))
      .map(([id]) => id),
    leaked: [...orphans(evidence), ...left(evidence)],
    mistimed: callers.flatMap((caller) =>
      of(caller)
        .filter((one) => isMistimed(one, caller))
        .map(() => name(caller)),
    ),
    miscounted: miscounted(evidence),
    turnedAway: callers
      .filter(({ finished: spoke, began, ended }) => !spoke && quietAt(began, ended))
      .map(name),
    heard: listeners.filter(({ heard }) => heard).length,
    unheard: listeners
      .filter(({ heard, quiet, began, ended }) => !heard && (quiet || quietAt(began, ended)))
      .map(({ reference }) => reference),
  };
}

/** A clock that is set breaks nothing. */
function near({ kind, from, to }: Fault, began: number, ended: number): boolean {
  return kind !== 'clock' && from < ended && to + aftermathMs > began;
}

/** A text may come twice only if something broke before it was noted that the one before was out. */
function canBeTwice(texts: readonly Text[], faults: readonly Fault[]): boolean {
  const ordered = texts.map(({ at }) => at).toSorted((a, b) => a - b);
  return ordered
    .slice(0, -1)
    .every((at) =>
      faults.some(({ kind, from, to }) => kind !== 'clock' && from < at + notedMs && to > at - notedMs),
    );
}

/** Tries are noted before they are made. */
function triesFor({ notifications }: Evidence, message: string): number {
  return notifications
    .filter((one) => one['message'] === message && one['kind'] === 'notice')
    .reduce((sum, one) => Math.max(sum, Number(one['tries'] ?? 0)), 0);
}

/** Of a call that was broken off there is what was said until then. */
async function wrongSound(
  { sound }: Evidence,
  message: Document,
  caller: Witness,
  whole: boolean,
): Promise<string | undefined> {
  const { media, bytes, sha256 } = partOf(message);
  const stored = await sound(media);
  if (stored.length !== Number(bytes)) return `${stored.length} bytes, and the envelope says ${bytes}`;
  if (createHash('sha256').update(stored).digest('hex') !== sha256)
    return 'another hash than the envelope says';
  return whole ? differsFromWhole(stored, recordable(caller, media)) : differsFromPart(stored, caller.sound);
}

/** Asterisk’s Record(), which the dialplan has while no controller is there, takes the end off what a key has ended. */
const takenOffMs = 250;

function recordable({ sound, byKey }: Witness, media: string): Buffer {
  return byKey && media.endsWith('~f') ? sound.subarray(0, -takenOffMs * 8) : sound;
}

function misdelivered(
  { messages, mailboxes }: Evidence,
  callers: readonly Witness[],
  told: ReadonlyMap<string, readonly Text[]>,
): string[] {
  const numbers = new Map(mailboxes.map((one) => [String(one['_id']), (one['numbers'] ?? []) as string[]]));
  const calledBy = new Map(callers.map(({ from, to }) => [from, to]));
  return messages.flatMap((message) => {
    const id = String(message['_id']);
    const from = String(message['sender']);
    const to = calledBy.get(from);
    if (to === undefined) return [`${id} of ${from}, who left none`];
    const at = numbers.get(String(message['mailbox']));
    if (at?.includes(to) !== true) return [`${id} for ${to} lies with ${String(at)}`];
    const others = (told.get(id) ?? []).filter((text) => text.to !== to);
    return others.map((text) => `${text.to} was told of ${id} for ${to}`);
  });
}

/**
 * What a controller takes in later is received when it was recorded, and kept from when it came into the store: some minutes at most in
 * a run. Clocks are set by an hour at least.
 */
const leewayMs = 1_200_000;

function isMistimed(message: Document, { began, ended }: Witness): boolean {
  const [from, to] = [began, ended].map((at) => performance.timeOrigin + at) as [number, number];
  const within = (field: string, afterMs: number): boolean => {
    const at = Number(message[field] as Date | undefined) - afterMs;
    return at >= from - leewayMs && at <= to + leewayMs;
  };
  const { retentionDays, referenceDays } = keptDays;
  return !(
    within('received', 0) &&
    within('expires', retentionDays * dayMs) &&
    within('referenceExpires', referenceDays * dayMs)
  );
}

/** A switch that dies takes what it has not written yet along: up to 64 KiB of a recording, 8 s of speech. */
function brokenOff({ began, ended }: Witness, faults: readonly Fault[]): boolean {
  return faults.some(({ kind, from, to }) => kind === 'asterisk' && from < ended && to > began);
}

/** By the clock of the controllers' log. */
function when({ began, ended }: Witness): string {
  const at = (ms: number) => new Date(performance.timeOrigin + ms).toISOString().slice(11, 23);
  return `, ${at(began)} to ${Number.isFinite(ended) ? at(ended) : 'the end'}`;
}

function happened({ began, ended }: Witness, faults: readonly Fault[]): string {
  const met = faults.filter((fault) => fault.from < ended && fault.to > began).map(({ kind }) => kind);
  return met.length === 0 ? '' : ` (${met.join(', ')})`;
}

/** What the network got about each message, by the message's id. */
function toldOf(texts: readonly Text[], messages: readonly Document[]): Map<string, readonly Text[]> {
  const byReference = grouped(texts, ({ body }) => String(/,,(\d{10})#/.exec(body)?.[1]));
  return new Map(
    messages.map((message) => [String(message['_id']), byReference.get(String(message['reference'])) ?? []]),
  );
}

function orphans({ messages, media }: Evidence): string[] {
  const known = new Set(messages.map((message) => partOf(message).media));
  return media.filter((id) => !known.has(id)).map((id) => `media ${id}`);
}

/**
 * All that should have been taken in by now. Who calls with a reference while no controller is there is recorded by the dialplan, for no mailbox:
 * kept for a day. Records of calls are a running file; what broke off while it was written is set aside, and its recording is there still.
 */
function left({ recordings, deposits }: Evidence): string[] {
  const meant = /^cdrs\/|^damaged\/.*\.partial$|^\.filler$/;
  return [
    ...recordings.filter((file) => !/^\d{10}~/.test(file)),
    ...deposits.filter((file) => !meant.test(file)),
  ].map((file) => `file ${file}`);
}

const unheardStates = new Set(['new']);
const heardStates = new Set(['heard', 'saved']);

function miscounted({ messages, mailboxes }: Evidence): string[] {
  const byMailbox = grouped(messages, (message) => String(message['mailbox']));
  return mailboxes.flatMap((mailbox) => {
    const own = byMailbox.get(String(mailbox['_id'])) ?? [];
    const holds = (states: ReadonlySet<string>): number =>
      own.filter((message) => states.has(String(message['state']))).length;
    const counts = (mailbox['counts'] ?? {}) as Document;
    const wrong = [['new', holds(unheardStates)] as const, ['old', holds(heardStates)] as const].filter(
      ([what, held]) => Number(counts[what] ?? 0) !== held,
    );
    return wrong.map(
      ([what, held]) =>
        `${String(mailbox['numbers'])}: ${String(counts[what])} ${what} counted, ${held} held`,
    );
  });
}

function grouped<T>(all: readonly T[], by: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const key = by(one);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return groups;
}
