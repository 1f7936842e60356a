/** Who is at another node: reported here at their home, or noticed here of others' subscribers. */
import { Fault } from '../core/errors.ts';
import type { E164 } from '../core/ids.ts';
import { homeOf } from '../core/replication/home-of.ts';
import type { Auditor } from './audit.ts';
import type { Peer, PeerIntake, Tell, Visit } from '../ports/replication.ts';
import { takeReplica, type TakeReplicaDeps } from './take-replica.ts';
import { takeReplicas } from './take-replicas.ts';

export interface RoamingDeps extends Omit<TakeReplicaDeps, 'domains'> {
  readonly peers: readonly Peer[];
  readonly auditor: Pick<Auditor, 'note'>;
  /** Something is to be sent to this node. */
  readonly onDue: (node: string) => void;
}

export interface Roaming extends PeerIntake {
  /**
   * The subscriber is at that node from now on: reported by a network, or an operator.
   * @throws Fault `not-found` if no mailbox here has the number, or no node the name; `invalid` if another node is their home
   */
  report(number: E164, node: string): Promise<Visit>;
  /** They are home again. False: they were nowhere else. */
  returned(number: E164): Promise<boolean>;
  /**
   * Somebody is at this node who registers or calls in. Of one of another node's its home is told, of one who was away that they
   * are back. Never rejects: it is only noticed.
   */
  seen(number: E164): Promise<void>;
  visits(): Promise<readonly Visit[]>;
}

export function createRoaming(deps: RoamingDeps): Roaming {
  const { store, peers, auditor, clock, log } = deps;
  const domains = peers;
  const byName = new Map(peers.map((peer) => [peer.name, peer]));

  const begin = async (number: E164, node: string): Promise<Visit> => {
    const before = await store.replication.visit(number);
    if (before?.node === node && before.ending === undefined) return before;
    if (before !== undefined && before.node !== node) await tellLater(before.node, [number]);
    const visit: Visit = { number, node, since: clock.now() };
    await store.replication.putVisit(visit);
    auditor.note({ event: 'roaming', outcome: 'away', caller: node });
    deps.onDue(node);
    return visit;
  };
  /** One that does not hear it asks by itself later. */
  const tellLater = async (node: string, numbers: readonly E164[]): Promise<void> => {
    await byName
      .get(node)
      ?.tell('return', numbers)
      .catch((error: unknown) => log.warn('a node is not told yet that a visitor has left', { node, error }));
  };
  const returned = async (number: E164): Promise<boolean> => {
    const visit = await store.replication.visit(number);
    if (visit === undefined) return false;
    if (visit.ending === undefined) {
      await store.replication.putVisit({ ...visit, ending: clock.now() });
      auditor.note({ event: 'roaming', outcome: 'home', caller: visit.node });
    }
    await tellLater(visit.node, [number]);
    return true;
  };
  return {
    take: (peer, replica) => takeReplica({ ...deps, domains }, peer, replica),
    takeAll: (peer, replicas) => takeReplicas({ ...deps, domains }, peer, replicas),
    tell: (peer, what, numbers) => answer({ ...deps, begin }, peer, what, numbers),
    async report(number, node) {
      if (!byName.has(node)) throw notFound('no node has this name');
      if (homeOf(number, domains) !== undefined)
        throw new Fault('invalid', 'another node is the home of this number', { temporary: false });
      const mailbox = await store.mailboxes.find(number);
      if (mailbox === undefined && deps.plan.classOf(number) === undefined)
        throw notFound('nobody has this number');
      return begin(mailbox?.number ?? number, node);
    },
    returned,
    async seen(number) {
      try {
        const home = homeOf(number, domains);
        if (home !== undefined) {
          if (
            (await store.replication.profile(number))?.leaving !== undefined ||
            !(await isHere(deps, number))
          )
            await byName.get(home)?.tell('arrived', [number]);
        } else await returned(number);
      } catch (error) {
        log.warn('a visitor could not be told of', { error });
      }
    },
    visits: () => store.replication.visits(undefined),
  };
}

async function isHere({ store }: RoamingDeps, number: E164): Promise<boolean> {
  const seen = await store.replication.profile(number);
  return seen !== undefined && Object.keys(seen.register).length > 0;
}

type AnswerDeps = RoamingDeps & { begin(number: E164, node: string): Promise<Visit> };

async function answer(deps: AnswerDeps, peer: string, what: Tell, numbers: readonly E164[]): Promise<E164[]> {
  const held: E164[] = [];
  for (const number of numbers) if (await one(deps, peer, what, number)) held.push(number);
  return held;
}

async function one(deps: AnswerDeps, peer: string, what: Tell, number: E164): Promise<boolean> {
  const { store, plan, peers, clock, auditor } = deps;
  const home = homeOf(number, peers);
  if (what === 'return') {
    // Only their home says so.
    if (home !== peer) return false;
    const seen = await store.replication.profile(number);
    if (seen === undefined) return false;
    if (seen.leaving === undefined)
      await store.replication.putProfile(number, seen, { ...seen, leaving: clock.now() });
    deps.onDue(peer);
    return true;
  }
  if (home !== undefined || plan.classOf(number) === undefined) return false;
  const visit = await store.replication.visit(number);
  if (what === 'arrived') return (await deps.begin(number, peer)).node === peer;
  if (what === 'still') return visit?.node === peer && visit.ending === undefined;
  if (visit?.node !== peer) return false;
  // They came back while the node was clearing: all is sent anew.
  if (visit.ending === undefined) {
    await store.replication.putVisit({ ...visit, since: clock.now() });
    return false;
  }
  auditor.note({ event: 'roaming', outcome: 'cleared', caller: peer });
  await store.replication.endVisit(number, peer);
  return true;
}

function notFound(text: string): Fault {
  return new Fault('not-found', text, { temporary: false });
}
