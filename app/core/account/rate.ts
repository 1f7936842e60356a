/** What an event costs by a table of prices. Whole micro-units (a millionth of a currency's unit) throughout: no fractions. */
import type { Cdr, CdrEvent } from './cdr.ts';

export const rateUnits = ['second', 'minute', 'call', 'segment', 'page', 'message', 'megabyte'] as const;
export type RateUnit = (typeof rateUnits)[number];

export interface Rate {
  /** Stands in the rows that were priced by it. */
  readonly name: string;
  readonly event: CdrEvent;
  /** These narrow it down; absent = any. */
  readonly direction?: Cdr['direction'] | undefined;
  /** Of calls `voice` or `fax`, of messages their kind. */
  readonly kind?: string | undefined;
  /** Trunk or gateway (`channel`). */
  readonly trunk?: string | undefined;
  /** The number that was called (`dst`) begins so. */
  readonly prefix?: string | undefined;
  readonly unit: RateUnit;
  /** Micro-units for one unit. */
  readonly price: number;
  /** ISO 4217. */
  readonly currency: string;
  /** The least that is charged, and the steps after it: seconds, octets, or pieces. Absent: one unit. */
  readonly initial?: number | undefined;
  readonly increment?: number | undefined;
}

export type Priced = Pick<Cdr, 'cost' | 'currency' | 'rate'>;
type Unpriced = Omit<Cdr, 'id'>;

/** What quantities of each unit are counted in: seconds, octets, pieces. */
const sizes: Readonly<Record<RateUnit, number>> = {
  second: 1,
  minute: 60,
  call: 1,
  segment: 1,
  page: 1,
  message: 1,
  megabyte: 1_000_000,
};

/**
 * The price by the rate that fits: of those the one with the longest prefix, of equals the first in the table.
 * @returns nothing to set where no rate fits, `too-much` where the price is beyond 2^53 micro-units
 */
export function priceOf(row: Unpriced, rates: readonly Rate[]): Priced | 'too-much' {
  let best: Rate | undefined;
  for (const rate of rates) {
    const longer = (rate.prefix?.length ?? 0) > (best?.prefix?.length ?? 0);
    if (fits(rate, row) && (best === undefined || longer)) best = rate;
  }
  if (best === undefined) return {};
  const cost = chargeOf(quantityOf(row, best.unit), best);
  if (cost > BigInt(Number.MAX_SAFE_INTEGER)) return 'too-much';
  return { cost: Number(cost), currency: best.currency, rate: best.name };
}

/**
 * Price of a quantity in micro-units: nothing for nothing, else the initial quantity and every increment begun after it.
 * The price of one increment is rounded up to whole micro-units once; the rest is multiplication.
 * @param quantity whole seconds, octets, or pieces; 0 or more
 */
export function chargeOf(
  quantity: number,
  rate: Pick<Rate, 'unit' | 'price' | 'initial' | 'increment'>,
): bigint {
  if (quantity <= 0) return 0n;
  const size = sizes[rate.unit];
  const initial = BigInt(rate.initial ?? size);
  const increment = BigInt(rate.increment ?? size);
  const priceFor = (amount: bigint): bigint => dividedUp(BigInt(rate.price) * amount, BigInt(size));
  const beyond = BigInt(quantity) - initial;
  const increments = beyond > 0n ? dividedUp(beyond, increment) : 0n;
  return priceFor(initial) + increments * priceFor(increment);
}

function dividedUp(amount: bigint, by: bigint): bigint {
  return (amount + by - 1n) / by;
}

function fits({ event, direction, kind, trunk, prefix, unit }: Rate, row: Unpriced): boolean {
  return (
    event === row.event &&
    (direction === undefined || direction === row.direction) &&
    (kind === undefined || kind === kindOf(row)) &&
    (trunk === undefined || trunk === row.channel) &&
    (prefix === undefined || row.dst.startsWith(prefix)) &&
    isCounted(unit, row)
  );
}

function kindOf({ event, dcontext, faxpages }: Unpriced): string {
  if (event === 'call') return faxpages === undefined ? 'voice' : 'fax';
  return dcontext;
}

/** Whether a row has such a quantity at all: pages are of faxes, segments of texts. */
function isCounted(unit: RateUnit, { event, faxpages, segments, bytes }: Unpriced): boolean {
  switch (unit) {
    case 'second':
    case 'minute':
    case 'call':
      return event === 'call';
    case 'page':
      return faxpages !== undefined;
    case 'segment':
      return segments !== undefined;
    case 'megabyte':
      return bytes !== undefined;
    case 'message':
      return event !== 'call';
  }
}

/** What did not come about costs nothing; pages that a machine confirmed do, whatever became of the others. */
function quantityOf(row: Unpriced, unit: RateUnit): number {
  if (unit === 'page') return row.faxpages ?? 0;
  if (row.disposition !== 'ANSWERED') return 0;
  switch (unit) {
    case 'second':
    case 'minute':
      return row.billsec;
    case 'segment':
      return row.segments ?? 0;
    case 'megabyte':
      return row.bytes ?? 0;
    case 'call':
    case 'message':
      return 1;
  }
}

/** What cannot be in a table: two rates of one name, quantities that a unit is not counted in. */
export function rateProblems(rates: readonly Rate[]): string[] {
  const names = new Set<string>();
  return rates.flatMap(({ name, unit, event }) => {
    const twice = names.has(name) ? [`${name}: there are two of this name`] : [];
    names.add(name);
    const ofCalls = unit === 'second' || unit === 'minute' || unit === 'call' || unit === 'page';
    const wrong = ofCalls ? event !== 'call' : event === 'call';
    return wrong ? [...twice, `${name}: no ${unit}s are counted of ${event}`] : twice;
  });
}
