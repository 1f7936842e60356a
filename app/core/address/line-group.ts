/** Lines of the telephone network are groups of channels at the switch, numbered in the order of the trunks. */

/** Most groups that DAHDI knows. */
export const mostGroups = 63;

/** Group of a trunk that is a line, from 1; `undefined` for one that is none. */
export function lineGroup(
  trunks: readonly { readonly name: string; readonly line?: unknown }[],
  name: string,
): number | undefined {
  const index = trunks.filter(({ line }) => line !== undefined).findIndex((trunk) => trunk.name === name);
  return index === -1 ? undefined : index + 1;
}
