/**
 * Answers to mails of ours: a command if the first line is one, else a message to whoever left the message that the mail was
 * about.
 */
import { sameAddress } from '../core/mail/address.ts';
import { firstLine, replyWords } from '../core/mail/reply-words.ts';
import type { ReplyName } from '../core/notification/wording.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { InboundMail } from '../ports/mail.ts';
import type { Notification, Store } from '../ports/store.ts';
import { createAnswers, type AnswerDeps, type AnswerResult } from './answer-sender.ts';
import { isSubscribers, type Commands, type MailReply } from './command.ts';
import { partsOf } from './mail-parts.ts';

export interface MailReplyDeps extends AnswerDeps {
  readonly commands: Pick<Commands, 'handleMail' | 'tellMail'>;
  readonly store: Pick<Store, 'mailboxes' | 'messages' | 'notifications' | 'media'>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface MailReplies {
  /** Idempotent by the mail's id. @throws Fault if it is to come again */
  take(mail: InboundMail, token: string): Promise<void>;
}

export function createMailReplies(deps: MailReplyDeps): MailReplies {
  return {
    async take(mail, token) {
      const notification = await deps.store.notifications.byToken(token);
      const mailbox =
        notification === undefined ? undefined : await deps.store.mailboxes.get(notification.mailbox);
      if (notification === undefined || mailbox === undefined) return;
      const words = replyWords(mail.words);
      // The link that ends mails (List-Unsubscribe) has its word in the subject.
      const bare = words === '' && mail.parts.length === 0;
      const line = firstLine(bare ? (mail.subject ?? '') : words);
      const reply: MailReply = { id: mail.id, line, notification, mailbox };
      const came = await deps.commands.handleMail(reply);
      if (came === 'done') return;
      const why = came === 'not-theirs' ? 'help' : await sendToSender(deps, mail, words, reply);
      if (why !== undefined) await deps.commands.tellMail(reply, why);
    },
  };
}

/** Answers what the subscriber is told if it did not go. */
async function sendToSender(
  deps: MailReplyDeps,
  mail: InboundMail,
  words: string,
  { notification, mailbox }: MailReply,
): Promise<ReplyName | undefined> {
  // A token may have come into other hands with a forwarded mail: commands do no harm then, words in their name would.
  const own = isSubscribers(notification, mailbox) && isFrom(mail, notification);
  if (!own) return 'mail-not-sent';
  if (words === '' && mail.parts.length === 0) return 'help';
  const id = notification.about ?? notification.message;
  const message = await deps.store.messages.get(id);
  if (message === undefined || message.mailbox !== mailbox.id) return 'no-message';
  if (message.referenceExpires <= deps.clock.now()) return 'expired';
  const result = await createAnswers(deps).send({
    id: mail.id,
    words,
    parts: mail.parts,
    whole: partsOf({ words, parts: mail.parts }),
    kind: mail.parts.length === 0 ? 'text' : 'email',
    network: 'email',
    subject: mail.subject,
    urgent: mail.urgent,
    message,
    mailbox,
  });
  return told[result.kind];
}

const told: Readonly<Record<AnswerResult['kind'], ReplyName | undefined>> = {
  sent: undefined,
  'no-sender': 'mail-no-sender',
  full: 'mail-sender-full',
  'not-sent': 'mail-not-sent',
  'daily-limit': 'call-limit',
};

function isFrom(mail: InboundMail, { to }: Notification): boolean {
  return mail.from !== undefined && sameAddress(mail.from.address, to);
}
