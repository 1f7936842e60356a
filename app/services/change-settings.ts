import { Fault } from '../core/errors.ts';
import type { MailboxId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { SettingsChange } from '../core/profile/settings.ts';
import type { MailboxStore } from '../ports/store.ts';

/** Others who change the same mailbox meanwhile; more are a fault. */
const tries = 10;

/**
 * Changes a mailbox's settings by what they are at that moment: of two changes at once, the second sees the first.
 * @param decide the change, or `undefined` for none
 * @throws Fault `not-found` if the mailbox is gone, `store-unavailable` if the store is away or the mailbox never rests.
 */
export async function changeSettings(
  mailboxes: Pick<MailboxStore, 'get' | 'update'>,
  id: MailboxId,
  decide: (now: Mailbox) => SettingsChange | undefined,
): Promise<{ readonly before: Mailbox; readonly after: Mailbox }> {
  for (let n = 0; n < tries; n += 1) {
    const before = await mailboxes.get(id);
    if (before === undefined) throw new Fault('not-found', 'the mailbox is gone', { temporary: false });
    const settings = decide(before);
    if (settings === undefined) return { before, after: before };
    const after = await mailboxes.update(id, { settings }, before.version);
    if (after !== undefined) return { before, after };
  }
  throw new Fault('store-unavailable', 'the mailbox is changed all the time', { temporary: true });
}
