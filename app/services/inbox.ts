/** A subscriber goes through the messages of a mailbox: by folder, kind and caller, to and fro. */
import type { MailboxId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Message, MessageState } from '../core/message/message.ts';
import type { NumberPlan } from '../core/address/number-plan.ts';
import type { MessageFilter } from '../ports/store.ts';
import { changeState, changeUrgent, type ChangeDeps } from './change-message.ts';

export interface Inbox {
  mailbox(id: MailboxId): Promise<Mailbox | undefined>;
  /** The first message, or the one after the given one, which need not be in the folder any more. */
  next(mailbox: MailboxId, folder: MessageFilter, after: Message | undefined): Promise<Message | undefined>;
  previous(mailbox: MailboxId, folder: MessageFilter, before: Message): Promise<Message | undefined>;
  /**
   * The sender's number, as messages bear it, of the latest message that is not deleted and whose sender's number
   * ends with these digits, or is this number as it is dialled here.
   */
  findSender(mailbox: MailboxId, digits: string): Promise<string | undefined>;
  /** Brings a deleted message back; answers the message as it is then, `undefined` if it is gone. */
  restore(message: Message, to: Exclude<MessageState, 'deleted'>): Promise<Message | undefined>;
  setUrgent(message: Message, urgent: boolean): Promise<Message | undefined>;
}

export interface InboxDeps extends ChangeDeps {
  readonly plan: Pick<NumberPlan, 'parse'>;
}

export function createInbox(deps: InboxDeps): Inbox {
  const { mailboxes, messages } = deps.store;
  return {
    mailbox: (id) => mailboxes.get(id),
    next: (mailbox, folder, after) => messages.next(mailbox, folder, after),
    previous: (mailbox, folder, before) => messages.previous(mailbox, folder, before),
    findSender: (mailbox, digits) => findSender(deps, mailbox, digits),
    restore: (message, to) => changeState(deps, message, to, ['deleted']),
    setUrgent: (message, urgent) => changeUrgent(deps, message, urgent),
  };
}

async function findSender(
  { store, plan }: InboxDeps,
  mailbox: MailboxId,
  digits: string,
): Promise<string | undefined> {
  const folder = { states: ['new', 'heard', 'saved'] } as const;
  const whole = plan.parse(digits);
  // A whole number is found by the index.
  if (whole !== undefined) {
    const found = await store.messages.next(mailbox, { ...folder, from: whole }, undefined);
    if (found !== undefined) return whole;
  }
  const found = await store.messages.next(mailbox, { ...folder, fromEnding: digits }, undefined);
  return found?.envelope.from.number;
}
