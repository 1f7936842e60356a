/** Where subscribers of this node are. News may come late, twice, or before what the last one began is done. */
import type { E164 } from '../core/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { ReplicationStore, Visit } from '../ports/replication.ts';
import type { Auditor } from './audit.ts';

export interface VisitsDeps {
  readonly store: {
    readonly replication: Pick<ReplicationStore, 'visit' | 'putVisit' | 'endVisit' | 'putHome' | 'lastTold'>;
  };
  readonly auditor: Pick<Auditor, 'note'>;
  readonly clock: Clock;
  /** Tells a node that a subscriber has left. Never rejects: one that does not hear it asks by itself later. */
  readonly tellLeft: (node: string, number: E164) => Promise<void>;
  /** Something is to be sent to this node. */
  readonly onDue: (node: string) => void;
}

/** What is older than this is not known to be late: nobody remembers what came after it. In milliseconds. */
const rememberedMs = 7 * 86_400_000;
/** Nodes that are waited for; of more the oldest keep what happened there, but have no more say. */
const mostEarlier = 16;

/** When it holds from: never later than now, whatever the clock of who told it says. */
export function heardAt({ clock }: Pick<VisitsDeps, 'clock'>, at: Date | undefined): Date {
  const now = clock.now();
  return at === undefined || at > now ? now : at;
}

/** Whether something newer is known. */
export async function isLate(
  {
    store,
    clock,
  }: { readonly store: { readonly replication: Pick<ReplicationStore, 'lastTold'> }; readonly clock: Clock },
  number: E164,
  at: Date,
): Promise<boolean> {
  if (isTooOld({ clock }, at)) return true;
  const told = await store.replication.lastTold(number);
  return told !== undefined && at < told;
}

export function isTooOld({ clock }: { readonly clock: Clock }, at: Date): boolean {
  return clock.now().getTime() - at.getTime() > rememberedMs;
}

export async function beginVisit(deps: VisitsDeps, number: E164, node: string, told: Date): Promise<Visit> {
  const { store, auditor, clock } = deps;
  const before = await store.replication.visit(number);
  if (before?.node === node && before.ending === undefined) {
    const same = { ...before, told: later(before.told, told) };
    if (same.told !== before.told) await store.replication.putVisit(same);
    return same;
  }
  const earlier = [...(before === undefined ? [] : [before]), ...(before?.earlier ?? [])]
    .filter((one) => one.node !== node)
    .map(({ node: name, since }) => ({ node: name, since }))
    .slice(0, mostEarlier);
  const visit: Visit = { number, node, since: clock.now(), earlier, told: later(before?.told, told) };
  await store.replication.putVisit(visit);
  if (before !== undefined && before.node !== node) await deps.tellLeft(before.node, number);
  auditor.note({ event: 'roaming', outcome: 'away', caller: node });
  deps.onDue(node);
  return visit;
}

/** They are home. False: they were nowhere else. */
export async function comeHome(deps: VisitsDeps, number: E164, told: Date): Promise<boolean> {
  const { store, auditor, clock } = deps;
  const visit = await store.replication.visit(number);
  if (visit === undefined) {
    await store.replication.putHome(number, told);
    return false;
  }
  const ending = visit.ending ?? clock.now();
  await store.replication.putVisit({ ...visit, ending, told: later(visit.told, told) });
  if (visit.ending === undefined) auditor.note({ event: 'roaming', outcome: 'home', caller: visit.node });
  await deps.tellLeft(visit.node, number);
  return true;
}

/** A node says that nothing of them is left there. False: they have come back since, and all is sent anew. */
export async function cleared(deps: VisitsDeps, number: E164, node: string): Promise<boolean> {
  const { store, auditor, clock } = deps;
  const visit = await store.replication.visit(number);
  const wasEarlier = visit?.earlier?.some((one) => one.node === node) ?? false;
  if (visit === undefined || (visit.node !== node && !wasEarlier)) return false;
  if (visit.node !== node) {
    const earlier = visit.earlier?.filter((one) => one.node !== node) ?? [];
    await store.replication.putVisit({ ...visit, earlier });
  } else if (visit.ending === undefined) {
    await store.replication.putVisit({ ...visit, since: clock.now() });
    return false;
  } else await store.replication.endVisit(number, node);
  auditor.note({ event: 'roaming', outcome: 'cleared', caller: node });
  return true;
}

/** The visit to a node, also if they have been elsewhere since and it has not been cleared. */
export function visitAt(visit: Visit | undefined, node: string): Pick<Visit, 'node' | 'since'> | undefined {
  if (visit?.node === node) return visit;
  return visit?.earlier?.find((one) => one.node === node);
}

function later(a: Date | undefined, b: Date): Date {
  return a !== undefined && a > b ? a : b;
}
