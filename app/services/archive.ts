/**
 * Messages into the archive and back. What may be in two places at a time is noted in the message first (`moving`), so that
 * a crash at any point leaves nothing that is not found again: `repair` puts it in order, or the next who needs the message.
 */
import { Fault, isFault } from '../core/errors.ts';
import type { MailboxId, MessageId } from '../core/ids.ts';
import { effectOf } from '../core/mailbox/usage.ts';
import { mediaOf } from '../core/message/kept.ts';
import type { ArchivedAt, Message, Moving } from '../core/message/message.ts';
import type { Archive } from '../ports/archive.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { Digest } from '../ports/digest.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import type { Archiving, BringResult } from './archiving.ts';
import { packMessage, unpackMessage } from './pack-message.ts';
import { Places } from './places.ts';
import { removeObjects } from './remove-message.ts';
import { untilAborted } from './until-aborted.ts';

/** How long a message is ours once it is on its way, in milliseconds; far longer than it takes. */
const defaultLeaseMs = 300_000;
/** Messages on their way at once in each direction: each is whole in memory. */
const atOnce = 2;
const mostWaiting = 200;
/** Tries of one that changes while it is being archived. */
const tries = 3;
/** How often to look whether another has brought it back, in milliseconds. */
const lookMs = 200;

export interface ArchivingDeps {
  readonly store: Pick<Store, 'messages' | 'media' | 'mailboxes' | 'archiving'>;
  readonly archive: Archive;
  readonly digest: Digest;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** It has just come back. */
  readonly onBrought?: (message: Message) => void;
  /** What goes on by itself. */
  readonly later?: (work: Promise<void>) => void;
  readonly leaseMs?: number;
}

interface Work extends ArchivingDeps {
  /** Of those who wait for one. */
  readonly back: Places;
  readonly bringing: Map<MessageId, Promise<BringResult>>;
}

export function createArchiving(deps: ArchivingDeps): Archiving {
  const work: Work = { ...deps, back: new Places(atOnce, mostWaiting), bringing: new Map() };
  const out = new Places(atOnce, mostWaiting);
  return {
    archiveMessage: (message) => out.run(() => archiveMessage(work, message), undefined),
    bringBack: (message, signal) => bringBack(work, message, signal),
    forget: (message) => removeObjects(deps.archive, message),
    async repair(limit) {
      const left = await work.store.archiving.left(work.clock.now(), limit);
      const done = await Promise.allSettled(left.map((message) => repairOne(work, message)));
      const failed = done.find((one) => one.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      return left.length;
    },
  };
}

async function archiveMessage(work: Work, { id }: Message): Promise<Message | undefined> {
  for (let n = 0; n < tries; n += 1) {
    // A key never stands for two contents, not even after a crash.
    const begun = await begin(work, id, `${nameOf(id)}-${work.random.uuid()}.xml`);
    if (begun.kind !== 'begun') return undefined;
    const { message, moving } = begun;
    if (message.tier === 'archived') {
      await work.store.archiving.finish(id, moving);
      return message;
    }
    const document = await packed(work, message);
    if (document === undefined) {
      await work.store.archiving.finish(id, moving);
      return undefined;
    }
    const archived = await putAndCheck(work, moving, document, message.mailbox);
    const done = await work.store.archiving.toArchive(message, moving, archived);
    if (done !== undefined) {
      await putInOrder(work, done.after, moving);
      const { moving: _over, derived: _gone, ...after } = done.after;
      return after;
    }
    // It was changed meanwhile, or is gone; or it took so long that another has it, who removes the object as well.
    await work.archive.delete(moving.key);
    await work.store.archiving.finish(id, moving);
  }
  return undefined;
}

/** `undefined` if it cannot be archived and stays where it is. */
async function packed({ store, digest, log }: Work, message: Message): Promise<Uint8Array | undefined> {
  const mailbox = await store.mailboxes.get(message.mailbox);
  const result = await packMessage(
    { media: store.media, digest },
    message,
    mailbox?.number ?? message.envelope.to,
  );
  if (result.kind === 'packed') return result.document;
  const why = result.kind === 'lost' ? result.what : 'it is too large';
  log.error('a message cannot be archived', { message: message.id, why });
  return undefined;
}

async function putAndCheck(
  work: Work,
  { key }: Moving,
  document: Uint8Array,
  owner: MailboxId,
): Promise<ArchivedAt> {
  const sha256 = await work.digest(document);
  await work.archive.put(key, document, owner);
  const there = await work.archive.get(key, document.length);
  if (there === undefined || (await work.digest(there)) !== sha256) {
    throw new Fault('archive-failed', `the archive did not keep ${key} as it was put there`, {
      temporary: true,
    });
  }
  return { key, at: work.clock.now(), bytes: document.length, sha256 };
}

function bringBack(work: Work, message: Message, signal: AbortSignal | undefined): Promise<BringResult> {
  if (message.tier !== 'archived') return Promise.resolve({ kind: 'there', message });
  const { id } = message;
  let bringing = work.bringing.get(id);
  if (bringing === undefined) {
    bringing = work.back.run(() => bring(work, id), undefined).finally(() => work.bringing.delete(id));
    // Nobody may be waiting for it any more.
    bringing.catch(() => undefined);
    work.bringing.set(id, bringing);
  }
  return untilAborted(bringing, signal);
}

async function bring(work: Work, id: MessageId): Promise<BringResult> {
  for (;;) {
    const now = await work.store.messages.get(id);
    if (now === undefined) return { kind: 'gone' };
    if (now.archived === undefined) return { kind: 'there', message: now };
    const begun = await begin(work, id, now.archived.key);
    if (begun.kind === 'gone') return begun;
    if (begun.kind === 'begun') return bringOurs(work, begun.message, begun.moving);
    // Another brings it back, or has just put it there.
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}

async function bringOurs(work: Work, message: Message, moving: Moving): Promise<BringResult> {
  const { id, archived } = message;
  const { archiving } = work.store;
  if (archived === undefined || archived.key !== moving.key) {
    // It was brought back, and perhaps archived anew, since it was looked at.
    await archiving.finish(id, moving);
    return bring(work, id);
  }
  const wrong = await putBack(work, message, archived).catch(async (error: unknown) => {
    // Who tries again need not wait until the lease is over.
    await putInOrder(work, message, moving).catch(() => undefined);
    throw error;
  });
  if (wrong !== undefined) {
    work.log.error('a message is damaged in the archive', { message: id, key: archived.key, why: wrong });
    await archiving.damaged(id, archived.key, wrong);
    await putInOrder(work, message, moving);
    return { kind: 'damaged' };
  }
  const live = await archiving.toLive(message, moving, work.clock.now());
  if (live === undefined) {
    // It is gone, and what was put back goes after it; or it took so long that another has it.
    const again = await bring(work, id);
    if (again.kind === 'gone') await removeMedia(work, message);
    return again;
  }
  work.onBrought?.(live.after);
  await work.store.mailboxes.count(live.after.mailbox, effectOf(live.before, live.after));
  const order = putInOrder(work, live.after, moving).catch((error: unknown) =>
    work.log.warn('an object stays in the archive for now', { error, message: id }),
  );
  work.later?.(order);
  return { kind: 'there', message: live.after };
}

/** @returns what is wrong with what lies in the archive, if anything is */
async function putBack(
  work: Work,
  { id, mailbox }: Message,
  archived: ArchivedAt,
): Promise<string | undefined> {
  const document = await work.archive.get(archived.key, archived.bytes);
  if (document === undefined) return 'it is not there';
  if ((await work.digest(document)) !== archived.sha256) return 'it has other bytes';
  try {
    const { envelope, parts } = unpackMessage(work.digest, document);
    if (envelope.id !== id) return 'it is another message';
    for (const part of parts) {
      await work.store.media.put(part.media, part.contentType, await part.bytesOf(), mailbox);
    }
    return undefined;
  } catch (error) {
    if (isFault(error, 'invalid')) return error.message;
    throw error;
  }
}

type Begun =
  | { readonly kind: 'begun'; readonly message: Message; readonly moving: Moving }
  | { readonly kind: 'gone' }
  | { readonly kind: 'busy' };

async function begin(work: Work, id: MessageId, key: string): Promise<Begun> {
  for (;;) {
    const moving = leaseOf(work, key);
    const result = await work.store.archiving.begin(id, moving);
    if (result.kind === 'gone') return result;
    if (result.kind === 'begun') return { kind: 'begun', message: result.message, moving };
    if (result.moving.until > work.clock.now()) return { kind: 'busy' };
    await repairOne(work, result.message);
  }
}

function leaseOf({ clock, leaseMs = defaultLeaseMs }: Work, key: string): Moving {
  return { key, until: new Date(clock.now().getTime() + leaseMs) };
}

/** Takes over what another has left. */
async function repairOne(work: Work, { id, moving: left }: Message): Promise<void> {
  if (left === undefined) return;
  const moving = leaseOf(work, left.key);
  if (!(await work.store.archiving.takeOver(id, left, moving))) return;
  // As it is now that no step of the other can succeed any more.
  const message = await work.store.messages.get(id);
  if (message === undefined) await work.archive.delete(left.key);
  else await putInOrder(work, message, moving);
}

/** One of the two places is the message's own: what is in the other goes. */
async function putInOrder(work: Work, message: Message, moving: Moving): Promise<void> {
  const { archiving } = work.store;
  if (message.archived?.key === moving.key) {
    await removeMedia(work, message, moving);
    const forms = (message.derived ?? []).map(({ media }) => media);
    await archiving.finish(message.id, moving, forms);
  } else {
    await work.archive.delete(moving.key);
    await archiving.finish(message.id, moving);
  }
}

/**
 * @param moving by which it is ours: nothing is removed once that is over, as the parts may have been put back since
 */
async function removeMedia(work: Work, message: Message, moving?: Moving): Promise<void> {
  for (const id of mediaOf(message)) {
    if (moving !== undefined && moving.until <= work.clock.now())
      throw new Fault('store-unavailable', 'a message took too long to be archived', { temporary: true });
    await work.store.media.delete(id);
  }
}

/** Letters, digits and dashes, as our own ids are; one from elsewhere may have anything. */
function nameOf(id: MessageId): string {
  return `m${id.replaceAll(/[^A-Za-z0-9-]/g, '_').slice(0, 100)}`;
}
