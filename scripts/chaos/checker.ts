/**
 * What callers and the network know, held against what is in the store. Reads the database by itself, and nothing of Answerback but the
 * names of its fields.
 */
import { readdir } from 'node:fs/promises';
import { MongoClient, type Binary, type Document } from 'mongodb';
import { correlate } from '../audio/correlate.ts';
import type { Fault } from './faults.ts';
import type { LoadReport, Witness } from './load.ts';
import { database, keptDays, type World } from './world.ts';

export interface Verdict {
  /** Calls made, and those whose caller spoke to the end while the switch lived. */
  readonly calls: number;
  readonly finished: number;
  readonly messages: number;
  /** Finished, and no message of theirs; each with what happened meanwhile. */
  readonly lost: readonly string[];
  /** More than one message of a call. */
  readonly doubled: readonly string[];
  /** Sound that is not what was said. */
  readonly corrupted: readonly string[];
  /** Messages of calls that a fault ended: as far as the sound went. */
  readonly recovered: number;
  /** Of those: marked as cut. */
  readonly cut: number;
  /** Messages that nobody was told of. */
  readonly untold: readonly string[];
  /** Notices that came more often than once: the network’s answer was lost with a controller. */
  readonly toldTwice: number;
  /** More than once though nothing happened between. */
  readonly toldTwiceForNothing: readonly string[];
  /** Media that belongs to no message, and files that nobody took in. */
  readonly leaked: readonly string[];
  /** Messages that bear another time than their call had, or are kept for another time than their class says. */
  readonly mistimed: readonly string[];
  /** Mailboxes that count something else than they hold. */
  readonly miscounted: readonly string[];
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

/** How alike what was said and what is stored are, by message: media do not change. */
export type Scores = Map<string, number>;

/** An effect of a fault is felt for so long after it, in milliseconds: a lease of a dead controller and a margin. */
const aftermathMs = 45_000;
const similar = 0.7;
const dayMs = 86_400_000;

export async function check(
  world: World,
  { callers, listeners }: LoadReport,
  faults: readonly Fault[],
  scores: Scores,
): Promise<Verdict> {
  const client = new MongoClient(world.local.url, { directConnection: true });
  try {
    const db = client.db(database);
    const messages = await db.collection('messages').find().toArray();
    const bySender = grouped(messages, (message) => String(message['sender'] ?? ''));
    const of = (caller: Witness) => bySender.get(caller.from) ?? [];
    const name = (caller: Witness) => `${caller.from} → ${caller.to}${happened(caller, faults)}`;
    const isWhole = (caller: Witness) => caller.finished && !brokenOff(caller, faults);
    const finished = callers.filter(isWhole);
    const corrupted: string[] = [];
    for (const caller of callers) {
      for (const message of of(caller)) {
        const id = String(message['_id']);
        const score = scores.get(id) ?? correlate(await soundOf(client, message), caller.sound).score;
        scores.set(id, score);
        // Of a call that was broken off there is what was said until then.
        if (isWhole(caller) && score < similar) corrupted.push(`${name(caller)}: ${score.toFixed(2)}`);
      }
    }
    const partial = callers.filter((caller) => !isWhole(caller)).flatMap(of);
    const told = toldOf(world, messages);
    const twice = [...told].filter(([, at]) => at.length > 1);
    return {
      calls: callers.length,
      finished: finished.length,
      messages: messages.length,
      lost: finished.filter((caller) => of(caller).length === 0).map(name),
      doubled: callers.filter((caller) => of(caller).length > 1).map(name),
      corrupted,
      recovered: partial.length,
      cut: partial.filter((message) => /<cut>|cut="true"/.test(String(message['envelope']))).length,
      untold: [...told].filter(([, at]) => at.length === 0).map(([id]) => id),
      toldTwice: twice.length,
      toldTwiceForNothing: twice
        .filter(([, at]) => !faults.some((fault) => near(fault, Math.min(...at), Math.max(...at))))
        .map(([id]) => id),
      leaked: [...(await orphans(client, messages)), ...(await left(world))],
      mistimed: callers.flatMap((caller) =>
        of(caller)
          .filter((one) => isMistimed(one, caller))
          .map(() => name(caller)),
      ),
      miscounted: await miscounted(client, messages),
      heard: listeners.filter(({ heard }) => heard).length,
      unheard: listeners
        .filter(
          ({ heard, quiet, began, ended }) =>
            !heard && (quiet || !faults.some((fault) => near(fault, began, ended))),
        )
        .map(({ reference }) => reference),
    };
  } finally {
    await client.close();
  }
}

function near(fault: Fault, from: number, to: number): boolean {
  return fault.from < to && fault.to + aftermathMs > from;
}

/**
 * What a controller takes in later is received when it was recorded, and kept from when it came into the store: some minutes at most in
 * a run. Clocks are set by an hour at least.
 */
const leewayMs = 1_200_000;

function isMistimed(message: Document, { began, ended }: Witness): boolean {
  const [from, to] = [began, ended].map((at) => performance.timeOrigin + at) as [number, number];
  const within = (field: string, afterMs: number): boolean => {
    const at = (message[field] as Date).getTime() - afterMs;
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

function happened({ began, ended }: Witness, faults: readonly Fault[]): string {
  const met = faults.filter((fault) => fault.from < ended && fault.to > began).map(({ kind }) => kind);
  return met.length === 0 ? '' : ` (${met.join(', ')})`;
}

/** When the network got notices of each message, by the message's id, in milliseconds of the run. */
function toldOf({ network }: World, messages: readonly Document[]): Map<string, number[]> {
  const notices = network.texts.map(({ body, at }) => ({ reference: /,,(\d{10})#/.exec(body)?.[1], at }));
  const byReference = grouped(notices, ({ reference }) => String(reference));
  return new Map(
    messages.map((message) => [
      String(message['_id']),
      (byReference.get(String(message['reference'])) ?? []).map(({ at }) => at),
    ]),
  );
}

async function soundOf(client: MongoClient, message: Document): Promise<Uint8Array> {
  const id = mediaOf(message);
  const media = await client
    .db(database)
    .collection<{ _id: string; data: Binary }>('media')
    .findOne({ _id: id });
  return media?.data.buffer.subarray(0, media.data.length()) ?? new Uint8Array();
}

/** By the envelope alone. */
function mediaOf(message: Document): string {
  return /<media>([^<]+)<|media="([^"]+)"/.exec(String(message['envelope']))?.slice(1).find(Boolean) ?? '';
}

async function orphans(client: MongoClient, messages: readonly Document[]): Promise<string[]> {
  const known = new Set(messages.map(mediaOf));
  const media = await client
    .db(database)
    .collection('media')
    .find({}, { projection: { _id: 1 } })
    .toArray();
  return media
    .map(({ _id }) => String(_id))
    .filter((id) => !known.has(id))
    .map((id) => `media ${id}`);
}

/** Recordings and deposits that should have been taken in by now. */
async function left({ recordings, deposits }: World): Promise<string[]> {
  const files = async (folder: string) =>
    (await readdir(folder, { recursive: true }).catch(() => [])).filter((file) =>
      /\.(ulaw|alaw|sln|json|bin)$/.test(file),
    );
  const all = [...(await files(recordings)), ...(await files(deposits))];
  // Who calls with a reference while no controller is there is recorded by the dialplan, for no mailbox: kept for a day.
  return all.filter((file) => !/^\d{10}~/.test(file)).map((file) => `file ${file}`);
}

async function miscounted(client: MongoClient, messages: readonly Document[]): Promise<string[]> {
  const mailboxes = await client.db(database).collection('mailboxes').find().toArray();
  return mailboxes.flatMap((mailbox) => {
    const held = messages.filter(
      (message) => message['mailbox'] === mailbox['_id'] && message['state'] === 'new',
    ).length;
    const counted = Number((mailbox['counts'] as Document | undefined)?.['new'] ?? 0);
    return counted === held ? [] : [`${String(mailbox['numbers'])}: ${counted} counted, ${held} held`];
  });
}

function grouped<T>(all: readonly T[], by: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(by(one), [...(groups.get(by(one)) ?? []), one]);
  return groups;
}
