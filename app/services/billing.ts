/**
 * The books: numbers call detail records and sums them up by day and month as they come, whoever wrote them and however late;
 * counts days anew; prices records anew; and removes what is older than it is kept.
 */
import { priceOf, type Rate } from '../core/account/rate.ts';
import {
  monthly,
  monthOf,
  summarise,
  summaryKinds,
  sumUp,
  type NumberedCdr,
  type Summary,
} from '../core/account/summary.ts';
import { localTime } from '../core/time/local-time.ts';
import type { Ledger, LedgerStore, Repriced, SummaryStore } from '../ports/billing.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

/** Records of one batch, and names or prices of one write: each within the store's deadline also on a busy machine. */
const batch = 500;
const written = 200;
const leaseMs = 60_000;
/** Records that are read between two renewals of the lease. */
const renewEvery = 2000;
/** How often another's lease is asked for, and how long in all, in milliseconds. */
const askMs = 500;
const longestAskMs = 90_000;
const dayMs = 86_400_000;
const hourMs = 3_600_000;
/** What is too old is looked for so often, in milliseconds. */
const tidyMs = hourMs;

export interface BillingDeps {
  readonly store: { readonly ledger: LedgerStore; readonly summaries: SummaryStore };
  readonly rates: readonly Rate[];
  /** IANA zone of the days of summaries. */
  readonly timeZone: string;
  /** How long records and summaries are kept, in days. */
  readonly cdrDays: number;
  readonly summaryDays: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export type Rebuilt =
  | { readonly kind: 'done'; /** Records counted. */ readonly records: number; readonly repriced: number }
  /** Its records, or some of them, are not kept any more. */
  | { readonly kind: 'too-old'; readonly day: string }
  /** Another is at the books for long. */
  | { readonly kind: 'busy' };

export interface Billing {
  /** Numbers and sums up what waits, and removes what is too old; answers how many records, 0 if another is at it. */
  post(signal: AbortSignal): Promise<number>;
  /**
   * Counts days (`YYYY-MM-DD`, both included) and their months anew from the records, in place of what was there.
   * @param reprice by the rates as they are now, before
   */
  rebuild(from: string, to: string, reprice: boolean): Promise<Rebuilt>;
}

export function createBilling(deps: BillingDeps): Billing {
  const owner = deps.random.uuid();
  let tidied = 0;
  return {
    async post(signal) {
      const ledger = await deps.store.ledger.lease(owner, deps.clock.now(), leaseMs);
      if (ledger === undefined) return 0;
      try {
        const { through } = await postAll(deps, owner, ledger, signal);
        const now = deps.clock.now().getTime();
        if (!signal.aborted && now - tidied >= tidyMs) {
          await tidy(deps, owner, signal);
          tidied = now;
        }
        return through - ledger.through;
      } finally {
        await release(deps, owner);
      }
    },
    async rebuild(from, to, reprice) {
      const ledger = await leased(deps, owner);
      if (ledger === undefined) return { kind: 'busy' };
      try {
        const posted = await postAll(deps, owner, ledger);
        const rebuilt = await rebuild(deps, owner, posted, { from, to, reprice });
        if (rebuilt.kind === 'done' && rebuilt.repriced > 0) await postAll(deps, owner, posted);
        return rebuilt;
      } catch (error) {
        if (error instanceof LeaseLost) return { kind: 'busy' };
        throw error;
      } finally {
        await release(deps, owner);
      }
    },
  };
}

async function release({ store, log }: BillingDeps, owner: string): Promise<void> {
  await store.ledger
    .release(owner)
    .catch((error: unknown) => log.warn('the lease of the books ends by itself', { error }));
}

/** Another has the books, or had them meanwhile: whatever would be put in place of sums could be older than they are. */
class LeaseLost extends Error {}

async function leased({ store, clock }: BillingDeps, owner: string): Promise<Ledger | undefined> {
  for (let waited = 0; ; waited += askMs) {
    const ledger = await store.ledger.lease(owner, clock.now(), leaseMs);
    if (ledger !== undefined || waited >= longestAskMs) return ledger;
    await new Promise((resolve) => {
      setTimeout(resolve, askMs);
    });
  }
}

/** A batch that was left is finished first; then one after the other until nothing waits. */
async function postAll(
  { store, clock, timeZone }: BillingDeps,
  owner: string,
  begun: Ledger,
  signal?: AbortSignal,
): Promise<Ledger> {
  let ledger = begun;
  for (;;) {
    if (signal?.aborted === true) break;
    if (ledger.posting === undefined) ledger = await store.ledger.number(ledger, clock.now(), batch);
    const { through, posting } = ledger;
    if (posting === undefined) break;
    const rows = await store.ledger.page(through, posting, {}, posting - through);
    const fresh = rows.filter(({ counted }) => counted !== true);
    await store.summaries.add(summarise(fresh, timeZone), posting);
    ledger = await store.ledger.posted(ledger);
    if ((await store.ledger.lease(owner, clock.now(), leaseMs)) === undefined) break;
  }
  return ledger;
}

async function tidy(deps: BillingDeps, owner: string, signal: AbortSignal): Promise<void> {
  const { store, clock, timeZone } = deps;
  const ago = (days: number): Date => new Date(clock.now().getTime() - days * dayMs);
  while (!signal.aborted && (await store.ledger.removeBefore(ago(deps.cdrDays), batch)))
    await store.ledger.lease(owner, clock.now(), leaseMs);
  await store.summaries.removeBefore(monthOf(localTime(ago(deps.summaryDays), timeZone).day));
}

interface Range {
  readonly from: string;
  readonly to: string;
  readonly reprice: boolean;
}

async function rebuild(deps: BillingDeps, owner: string, ledger: Ledger, range: Range): Promise<Rebuilt> {
  const { store, clock } = deps;
  const days = daysBetween(range.from, range.to);
  const renew = async (): Promise<void> => {
    const held = await store.ledger.lease(owner, clock.now(), leaseMs);
    if (held === undefined || held.through !== ledger.through || held.posting !== undefined)
      throw new LeaseLost();
  };
  const done = { kind: 'done' as const, records: 0, repriced: 0 };
  for (const day of days) {
    if (ledger.since !== undefined && around(day).from < ledger.since) return { kind: 'too-old', day };
    const found = new Map<string, Summary>();
    let prices: Repriced[] = [];
    for await (const row of rowsOf(deps, day, ledger)) {
      const now = range.reprice ? repriced(deps, row) : undefined;
      if (now !== undefined) prices.push(now);
      sumUp(found, [now === undefined ? row : withPrice(row, now)], deps.timeZone, 'days');
      done.records += 1;
      if (done.records % renewEvery === 0) await renew();
      if (prices.length < written) continue;
      await renew();
      done.repriced += prices.length;
      await store.ledger.reprice(prices);
      prices = [];
    }
    await renew();
    done.repriced += prices.length;
    await store.ledger.reprice(prices);
    await store.summaries.replace(day, chunks([...found.values()]), ledger.through);
    await renew();
  }
  for (const month of new Set(days.map(monthOf))) {
    await store.summaries.replace(month, monthsOf(deps, month, renew), ledger.through);
  }
  return done;
}

/** Records of a day by the billing zone. */
async function* rowsOf(
  { store, timeZone }: BillingDeps,
  day: string,
  { through }: Ledger,
): AsyncGenerator<NumberedCdr> {
  const { from, to } = around(day);
  for await (const row of store.ledger.startedWithin(from, to, through)) {
    if (localTime(row.start, timeZone).day === day) yield row;
  }
}

/** Every instant that is that day anywhere: zones lie up to 14 hours before and 12 after UTC. */
function around(day: string): { readonly from: Date; readonly to: Date } {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  return { from: new Date(midnight - 15 * hourMs), to: new Date(midnight + 38 * hourMs) };
}

function daysBetween(from: string, to: string): string[] {
  const days: string[] = [];
  for (let at = Date.parse(`${from}T00:00:00Z`); at <= Date.parse(`${to}T00:00:00Z`); at += dayMs)
    days.push(new Date(at).toISOString().slice(0, 10));
  return days;
}

/** The price as it is now, if it is another. */
function repriced({ rates, log }: BillingDeps, row: NumberedCdr): Repriced | undefined {
  const { id, cost, currency, rate } = row;
  const price = priceOf(row, rates);
  if (price === 'too-much') {
    log.error('a call detail record costs more than can be written down', { id });
    return undefined;
  }
  const same = price.cost === cost && price.currency === currency && price.rate === rate;
  return same ? undefined : { id, ...price };
}

function withPrice(row: NumberedCdr, price: Repriced): NumberedCdr {
  const { cost: _cost, currency: _currency, rate: _rate, ...rest } = row;
  return { ...rest, ...price };
}

/** A month from its days, some names at a time. */
async function* monthsOf(
  { store }: BillingDeps,
  month: string,
  renew: () => Promise<unknown>,
): AsyncGenerator<readonly Summary[]> {
  for (const by of summaryKinds) {
    let after: string | undefined;
    for (;;) {
      const names = await store.summaries.names(month, by, after, written);
      if (names.length === 0) break;
      after = names.at(-1);
      yield monthly(await store.summaries.daysOf(by, names, month));
      await renew();
    }
  }
}

async function* chunks(all: readonly Summary[]): AsyncGenerator<readonly Summary[]> {
  yield all;
}
