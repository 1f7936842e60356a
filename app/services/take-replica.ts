/** What another node sends of messages and profiles, joined with what is here. Each may come any number of times. */
import type { NumberPlan } from '../core/address/number-plan.ts';
import { readEnvelope } from '../core/envelope/envelope.ts';
import { isFault } from '../core/errors.ts';
import type { E164, MailboxId, MediaId, Reference } from '../core/ids.ts';
import { effectOf } from '../core/mailbox/usage.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Envelope } from '../core/message/message.ts';
import { makeReference } from '../core/reference/reference.ts';
import { homeOf, type Domain } from '../core/replication/home-of.ts';
import { advanceMessage, joinMessages, messageFingerprint } from '../core/replication/message-register.ts';
import { visitEpoch } from '../core/replication/visit-epoch.ts';
import { replicaMessage, type MessageReplica } from './replica-message.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { Digest } from '../ports/digest.ts';
import type { Log } from '../ports/log.ts';
import type { Piece, ProfileSeen, Replica, ReplicaAnswer, ReplicaState } from '../ports/replication.ts';
import type { CountChange, Store } from '../ports/store.ts';
import { mediaSource, putPiece } from './media-source.ts';
import { removeMessage } from './remove-message.ts';
import { takeProfile } from './take-profile.ts';
import { visitAt } from './visits.ts';

export interface TakeReplicaDeps {
  readonly store: Store;
  readonly plan: Pick<NumberPlan, 'classOf'>;
  readonly domains: readonly Domain[];
  readonly digest: Digest;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly lamps: { publish(mailbox: MailboxId): Promise<void> };
}

/** Others who change the same message meanwhile; more are told to come again. */
const tries = 8;
const referenceTries = 8;

/** @throws Fault of a store that is away: the peer sends it again */
export async function takeReplica(
  deps: TakeReplicaDeps,
  peer: string,
  replica: Replica,
): Promise<ReplicaAnswer> {
  const { role, epoch } = await roleOf(deps, peer, replica.number);
  if (role === 'stranger')
    return { kind: 'refused', why: 'this number is not of this node, nor of the peer' };
  if (replica.kind === 'profile') {
    if (role === 'receiver') return { kind: 'refused', why: 'this subscriber is not there' };
    return takeProfile(deps, peer, replica, role, epoch);
  }
  try {
    return await takeMessage(deps, { name: peer, epoch }, replica, role);
  } catch (error) {
    if (isFault(error, 'invalid')) return { kind: 'refused', why: error.message };
    throw error;
  }
}

/**
 * `home`: the subscriber is visiting the peer; `receiver`: this is their home, and the peer has only taken messages for them;
 * `away`: the peer is their home.
 */
export type Role = 'home' | 'receiver' | 'away' | 'stranger';

async function roleOf(
  { store, plan, domains }: TakeReplicaDeps,
  peer: string,
  number: E164,
): Promise<{ readonly role: Role; readonly epoch: string }> {
  const home = homeOf(number, domains);
  if (home !== undefined) return { role: home === peer ? 'away' : 'stranger', epoch: '' };
  if (plan.classOf(number) === undefined) return { role: 'stranger', epoch: '' };
  // What happened where they were before counts until that node is cleared.
  const visit = visitAt(await store.replication.visit(number), peer);
  return visit === undefined ? { role: 'receiver', epoch: '' } : { role: 'home', epoch: visitEpoch(visit) };
}

interface Sender {
  readonly name: string;
  readonly epoch: string;
}

async function takeMessage(
  deps: TakeReplicaDeps,
  peer: Sender,
  replica: MessageReplica,
  role: Role,
): Promise<ReplicaAnswer> {
  const { store } = deps;
  for (let n = 0; n < tries; n += 1) {
    const seen = await store.replication.state(replica.id);
    if (seen === undefined) {
      const gone = role !== 'away' && (await store.replication.purged([replica.id])).size > 0;
      if (gone) return { kind: 'purged' };
      if (replica.content === undefined) return { kind: 'unknown' };
      if (role === 'away' && !(await visits(deps, replica.number))) return { kind: 'unknown' };
      const taken = await takeNew(deps, peer, replica);
      // They left while it came: whoever clears has not seen it.
      if (role === 'away' && !(await visits(deps, replica.number))) return undo(deps, replica);
      if (taken !== 'again') return taken;
      continue;
    }
    const mailbox = await store.mailboxes.find(replica.number);
    if (mailbox === undefined || mailbox.id !== seen.mailbox)
      return { kind: 'refused', why: 'it lies in another mailbox' };
    // Whoever has only taken a message has no say in what becomes of it.
    if (role === 'receiver' || (await joinIn(deps, peer, replica, seen))) return { kind: 'taken' };
  }
  return { kind: 'unknown' };
}

async function visits({ store }: TakeReplicaDeps, number: E164): Promise<boolean> {
  return isVisitor(await store.replication.profile(number));
}

/** Whether their home has sent who they are, and not that they have left. */
export function isVisitor(seen: ProfileSeen | undefined): boolean {
  return seen !== undefined && seen.leaving === undefined && Object.keys(seen.register).length > 0;
}

export async function undo(
  { store }: Pick<TakeReplicaDeps, 'store'>,
  { id }: Pick<MessageReplica, 'id'>,
): Promise<ReplicaAnswer> {
  const message = await store.messages.get(id);
  if (message !== undefined) await removeMessage(store, message, 'none');
  return { kind: 'unknown' };
}

/** False: somebody else was quicker. */
async function joinIn(
  { store, lamps, log }: TakeReplicaDeps,
  peer: Sender,
  { register }: MessageReplica,
  seen: ReplicaState,
): Promise<boolean> {
  const joined = joinMessages(advanceMessage(seen.seen, seen), register);
  const has = `${peer.epoch}${messageFingerprint(register)}`;
  const known = seen.seen !== undefined && messageFingerprint(seen.seen) === messageFingerprint(joined);
  if (known && seen.acked[peer.name] === has && joined.state.value === seen.state) return true;
  const result = await store.replication.apply(seen, joined, { name: peer.name, has });
  if (result === undefined) return false;
  const { before, after } = result;
  if (before.state !== after.state || before.urgent !== after.urgent)
    await count({ store, lamps, log }, before.mailbox, effectOf(before, after));
  return true;
}

async function takeNew(
  deps: TakeReplicaDeps,
  peer: Sender,
  replica: MessageReplica,
): Promise<ReplicaAnswer | 'again'> {
  const { store, clock } = deps;
  const { content, register, pieces, number, id } = replica;
  if (content === undefined) return { kind: 'unknown' };
  const envelope = readEnvelope(content.envelope);
  if (envelope.id !== id) return { kind: 'refused', why: 'the envelope is of another message' };
  const wrong = await wrongPiece(deps, envelope, replica);
  if (wrong !== undefined) return { kind: 'refused', why: wrong };
  const { network, id: originId } = envelope.origin;
  const other = await store.messages.byOrigin(network, originId);
  // The same deposit by two ways is one message; the same name for two deposits is not.
  if (other !== undefined && other.id !== id && sameParts(other.envelope, envelope)) return { kind: 'taken' };
  const mailbox = await mailboxFor(deps, number);
  const ids = new Map<MediaId, MediaId>();
  for (const piece of pieces)
    ids.set(piece.media, await put(deps, { message: id, mailbox: mailbox.id }, piece));
  const message = replicaMessage(replica, {
    content,
    envelope,
    mailbox: mailbox.id,
    reference: await freeReference(deps, content.reference),
    origin: other !== undefined && other.id !== id ? `${originId}@${peer.name}` : originId,
    media: ids,
    now: clock.now(),
  });
  const has = `${peer.epoch}${messageFingerprint(register)}`;
  if ((await store.replication.insert(message, register, { name: peer.name, has })) === 'taken')
    return 'again';
  await count(deps, mailbox.id, effectOf(undefined, message));
  return { kind: 'taken' };
}

/** What is wrong with the bytes, if anything is. */
export async function wrongPiece(
  { digest }: Pick<TakeReplicaDeps, 'digest'>,
  envelope: Envelope,
  { pieces, content }: MessageReplica,
): Promise<string | undefined> {
  const stored = new Map((content?.stored ?? []).map((one) => [one.of, one]));
  const wanted = envelope.parts.map((part, i) => ({ part, kept: stored.get(i) }));
  if (pieces.length !== wanted.length) return 'parts are missing, or too many';
  for (const { part, kept } of wanted) {
    const piece = pieces.find(({ media }) => media === (kept ?? part).media);
    if (piece === undefined || piece.bytes.length !== (kept ?? part).bytes) return 'a part is missing';
    if (kept === undefined && piece.sha256 !== part.sha256) return 'a part is another';
    // Those of a large one were looked at when they came.
    const whole = piece.bytes instanceof Uint8Array;
    if (whole && (await digest(piece.bytes)) !== piece.sha256) return 'a part has other bytes than its hash';
  }
  return undefined;
}

function sameParts(a: Envelope, b: Envelope): boolean {
  return a.parts.map(({ sha256 }) => sha256).join() === b.parts.map(({ sha256 }) => sha256).join();
}

/** Its own name, unless there is something else of that name here. */
async function put(
  deps: TakeReplicaDeps,
  { message, mailbox }: { readonly message: string; readonly mailbox: MailboxId },
  piece: Piece,
): Promise<MediaId> {
  const { store, digest } = deps;
  const { media } = piece;
  const free = await isFree(deps, piece).catch((error: unknown) => {
    // What nobody can open any more, as of a mailbox that was removed, makes room.
    if (isFault(error, 'key-lost')) return true;
    throw error;
  });
  const id = free
    ? media
    : ((await digest(new TextEncoder().encode(`${message} ${media}`))).slice(0, 32) as MediaId);
  await putPiece(store.media, piece, id, mailbox);
  return id;
}

/** Whether nothing else has its name. */
async function isFree({ store, digest }: TakeReplicaDeps, { media, bytes, sha256 }: Piece): Promise<boolean> {
  const there =
    bytes instanceof Uint8Array
      ? (await store.media.get(media))?.bytes
      : await mediaSource(store.media, media);
  return there === undefined || (there.length === bytes.length && (await digest(there)) === sha256);
}

async function mailboxFor({ store, plan, clock, random }: TakeReplicaDeps, number: E164): Promise<Mailbox> {
  const there = await store.mailboxes.find(number);
  if (there !== undefined) return there;
  const fresh = {
    id: random.uuid() as MailboxId,
    number,
    origin: 'dynamic' as const,
    classOfService: plan.classOf(number) ?? 'standard',
    created: clock.now(),
  };
  return (await store.mailboxes.findOrCreate(fresh)).mailbox;
}

/** The same as everywhere, unless another message has it here. */
async function freeReference({ store, random }: TakeReplicaDeps, wanted: Reference): Promise<Reference> {
  let reference = wanted;
  for (let n = 0; n < referenceTries; n += 1) {
    if ((await store.messages.byReference(reference)) === undefined) return reference;
    reference = makeReference(random.digits(9));
  }
  return reference;
}

async function count(
  { store, lamps, log }: Pick<TakeReplicaDeps, 'store' | 'lamps' | 'log'>,
  mailbox: MailboxId,
  effect: CountChange,
): Promise<void> {
  await store.mailboxes.count(mailbox, effect);
  // Not waited for: the peer is.
  lamps.publish(mailbox).catch((error: unknown) => log.warn('lamp not set', { error }));
}
