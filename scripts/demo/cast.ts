/** Who takes part in the story, and what is said. */

/** Number that subscribers call and answer texts to. */
export const access = '+12025550199';

export const caller = { number: '+12025550123', displayName: 'Alice Caller' } as const;

/** A number in a served range that nobody ever provisioned. */
export const subscriber = { number: '+12025550147', displayName: 'Bob Subscriber' } as const;

export const message = 'Hello, this is Alice. The parcel is at the front desk. Please fetch it before six.';

/** Said by nobody: what was heard must not match it. */
export const otherMessage = 'Good evening. The train to Geneva leaves from platform nine tomorrow at noon.';
