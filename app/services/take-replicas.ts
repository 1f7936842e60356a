/**
 * Many replicas in as few questions to the store as one. What is not plain (it is here, or something of its name; its mailbox
 * is not) goes the way of single ones, which is the one that decides.
 */
import { readEnvelope } from '../core/envelope/envelope.ts';
import { isFault, isTemporary } from '../core/errors.ts';
import type { E164, MailboxId, MessageId } from '../core/ids.ts';
import { sumOf } from '../core/mailbox/sum-of.ts';
import { effectOf } from '../core/mailbox/usage.ts';
import type { Envelope, Message } from '../core/message/message.ts';
import { homeOf } from '../core/replication/home-of.ts';
import { messageFingerprint } from '../core/replication/message-register.ts';
import { visitEpoch } from '../core/replication/visit-epoch.ts';
import type { Raise } from '../ports/counting.ts';
import type { MessageContent, NewReplica, Replica, ReplicaAnswer } from '../ports/replication.ts';
import { replicaMessage, type MessageReplica } from './replica-message.ts';
import { isVisitor, takeReplica, undo, wrongPiece, type TakeReplicaDeps } from './take-replica.ts';

/** @throws Fault of a store that is away: the peer sends them again */
export async function takeReplicas(
  deps: TakeReplicaDeps,
  peer: string,
  replicas: readonly Replica[],
): Promise<ReplicaAnswer[]> {
  const done =
    replicas.length === 1
      ? undefined
      : await lasting(takePlain(deps, peer, replicas), () => new Map<Replica, ReplicaAnswer>());
  const answers: ReplicaAnswer[] = [];
  for (const replica of replicas) answers.push(done?.get(replica) ?? (await takeOne(deps, peer, replica)));
  return answers;
}

/**
 * What goes wrong with it here, and would again, holds up no other: it is refused, and offered again later.
 * @throws Fault of a store that is away: the peer sends it again
 */
export function takeOne(deps: TakeReplicaDeps, peer: string, replica: Replica): Promise<ReplicaAnswer> {
  return lasting(takeReplica(deps, peer, replica), (error) => {
    deps.log.error('a replica cannot be kept', { error, node: peer, message: replica.id });
    return { kind: 'refused', why: 'it cannot be kept here' };
  });
}

/** What is made of an error that would come again. */
async function lasting<T>(work: Promise<T>, otherwise: (error: unknown) => T): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isTemporary(error)) throw error;
    return otherwise(error);
  }
}

type Whole = MessageReplica & { readonly content: MessageContent };

interface Plain {
  readonly replica: Whole;
  readonly envelope: Envelope;
  readonly fresh: NewReplica;
  /** It is a visitor's, whose home the peer is. */
  readonly away: boolean;
}

async function takePlain(
  deps: TakeReplicaDeps,
  peer: string,
  replicas: readonly Replica[],
): Promise<Map<Replica, ReplicaAnswer>> {
  const { store } = deps;
  const plain = await whatIsPlain(deps, peer, replicas);
  if (plain.length === 0) return new Map();
  const there = new Set(
    await store.media.putAll(
      plain.flatMap(({ replica: { pieces }, fresh }) =>
        pieces.flatMap(({ media: id, contentType, bytes }) =>
          bytes instanceof Uint8Array ? { id, contentType, bytes, owner: fresh.message.mailbox } : [],
        ),
      ),
    ),
  );
  const own = plain.filter(({ replica }) => !replica.pieces.some(({ media }) => there.has(media)));
  if (own.length === 0) return new Map();
  const inserted = await store.replication.insertAll(own.map(({ fresh }) => fresh));
  const taken = own.filter((_, i) => inserted[i] === 'inserted');
  await count(
    deps,
    taken.map(({ fresh }) => fresh.message),
  );
  const answers = new Map<Replica, ReplicaAnswer>();
  for (const { replica } of taken) answers.set(replica, { kind: 'taken' });
  // They left while it came: whoever clears has not seen it.
  const still = await store.replication.profiles(
    numbersOf(taken.filter(({ away }) => away).map(({ replica }) => replica)),
  );
  for (const { replica, away } of taken)
    if (away && !isVisitor(still.get(replica.number))) answers.set(replica, await undo(deps, replica));
  return answers;
}

async function whatIsPlain(
  deps: TakeReplicaDeps,
  peer: string,
  replicas: readonly Replica[],
): Promise<Plain[]> {
  const { store, plan, domains, clock } = deps;
  const possible = firstOfEach(replicas.filter(isWhole)).flatMap((replica) => {
    const envelope = envelopeOf(replica);
    return envelope === undefined ? [] : [{ replica, envelope }];
  });
  const numbers = numbersOf(possible.map(({ replica }) => replica));
  const visitors = numbers.filter((number) => homeOf(number, domains) === peer);
  const ours = numbers.filter(
    (number) => homeOf(number, domains) === undefined && plan.classOf(number) !== undefined,
  );
  const home = new Set(ours);
  const atHome = possible.filter(({ replica }) => home.has(replica.number));
  // One that is removed meanwhile is found in one of them: the note is there before the message is gone.
  const known = async () => {
    const states = await store.replication.statesOf(possible.map(({ replica }) => replica.id));
    const purged = await store.replication.purged(atHome.map(({ replica }) => replica.id));
    return new Set<MessageId>([...states.map(({ id }) => id), ...purged]);
  };
  const [here, visits, profiles, mailboxes, clashes] = await Promise.all([
    known(),
    store.replication.visitsOf(ours),
    store.replication.profiles(visitors),
    store.mailboxes.findAll(numbers),
    store.replication.clashes(
      possible.map(({ envelope }) => envelope.origin),
      possible.map(({ replica }) => replica.content.reference),
    ),
  ]);
  const origins = new Set(clashes.origins.map(({ network, id }) => `${network}:${id}`));
  const references = new Set(clashes.references);
  const epochs = new Map<E164, string>(ours.map((number) => [number, '']));
  for (const visit of visits) if (visit.node === peer) epochs.set(visit.number, visitEpoch(visit));
  for (const number of visitors) if (isVisitor(profiles.get(number))) epochs.set(number, '');
  const boxes = new Map<E164, MailboxId>();
  for (const { id, number, aliases } of mailboxes) for (const one of [number, ...aliases]) boxes.set(one, id);
  const away = new Set(visitors);
  const plain: Plain[] = [];
  for (const { replica, envelope } of possible) {
    const { number, id, content, register } = replica;
    const [epoch, mailbox] = [epochs.get(number), boxes.get(number)];
    const origin = `${envelope.origin.network}:${envelope.origin.id}`;
    if (epoch === undefined || mailbox === undefined || here.has(id)) continue;
    if (origins.has(origin) || references.has(content.reference)) continue;
    if ((await wrongPiece(deps, envelope, replica)) !== undefined) continue;
    // Another of this group with the same is none.
    origins.add(origin);
    references.add(content.reference);
    const message: Message = replicaMessage(replica, {
      content,
      envelope,
      mailbox,
      reference: content.reference,
      origin: envelope.origin.id,
      media: new Map(),
      now: clock.now(),
    });
    const has = `${epoch}${messageFingerprint(register)}`;
    const fresh = { message, register, peer: { name: peer, has } };
    plain.push({ replica, envelope, fresh, away: away.has(number) });
  }
  return plain;
}

/** With all its bytes at hand. */
function isWhole(replica: Replica): replica is Whole {
  if (replica.kind !== 'message' || replica.content === undefined) return false;
  return replica.pieces.every(({ bytes }) => bytes instanceof Uint8Array);
}

/** The first of each message, and of each piece. */
function firstOfEach(replicas: readonly Whole[]): Whole[] {
  const seen = new Set<string>();
  return replicas.filter(({ id, pieces }) => {
    const names = [id, ...pieces.map(({ media }) => `piece ${media}`)];
    if (names.some((name) => seen.has(name))) return false;
    for (const name of names) seen.add(name);
    return true;
  });
}

function envelopeOf({ id, content }: Whole): Envelope | undefined {
  try {
    const envelope = readEnvelope(content.envelope);
    return envelope.id === id ? envelope : undefined;
  } catch (error) {
    if (isFault(error, 'invalid')) return undefined;
    throw error;
  }
}

function numbersOf(replicas: readonly Whole[]): E164[] {
  return [...new Set(replicas.map(({ number }) => number))];
}

async function count({ store, lamps, log }: TakeReplicaDeps, messages: readonly Message[]): Promise<void> {
  const sums = new Map<string, Raise>();
  for (const message of messages) {
    const change = effectOf(undefined, message);
    const key = `${message.mailbox} ${change.kind}`;
    const before = sums.get(key)?.change;
    sums.set(key, {
      mailbox: message.mailbox,
      change: before === undefined ? change : sumOf(before, change),
    });
  }
  if (sums.size === 0) return;
  await store.counting.raise([...sums.values()]);
  // Not waited for: the peer is.
  for (const mailbox of new Set(messages.map((message) => message.mailbox)))
    lamps.publish(mailbox).catch((error: unknown) => log.warn('lamp not set', { error }));
}
