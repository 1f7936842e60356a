/** Ages of recordings whose call is gone, in milliseconds. */

/** Written to within this time, a recording may still grow. */
export const settledMs = 1000;
/** An empty one that nothing came into for so long was left by a crash. */
export const abandonedMs = 60_000;
