/** Where subscribers may be connected to at the operator's cost. */
export interface TollTable {
  /** Of the rules that match, the one with the longest prefix decides; without one the call is denied. */
  readonly rules: readonly TollRule[];
  /** Most calls out a day, in the subscriber's zone; 0 = none. */
  readonly dailyCalls: number;
}

/** Matches if every part that it names does. */
export interface TollRule {
  readonly allow: boolean;
  /** E.164 prefix with its plus. */
  readonly prefix?: string | undefined;
  readonly destination?: Destination | undefined;
}

export const destinations = ['internal', 'national', 'international', 'mobile', 'premium'] as const;

/** `internal`: a number served here. The others are the number's own kind and country against the plan's. */
export type Destination = (typeof destinations)[number];
