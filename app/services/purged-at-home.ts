/** What their home has removed for good goes here too, whatever has become of it here; a record of the audit stays. */
import type { MailboxId, MessageId } from '../core/ids.ts';
import type { Message } from '../core/message/message.ts';
import { auditDays, type ClearDeps } from './clear-visitor.ts';
import { removeMessage } from './remove-message.ts';

export interface PurgedDeps extends ClearDeps {
  /** Absent: nobody is at it who could set one. */
  readonly lamps?: { publish(mailbox: MailboxId): Promise<void> } | undefined;
}

/**
 * Any number of times. Never rejects: what cannot be removed holds up nothing else.
 * @returns false if it stays for now: a legal hold was placed on it here, or the store or an archive is away
 */
export async function removePurged(
  deps: PurgedDeps,
  home: string,
  mailbox: MailboxId,
  id: MessageId,
): Promise<boolean> {
  try {
    return await remove(deps, home, mailbox, id);
  } catch (error) {
    deps.log.warn('what home has removed cannot be removed now', { message: id, error });
    return false;
  }
}

async function remove(deps: PurgedDeps, home: string, mailbox: MailboxId, id: MessageId): Promise<boolean> {
  const { store, archiving, lamps, clock, log } = deps;
  const message = await store.messages.get(id);
  if (message === undefined || message.mailbox !== mailbox) return true;
  if (await isHeld(deps, message)) return false;
  const event = { event: 'roaming', outcome: 'purged', caller: home, mailbox, subject: id } as const;
  await store.audit.insert([{ id: `purged:${id}`, at: clock.now(), ...event }], auditDays);
  await removeMessage({ ...store, forget: (one) => archiving.forget(one) }, message, 'none');
  // Not subtracted: what is removed twice counts once.
  await store.mailboxes.recount(mailbox);
  lamps?.publish(mailbox).catch((error: unknown) => log.warn('lamp not set', { error }));
  return true;
}

async function isHeld({ store, log }: PurgedDeps, { id, mailbox, hold }: Message): Promise<boolean> {
  if (hold === undefined && (await store.mailboxes.get(mailbox))?.hold === undefined) return false;
  log.warn('what home has removed stays: a legal hold was placed here', { message: id });
  return true;
}
