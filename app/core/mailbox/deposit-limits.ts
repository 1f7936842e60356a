/** How many messages one caller may leave, and one mailbox is given, in a time. */
import type { E164 } from '../ids.ts';
import type { Sender } from '../message/message.ts';
import { limitsIn, type RateCounter, type Rates } from '../rate/rates.ts';

/** Who is counted: a caller over all mailboxes, the same at one mailbox, all callers at one mailbox. */
export const depositScopes = ['caller', 'callerAtMailbox', 'mailbox'] as const;
export type DepositScope = (typeof depositScopes)[number];

export interface DepositLimits extends Readonly<Record<DepositScope, Rates>> {
  readonly enabled: boolean;
}

/** What nobody meets who leaves messages by hand, nor a program that tells many people of an alarm. */
export const usualDepositLimits = {
  enabled: true,
  caller: { minute: 60, hour: 1000, day: 5000 },
  callerAtMailbox: { minute: 20, hour: 120, day: 500 },
  mailbox: { minute: 60, hour: 600, day: 3000 },
} as const satisfies DepositLimits;

/** No limit is above it. */
export const mostInWindow = 10_000_000;

export interface DepositCounter extends RateCounter {
  readonly scope: DepositScope;
}

/**
 * What a message counts against, the narrowest first: who is refused counts against nothing.
 *
 * Over all mailboxes only telephone numbers are counted: addresses and names of firms cost nothing to make up, and one of them
 * may honestly write to all subscribers. Whoever shows neither counts together with all others of that kind at the mailbox.
 * @param mailbox its own number, whatever was dialled
 */
export function depositCounters(limits: DepositLimits, from: Sender, mailbox: E164): DepositCounter[] {
  if (!limits.enabled) return [];
  const sender = from.number ?? from.address?.toLowerCase() ?? from.name ?? '';
  const all: DepositCounter[] = [
    { scope: 'callerAtMailbox', key: `deposits:at:${mailbox}:${sender}`, most: limits.callerAtMailbox },
    ...(from.number === undefined
      ? []
      : [{ scope: 'caller', key: `deposits:by:${from.number}`, most: limits.caller } as const]),
    { scope: 'mailbox', key: `deposits:in:${mailbox}`, most: limits.mailbox },
  ];
  return all.filter(({ most }) => limitsIn(most).length > 0);
}
