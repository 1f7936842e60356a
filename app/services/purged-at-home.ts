/** What their home has removed for good goes here too, whatever has become of it here; a record of the audit stays. */
import type { MailboxId, MessageId } from '../core/ids.ts';
import { auditDays, type ClearDeps } from './clear-visitor.ts';
import { removeMessage } from './remove-message.ts';

export interface PurgedDeps extends ClearDeps {
  /** Absent: nobody is at it who could set one. */
  readonly lamps?: { publish(mailbox: MailboxId): Promise<void> } | undefined;
}

/**
 * Any number of times.
 * @returns false if a legal hold was placed on it here
 */
export async function removePurged(
  { store, archiving, lamps, clock, log }: PurgedDeps,
  home: string,
  mailbox: MailboxId,
  id: MessageId,
): Promise<boolean> {
  const message = await store.messages.get(id);
  if (message === undefined || message.mailbox !== mailbox) return true;
  if (message.hold !== undefined || (await store.mailboxes.get(mailbox))?.hold !== undefined) {
    log.warn('what home has removed stays: a legal hold was placed here', { message: id });
    return false;
  }
  // What lies in an archive of this node's is brought back, so that it is removed with it.
  const back = message.tier === 'archived' ? await archiving.bringBack(message) : undefined;
  const event = { event: 'roaming', outcome: 'purged', caller: home, mailbox, subject: id } as const;
  await store.audit.insert([{ id: `purged:${id}`, at: clock.now(), ...event }], auditDays);
  await removeMessage(store, back?.kind === 'there' ? back.message : message, 'none');
  // Not subtracted: what is removed twice counts once.
  await store.mailboxes.recount(mailbox);
  lamps?.publish(mailbox).catch((error: unknown) => log.warn('lamp not set', { error }));
  return true;
}
