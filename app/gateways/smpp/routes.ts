/** Which bind a text goes out by, where there are several. */
import type { BindSlice } from './bind.ts';

/**
 * The binds that serve a number, the best first: those of the longest prefix that fits, and those that serve all last.
 * Within one length the order is as given.
 */
export function routesTo<T extends { readonly slice: Pick<BindSlice, 'prefixes'> }>(
  to: string,
  binds: readonly T[],
): T[] {
  return binds
    .flatMap((bind) => {
      const fit = fitOf(to, bind.slice.prefixes);
      return fit === undefined ? [] : [{ bind, fit }];
    })
    .toSorted((a, b) => b.fit - a.fit)
    .map(({ bind }) => bind);
}

/** Length of the longest prefix that fits; 0 = serves all; `undefined` = not this number. */
export function fitOf(to: string, prefixes: readonly string[]): number | undefined {
  if (prefixes.length === 0) return 0;
  const fits = prefixes.filter((prefix) => to.startsWith(prefix)).map((prefix) => prefix.length);
  return fits.length === 0 ? undefined : Math.max(...fits);
}

/**
 * Names the SMSC of each bind: as configured, else the first bind at the same host. A receipt or a repeat may come by any
 * bind to the SMSC that a text went to.
 */
export function smscOf(slice: BindSlice, all: readonly BindSlice[]): string {
  return (
    slice.smsc ?? all.find((one) => one.host === slice.host && one.smsc === undefined)?.name ?? slice.name
  );
}
