/** What lies on this disk goes into the store, several at once: the store may be away again soon. */
import { isTemporary } from '../core/errors.ts';
import type { E164 } from '../core/ids.ts';
import type { Log } from '../ports/log.ts';
import type { SpooledDeposit, Spool } from '../ports/spool.ts';
import type { IntoStore } from './give-out.ts';

/** Entries at once. */
const lanes = 4;

export interface DrainDeps {
  readonly spool: Spool;
  readonly log: Log;
  readonly intoStore: IntoStore;
  /** It is being given out, and removed then. */
  readonly isUnderWay: (entry: SpooledDeposit) => boolean;
}

/**
 * Oldest first. Those of one number go one after the other, as its first message is told of otherwise; one for several goes alone.
 * @returns how many messages are in the store now
 * @throws Fault if the store is away: the rest stays
 */
export async function drainSpool(deps: DrainDeps, signal: AbortSignal): Promise<number> {
  const running = new Map<E164, Promise<void>>();
  const faults: unknown[] = [];
  let moved = 0;
  const move = async (entry: SpooledDeposit): Promise<void> => {
    try {
      moved += await moveOut(deps, entry);
    } catch (error) {
      faults.push(error);
    }
    running.delete(entry.draft.to);
  };
  for await (const entry of deps.spool.list()) {
    const { to } = entry.draft;
    await running.get(to);
    if (entry.others !== undefined) await Promise.all(running.values());
    while (running.size >= lanes) await Promise.race(running.values());
    if (signal.aborted || faults.length > 0) break;
    if (deps.isUnderWay(entry)) continue;
    running.set(to, move(entry));
    if (entry.others !== undefined) await running.get(to);
  }
  await Promise.all(running.values());
  if (moved > 0) deps.log.info('spooled deposits are in the store', { count: moved });
  if (faults.length > 0) throw faults[0];
  return moved;
}

/** One entry of the spool into the store: the messages of it that are in. @throws Fault if the store is away */
async function moveOut({ spool, log, intoStore }: DrainDeps, entry: SpooledDeposit): Promise<number> {
  let moved = 0;
  const all = apart(entry);
  for (const one of all) {
    try {
      await intoStore({ ...one, recovered: true });
      moved += 1;
    } catch (error) {
      if (isTemporary(error)) throw error;
      // It stays, and does not hold up those behind it.
      log.error('a spooled deposit is not taken by the store', { error });
    }
  }
  if (moved === all.length) await spool.remove(entry);
  return moved;
}

/** What lies in the spool for several, as a deposit for each. */
function apart({ others, ...first }: SpooledDeposit): SpooledDeposit[] {
  const rest = (others ?? []).map(({ to, id, classOfService }) => ({
    ...first,
    classOfService,
    draft: { ...first.draft, to, origin: { ...first.draft.origin, id } },
  }));
  return [first, ...rest];
}
