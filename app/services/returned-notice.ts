/**
 * Notices of ours that come back as texts to subscribers: a telephone that sends on all it gets, or a network that returns
 * what it could not deliver. The message that is made of one would cause the next notice, for ever.
 */
import type { E164 } from '../core/ids.ts';
import { referencesIn } from '../core/notification/references-in.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';

/** A person may send on notices of theirs so often in an hour, and the recipient is told. */
const mostSentOn = 3;
const windowMs = 3_600_000;

export interface ReturnedNoticeDeps {
  readonly store: Pick<Store, 'mailboxes' | 'messages' | 'attempts'>;
  readonly clock: Clock;
}

/** Whether nobody is to be told of a text. The store is asked only if a reference stands in it. */
export async function isReturnedNotice(
  { store, clock }: ReturnedNoticeDeps,
  text: { readonly from: E164 | undefined; readonly to: E164; readonly body: string },
): Promise<boolean> {
  const { from, to, body } = text;
  for (const reference of referencesIn(body)) {
    const message = await store.messages.byReference(reference);
    if (message === undefined) continue;
    const mailbox = await store.mailboxes.find(to);
    // About the very mailbox that it is for: whoever sent it, it is old.
    if (message.mailbox === mailbox?.id) return true;
    const key = `sent-on:${from ?? ''}:${to}`;
    return (await store.attempts.fail(key, clock.now(), windowMs)) > mostSentOn;
  }
  return false;
}
