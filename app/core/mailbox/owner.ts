import type { E164 } from '../ids.ts';
import type { Mailbox } from './mailbox.ts';

/** Whether somebody is at a phone of the mailbox's own: a number that can be believed, and is one of its numbers. */
export function isOwnedBy(
  mailbox: Pick<Mailbox, 'number' | 'aliases'>,
  who: { readonly number?: E164; readonly trusted: boolean },
): boolean {
  if (!who.trusted || who.number === undefined) return false;
  return mailbox.number === who.number || mailbox.aliases.includes(who.number);
}
