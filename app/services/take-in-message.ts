/** Messages out of the store as documents that stand for themselves, and back into a store: exports, backups, other nodes. */
import { messageOf, type WholeMessage } from '../core/envelope/whole-message.ts';
import { isFault } from '../core/errors.ts';
import type { NumberPlan } from '../core/address/number-plan.ts';
import type { MailboxId, MediaId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Message } from '../core/message/message.ts';
import { makeReference } from '../core/reference/reference.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { Digest } from '../ports/digest.ts';
import type { Store } from '../ports/store.ts';
import { unpackMessage, type Unpacked } from './pack-message.ts';

/** References that are tried for one whose own is another's here. */
const referenceTries = 5;

export interface TakeInDeps {
  readonly store: Pick<Store, 'mailboxes' | 'messages' | 'media'>;
  readonly plan: Pick<NumberPlan, 'classOf'>;
  readonly digest: Digest;
  readonly clock: Clock;
  readonly random: Random;
}

export type TakenIn =
  /** `renumbered`: its reference was another message's here; it has a new one. Counters are the caller's. */
  | { readonly kind: 'taken'; readonly mailbox: MailboxId; readonly renumbered: boolean }
  | { readonly kind: 'known' }
  | { readonly kind: 'bad'; readonly why: string };

/**
 * Once for each message, whatever its document says anew: what is here already stays. Bytes go first, as in a deposit.
 * @throws Fault of a store that is away: the same may be taken in again
 */
export async function takeInMessage(deps: TakeInDeps, document: Uint8Array): Promise<TakenIn> {
  const { store, digest, clock } = deps;
  let unpacked: Unpacked;
  try {
    unpacked = unpackMessage(digest, document);
    // All are looked at before anything is written.
    for (const part of unpacked.parts) await part.bytesOf();
  } catch (error) {
    if (isFault(error, 'invalid')) return { kind: 'bad', why: error.message };
    throw error;
  }
  const { envelope } = unpacked;
  const known =
    (await store.messages.get(envelope.id)) ??
    (await store.messages.byOrigin(envelope.origin.network, envelope.origin.id));
  if (known !== undefined) return { kind: 'known' };
  const mailbox = await mailboxFor(deps, unpacked);
  if (mailbox === undefined) return { kind: 'bad', why: `${unpacked.beside.mailbox} is not served here` };
  const ids = new Map<MediaId, MediaId>();
  for (const part of unpacked.parts) {
    const id = await freeId(deps, envelope.id, part.media);
    ids.set(part.media, id);
    await store.media.put(id, part.contentType, await part.bytesOf(), mailbox.id);
  }
  return insert(deps, { ...messageOf(withIds(unpacked, ids), mailbox.id), sweepAt: clock.now() });
}

async function mailboxFor(
  { store, plan, clock, random }: TakeInDeps,
  { beside }: WholeMessage,
): Promise<Mailbox | undefined> {
  const { mailbox: number } = beside;
  const there = await store.mailboxes.find(number);
  const classOfService = plan.classOf(number);
  if (there !== undefined || classOfService === undefined) return there;
  const id = random.uuid() as MailboxId;
  const fresh = { id, number, origin: 'dynamic', classOfService, created: clock.now() } as const;
  return (await store.mailboxes.findOrCreate(fresh)).mailbox;
}

/** Its own, unless there is something of that name here: that may be another message's. */
async function freeId({ store, digest }: TakeInDeps, message: string, media: MediaId): Promise<MediaId> {
  if ((await store.media.get(media)) === undefined) return media;
  return (await digest(new TextEncoder().encode(`${message} ${media}`))).slice(0, 32) as MediaId;
}

function withIds({ envelope, beside }: WholeMessage, ids: ReadonlyMap<MediaId, MediaId>): WholeMessage {
  const renamed = <T extends { readonly media: MediaId }>(part: T): T => ({
    ...part,
    media: ids.get(part.media) ?? part.media,
  });
  return {
    envelope: { ...envelope, parts: envelope.parts.map(renamed) },
    beside: { ...beside, kept: beside.kept.map(renamed) },
  };
}

async function insert({ store, random }: TakeInDeps, message: Message): Promise<TakenIn> {
  let next = message;
  for (let n = 0; n <= referenceTries; n += 1) {
    const { kind } = await store.messages.insert(next);
    if (kind === 'inserted') return { kind: 'taken', mailbox: message.mailbox, renumbered: n > 0 };
    if (kind === 'duplicate') return { kind: 'known' };
    next = { ...message, reference: makeReference(random.digits(9)) };
  }
  return { kind: 'bad', why: 'no free reference was found' };
}
