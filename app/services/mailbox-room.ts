/** Whether a mailbox takes more: one limit for messages of all kinds, whatever network they come by. */
import { isTemporary } from '../core/errors.ts';
import type { E164 } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { ClassOfService } from '../core/profile/class-of-service.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';

/** @param profile what holds for the mailbox */
export function isFull(
  { counts }: Pick<Mailbox, 'counts'>,
  { maxMessages }: Pick<ClassOfService, 'maxMessages'>,
): boolean {
  return counts.new + counts.old >= maxMessages;
}

/** A store that is away hinders nothing: the deposit itself finds out. @throws Fault that is not temporary */
export async function findIfKnown(
  { store, log }: { readonly store: Pick<Store, 'mailboxes'>; readonly log: Log },
  to: E164,
): Promise<Mailbox | undefined> {
  try {
    return await store.mailboxes.find(to);
  } catch (error) {
    if (!isTemporary(error)) throw error;
    log.warn('whether a mailbox is full is not known', { error });
    return undefined;
  }
}
