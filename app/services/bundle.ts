/** What a node has for another of one subscriber, where only files go to and fro: made here, and taken as what comes over a line. */
import { Fault } from '../core/errors.ts';
import type { E164, MessageId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { mostPurged, type BundleHead } from '../core/replication/bundle-head.ts';
import { homeOf } from '../core/replication/home-of.ts';
import { advanceMessage, messageFingerprint } from '../core/replication/message-register.ts';
import { advanceProfile } from '../core/replication/profile-register.ts';
import { visitEpoch } from '../core/replication/visit-epoch.ts';
import type { Peer, Replica } from '../ports/replication.ts';
import type { Archiving } from './archiving.ts';
import { clearVisitor } from './clear-visitor.ts';
import type { Profiles } from './profile.ts';
import type { Roaming, RoamingDeps } from './roaming.ts';
import { chosenNow } from './take-profile.ts';
import { profileReplica } from './profile-replica.ts';
import { removePurged } from './purged-at-home.ts';
import { replicasOf } from './replicas-of.ts';
import { isLate, isTooOld, visitAt } from './visits.ts';

export interface BundleDeps extends Omit<RoamingDeps, 'onDue' | 'lamps' | 'random'> {
  readonly archiving: Pick<Archiving, 'bringBack' | 'forget'>;
  readonly profiles: Pick<Profiles, 'of'>;
  /** Largest messages that go to a node, by class of service, in bytes. */
  readonly mostBytes: Readonly<Record<string, number>>;
}

export interface Bundle {
  readonly head: BundleHead;
  /** Once. */
  readonly replicas: () => AsyncGenerator<Replica>;
}

/**
 * States of all messages, and the whole of those that the other node is not known to have.
 * @param to the other node; absent: where they are, or at home
 * @param all the whole of every message
 * @throws Fault `not-found` where no node has the name, or it is not known to whom; `invalid` where it is not theirs to have
 */
export async function makeBundle(
  deps: BundleDeps,
  number: E164,
  to: string | undefined,
  all: boolean,
): Promise<Bundle> {
  const { store, peers, node, clock } = deps;
  const home = homeOf(number, peers);
  const mailbox = await store.mailboxes.find(number);
  const own = mailbox?.number ?? number;
  const visit = home === undefined ? await store.replication.visit(own) : undefined;
  const other = to ?? home ?? visit?.node;
  if (other === undefined) throw refused('not-found', 'this subscriber is at no other node');
  if (!peers.some(({ name }) => name === other)) throw refused('not-found', 'no node has this name');
  if (home !== undefined && home !== other) throw refused('invalid', `their home is ${home}`);
  if (home === undefined && mailbox === undefined) throw refused('not-found', 'nobody has this number');
  const visiting = visit?.node === other && visit.ending === undefined;
  const head = { from: node, to: other, number: own, made: clock.now(), visiting };
  const wanted = { other, all, role: home === undefined ? 'home' : 'away', visiting } as const;
  const at = visitAt(visit, other);
  const epoch = at === undefined ? '' : visitEpoch(at);
  const isHome = home === undefined && mailbox !== undefined;
  const purged = isHome ? await goneOf(deps, mailbox) : [];
  return {
    head: { ...head, cleared: home !== undefined && mailbox === undefined, purged },
    async *replicas() {
      if (mailbox === undefined) return;
      const profile = home === undefined && !visiting ? undefined : await profileOf(deps, mailbox);
      if (profile !== undefined) yield profile;
      yield* messagesOf(deps, mailbox, { ...wanted, epoch });
    },
  };
}

/** A note of a message that is there counts for nothing: a legal hold kept it, or it was brought back. */
async function goneOf({ store }: BundleDeps, { id }: Mailbox): Promise<MessageId[]> {
  const noted = await store.replication.purgedOf(id, mostPurged);
  const there = new Set((await store.replication.statesOf(noted)).map((state) => state.id));
  return noted.filter((one) => !there.has(one));
}

/** Of a visitor only once their home has said what holds. */
async function profileOf(deps: BundleDeps, mailbox: Mailbox): Promise<Replica | undefined> {
  const { store, peers } = deps;
  const { number } = mailbox;
  const seen = await store.replication.profile(number);
  const isVisitor = homeOf(number, peers) !== undefined;
  if (isVisitor && Object.keys(seen?.register ?? {}).length === 0) return undefined;
  const register = advanceProfile(seen?.register, await chosenNow(store, mailbox));
  await store.replication.putProfile(number, seen, { acked: {}, ...seen, register });
  return profileReplica(deps, mailbox, register);
}

interface Wanted {
  readonly other: string;
  readonly all: boolean;
  readonly role: 'home' | 'away';
  readonly visiting: boolean;
  readonly epoch: string;
}

async function* messagesOf(deps: BundleDeps, mailbox: Mailbox, wanted: Wanted): AsyncGenerator<Replica> {
  const { store, mostBytes, profiles, node } = deps;
  const { other, all, role, visiting, epoch } = wanted;
  const most = (role === 'home' ? mostBytes[profiles.of(mailbox).name] : undefined) ?? Infinity;
  for await (const state of store.replication.states(mailbox.id)) {
    const acked = state.acked[other];
    const has = acked?.startsWith(`${epoch}[`) ?? false;
    // Of one who is not there only what is known to be there.
    if (role === 'home' && !visiting && acked === undefined) continue;
    const register = advanceMessage(state.seen, state);
    // What was told counts as known: the next change is another turn.
    if (state.seen === undefined || messageFingerprint(state.seen) !== messageFingerprint(register))
      await store.replication.acknowledge(node, [{ seen: state, register, epoch: '' }]);
    const whole = (role === 'away' || visiting) && (all || !has) && state.bytes <= most;
    if (!whole && acked === undefined) continue;
    const { id } = state;
    const made = (await replicasOf(deps, [{ number: mailbox.number, id, register, whole }])).get(id);
    if (made === 'away')
      throw new Fault('archive-unavailable', 'what lies in the archive cannot be read', { temporary: true });
    if (typeof made === 'object') yield made;
    else deps.log.error('parts of a message are gone: it is not in the bundle', { message: id });
  }
}

export type BundleTaken =
  /** A newer one was taken before, or it is older than a week: nothing was changed. */
  | { readonly kind: 'late' }
  | {
      readonly kind: 'taken';
      readonly taken: number;
      /** Messages of which only the state came, and which are not here: all of them are to be in the next bundle. */
      readonly unknown: number;
      /** Messages that were removed for good here: where they come from they go with the next bundle from here. */
      readonly purged: number;
      /** Messages that home has removed for good and that stay here for now: a legal hold, or an archive that is away. */
      readonly stay: number;
      readonly refused: readonly string[];
      /** The subscriber has left: what is here of them goes once their home has all of it. */
      readonly leaving: boolean;
      /** Nothing of them is here any more. */
      readonly cleared: boolean;
    };

/**
 * Any number of times. What was begun and not ended is made good by taking it again.
 * @param roaming what a line from that node would ask
 * @throws Fault `invalid` if it is for another node, `store-unavailable`
 */
export async function takeBundle(
  deps: BundleDeps,
  roaming: Pick<Roaming, 'take' | 'tell'>,
  head: BundleHead,
  replicas: AsyncIterable<Replica>,
): Promise<BundleTaken> {
  const { store, peers, node } = deps;
  const { from, to, number, made } = head;
  if (to !== node) throw refused('invalid', `it is for the node ${to}`);
  const home = homeOf(number, peers);
  const isVisitor = home !== undefined;
  // An old one would bring back what was removed of a visitor; at home what is old is joined as all else.
  if (isVisitor ? await isLate(deps, number, made) : isTooOld(deps, made)) return { kind: 'late' };
  if (isVisitor) await store.replication.putHome(number, made);
  let taken = 0;
  let unknown = 0;
  let purged = 0;
  const stay = home === from ? await removeAllPurged(deps, head) : 0;
  const wrong: string[] = [];
  for await (const replica of replicas) {
    const answer =
      replica.number === number
        ? await roaming.take(from, replica)
        : ({ kind: 'refused', why: 'it is of another subscriber' } as const);
    if (answer.kind === 'taken') taken += 1;
    else if (answer.kind === 'unknown') unknown += 1;
    else if (answer.kind === 'purged') purged += 1;
    else wrong.push(`${replica.id}: ${answer.why}`);
  }
  const found = { taken, unknown, purged, stay, refused: wrong };
  const result = { kind: 'taken', ...found, leaving: false, cleared: false } as const;
  if (home !== from || head.visiting) {
    if (home === undefined && head.cleared) await roaming.tell(from, 'left', [number]);
    return { ...result, cleared: head.cleared };
  }
  return { ...result, leaving: true, cleared: await leave(deps, from, number) };
}

/** Answers how many stay. */
async function removeAllPurged(deps: BundleDeps, { from, number, purged }: BundleHead): Promise<number> {
  const mailbox = await deps.store.mailboxes.find(number);
  if (mailbox === undefined) return 0;
  let stay = 0;
  for (const id of purged) if (!(await removePurged(deps, from, mailbox.id, id))) stay += 1;
  return stay;
}

/** Their home says that they are not here. */
async function leave(deps: BundleDeps, from: string, number: E164): Promise<boolean> {
  const { store, clock } = deps;
  const mailbox = await store.mailboxes.find(number);
  if (mailbox === undefined) {
    await store.replication.removeProfile(number);
    return true;
  }
  const seen = await store.replication.profile(number);
  if (seen?.leaving === undefined)
    await store.replication.putProfile(number, seen, {
      register: {},
      acked: {},
      ...seen,
      leaving: clock.now(),
    });
  // It is told in the next bundle from here.
  const silent: Peer = { name: from, prefixes: [], send: async () => [], tell: async () => [] };
  return clearVisitor(deps, silent, { id: mailbox.id, number: mailbox.number, mark: '' });
}

function refused(code: 'not-found' | 'invalid', text: string): Fault {
  return new Fault(code, text, { temporary: false, publicText: text });
}
