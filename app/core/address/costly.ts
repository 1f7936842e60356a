/** Kinds of numbers that cost more than their place says, by the types of libphonenumber. */
const libraryTypes = {
  'premium-rate': 'PREMIUM_RATE',
  'shared-cost': 'SHARED_COST',
  personal: 'PERSONAL_NUMBER',
  universal: 'UAN',
  pager: 'PAGER',
  voicemail: 'VOICEMAIL',
} as const;

export type CostlyKind = keyof typeof libraryTypes;
export const costlyKinds = Object.keys(libraryTypes) as [CostlyKind, ...CostlyKind[]];

/** @param type as libphonenumber names it; @param costly those that are; absent: all */
export function isCostly(type: string, costly: readonly CostlyKind[] = costlyKinds): boolean {
  return costly.some((kind) => libraryTypes[kind] === type);
}
