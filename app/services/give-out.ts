/** One message for several recipients: on the disk before the first has it, and off it when all have. */
import { isTemporary } from '../core/errors.ts';
import type { Log } from '../ports/log.ts';
import type { OtherRecipient, SpooledDeposit, Spool } from '../ports/spool.ts';
import type { Deposit, DepositResult } from './deposit.ts';

/** Deposits under way at once. */
const lanes = 8;

export type IntoStore = (deposit: Deposit) => Promise<DepositResult>;

export type Given =
  | DepositResult
  /** Neither store nor disk took it. */
  | { readonly kind: 'failed' };

export interface GiveOutDeps {
  readonly spool: Spool;
  readonly log: Log;
  /** As it lies in the spool. */
  readonly spooled: (deposit: Deposit) => SpooledDeposit;
  readonly intoStore: IntoStore;
  /** Into the store, or else into the spool by itself. */
  readonly take: IntoStore;
}

export interface GiveOut {
  /** @returns what came of each, in their order */
  giveOut(deposits: readonly Deposit[]): Promise<readonly Given[]>;
  /** Whether this process is giving it out just now. */
  isUnderWay(entry: SpooledDeposit): boolean;
}

export function createGiveOut(deps: GiveOutDeps): GiveOut {
  const underWay = new Set<string>();
  return {
    isUnderWay: ({ draft }) => underWay.has(draft.origin.id),
    async giveOut(deposits) {
      const [first, ...others] = deposits;
      if (first === undefined) return [];
      // One by itself is in the store whole, or was never sent.
      if (others.length === 0) return each(deps, deposits, deps.take);
      const { id } = first.draft.origin;
      underWay.add(id);
      try {
        return await giveOutSafely(deps, deposits, { ...deps.spooled(first), others: others.map(otherOf) });
      } finally {
        underWay.delete(id);
      }
    },
  };
}

async function giveOutSafely(
  deps: GiveOutDeps,
  deposits: readonly Deposit[],
  entry: SpooledDeposit,
): Promise<readonly Given[]> {
  const { spool, log } = deps;
  try {
    await spool.put(entry);
  } catch (error) {
    log.warn('a message for several is given out without being on the disk first', { error });
    return each(deps, deposits, deps.take);
  }
  let away = false;
  const given = await each(deps, deposits, async (deposit) => {
    // The first to find the store away tells the others: all of them are in the spool already.
    if (away) return { kind: 'spooled' };
    try {
      return await deps.intoStore(deposit);
    } catch (error) {
      if (!isTemporary(error)) throw error;
      log.warn('store away: a message for several stays in the spool', { error });
      away = true;
      return { kind: 'spooled' };
    }
  });
  if (!away)
    await spool.remove(entry).catch((error: unknown) => log.warn('a spooled deposit stays', { error }));
  return given;
}

async function each(
  { log }: GiveOutDeps,
  deposits: readonly Deposit[],
  give: IntoStore,
): Promise<readonly Given[]> {
  const given: Given[] = [];
  const waiting = deposits.entries();
  const lane = async (): Promise<void> => {
    for (const [i, deposit] of waiting) {
      given[i] = await give(deposit).catch((error: unknown) => {
        log.error('a message was not sent to one of its recipients', { error });
        return { kind: 'failed' } as const;
      });
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return given;
}

function otherOf({ draft, classOfService }: Deposit): OtherRecipient {
  return { to: draft.to, id: draft.origin.id, classOfService };
}
