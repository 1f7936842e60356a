/** Who is at another node: reported here at their home, or noticed here of others' subscribers. */
import { Fault } from '../core/errors.ts';
import type { E164 } from '../core/ids.ts';
import { homeOf } from '../core/replication/home-of.ts';
import type { Auditor } from './audit.ts';
import type { Peer, PeerIntake, Tell, Visit } from '../ports/replication.ts';
import { type TakeReplicaDeps } from './take-replica.ts';
import { takeOne, takeReplicas } from './take-replicas.ts';
import { beginVisit, cleared, comeHome, heardAt, isLate, type VisitsDeps } from './visits.ts';

export interface RoamingDeps extends Omit<TakeReplicaDeps, 'domains'> {
  /** Name of this node. */
  readonly node: string;
  readonly peers: readonly Peer[];
  readonly auditor: Pick<Auditor, 'note'>;
  /** Something is to be sent to this node. */
  readonly onDue: (node: string) => void;
}

export interface Reported {
  /** Own number of the mailbox. */
  readonly number: E164;
  /** Absent: they are home. */
  readonly visit?: Visit;
  /** Something newer was known: nothing was changed. */
  readonly late: boolean;
}

/**
 * `came`: they call, or a phone has registered that was not there; `stays`: a phone is registered, and may have been all the
 * time, as one on a desk is while its owner is away.
 */
export type Seen = 'came' | 'stays';

export interface Roaming extends PeerIntake {
  /**
   * The subscriber is at that node, or, with this node's own name, home: told by a network, or an operator. Any number of times,
   * in any order.
   * @param at since when; what is older than what is known changes nothing. Absent: now
   * @throws Fault `not-found` if no mailbox here has the number, or no node the name; `invalid` if another node is their home;
   * `gateway-unavailable` (temporary) if that node is to hear that they are here, and cannot be reached
   */
  report(number: E164, node: string, at?: Date): Promise<Reported>;
  /** They are home again. False: they were nowhere else. */
  returned(number: E164): Promise<boolean>;
  /**
   * Somebody is at this node who registers or calls in. Of one of another node's its home is told, of one who was away that they
   * are back. Never rejects: it is only noticed.
   */
  seen(number: E164, how?: Seen): Promise<void>;
  /** Tells homes once more that could not be reached when somebody was seen. Never rejects. */
  tellAgain(): Promise<void>;
  /** Who is elsewhere, by number: those after the given one; fewer than `limit` = the end. */
  visits(after: E164 | undefined, limit: number): Promise<readonly Visit[]>;
}

/** Visitors whose homes could not be told. */
const mostUntold = 10_000;

export function createRoaming(given: RoamingDeps): Roaming {
  const { store, peers, clock, log } = given;
  const byName = new Map(peers.map((peer) => [peer.name, peer]));
  const untold = new Map<E164, string>();
  const deps: WithVisits = {
    ...given,
    async tellLeft(node, number) {
      const peer = byName.get(node);
      if (peer === undefined || peer.byFile === true) return;
      await peer
        .tell('return', [number])
        .catch((error: unknown) =>
          log.warn('a node is not told yet that a visitor has left', { node, error }),
        );
    },
  };
  /** @throws Fault of a node that is away */
  const arrived = async (number: E164, home: string): Promise<void> => {
    const known = await store.replication.profile(number);
    const isHere = known !== undefined && known.leaving === undefined;
    if (isHere && Object.keys(known.register).length > 0) return;
    const peer = byName.get(home);
    // Their home reads it in the next bundle that is made here.
    if (peer !== undefined && peer.byFile !== true) await peer.tell('arrived', [number]);
  };
  const noticed = async (number: E164, home: string): Promise<void> => {
    untold.delete(number);
    try {
      await arrived(number, home);
    } catch (error) {
      if (untold.size < mostUntold) untold.set(number, home);
      log.warn('a visitor could not be told of yet', { error });
    }
  };
  return {
    take: (peer, replica) => takeOne({ ...deps, domains: peers }, peer, replica),
    takeAll: (peer, replicas) => takeReplicas({ ...deps, domains: peers }, peer, replicas),
    tell: (peer, what, numbers) => answer(deps, peer, what, numbers),
    report: (number, node, at) => report({ ...deps, arrived }, number, node, at),
    returned: async (number) => comeHome(deps, await ownNumber(deps, number), clock.now()),
    async seen(number, how = 'came') {
      const home = homeOf(number, peers);
      if (home !== undefined) return noticed(number, home);
      if (how === 'stays') return;
      // Nothing is written of those who were nowhere.
      await comeBack(deps, number).catch((error: unknown) =>
        log.warn('it is not noted that a subscriber is back', { error }),
      );
    },
    async tellAgain() {
      for (const [number, home] of Array.from(untold)) await noticed(number, home);
    },
    visits: (after, limit) => store.replication.visitPage(after, limit),
  };
}

type WithVisits = RoamingDeps & VisitsDeps;

async function report(
  deps: WithVisits & { arrived(number: E164, home: string): Promise<void> },
  number: E164,
  node: string,
  at: Date | undefined,
): Promise<Reported> {
  const { store, peers, plan } = deps;
  const isHere = node === deps.node;
  if (!isHere && !peers.some(({ name }) => name === node))
    throw refused('not-found', 'no node has this name');
  const home = homeOf(number, peers);
  if (home !== undefined) {
    if (!isHere)
      throw refused('invalid', `the home of this number is the node ${home}: it is to be told there`);
    await deps.arrived(number, home);
    return { number, visit: { number, node, since: deps.clock.now() }, late: false };
  }
  const mailbox = await store.mailboxes.find(number);
  if (mailbox === undefined && plan.classOf(number) === undefined)
    throw refused('not-found', 'nobody has this number');
  const own = mailbox?.number ?? number;
  const told = heardAt(deps, at);
  const late = at !== undefined && (await isLate(deps, own, told));
  if (!late && isHere) await comeHome(deps, own, told);
  if (!late && !isHere) await beginVisit(deps, own, node, told);
  const visit = await store.replication.visit(own);
  return { number: own, ...(visit === undefined ? {} : { visit }), late };
}

async function answer(deps: WithVisits, peer: string, what: Tell, numbers: readonly E164[]): Promise<E164[]> {
  const held: E164[] = [];
  for (const number of numbers) if (await one(deps, peer, what, number)) held.push(number);
  return held;
}

async function one(deps: WithVisits, peer: string, what: Tell, number: E164): Promise<boolean> {
  const { store, plan, peers, clock } = deps;
  const home = homeOf(number, peers);
  if (what === 'return') {
    // Only their home says so.
    if (home !== peer) return false;
    const seen = await store.replication.profile(number);
    if (seen === undefined) return false;
    if ((await store.mailboxes.find(number)) === undefined) {
      // All was removed, and home could not be told: nobody would look at it again.
      await store.replication.removeProfile(number);
      return false;
    }
    if (seen.leaving === undefined)
      await store.replication.putProfile(number, seen, { ...seen, leaving: clock.now() });
    deps.onDue(peer);
    return true;
  }
  if (home !== undefined || plan.classOf(number) === undefined) return false;
  const own = await ownNumber(deps, number);
  if (what === 'arrived') return (await beginVisit(deps, own, peer, clock.now())).node === peer;
  if (what === 'left') return cleared(deps, own, peer);
  const visit = await store.replication.visit(own);
  return visit?.node === peer && visit.ending === undefined;
}

async function comeBack(deps: WithVisits, number: E164): Promise<void> {
  const own = await ownNumber(deps, number);
  if ((await deps.store.replication.visit(own)) !== undefined) await comeHome(deps, own, deps.clock.now());
}

/** Visits are kept under the first number of a mailbox: who calls from another of theirs is the same. */
async function ownNumber({ store }: Pick<RoamingDeps, 'store'>, number: E164): Promise<E164> {
  return (await store.mailboxes.find(number))?.number ?? number;
}

function refused(code: 'not-found' | 'invalid', text: string): Fault {
  return new Fault(code, text, { temporary: false, publicText: text });
}
