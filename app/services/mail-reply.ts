/**
 * Answers to mails of ours: a command if the first line is one, else a message to whoever left the message that the mail was
 * about: into their mailbox if they have one here, by mail to an address, by text to a number.
 */
import type { NumberPlan } from '../core/address/number-plan.ts';
import type { E164, MediaId, MessageId } from '../core/ids.ts';
import { readLocalPart, sameAddress, splitAddress } from '../core/mail/address.ts';
import { firstLine, replyWords } from '../core/mail/reply-words.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Message, Part, Sender } from '../core/message/message.ts';
import type { ReplyName } from '../core/notification/wording.ts';
import type { GatewayName } from '../core/profile/class-of-service.ts';
import { mayBeTexted } from '../core/toll/may-be-texted.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { InboundMail } from '../ports/mail.ts';
import type { Notification, Store } from '../ports/store.ts';
import type { Texts } from '../ports/texts.ts';
import { isSubscribers, type Commands, type MailReply } from './command.ts';
import { ownMedia } from './mail-out.ts';
import { partsOf } from './mail-parts.ts';
import type { Notify } from './notify.ts';
import type { Profiles } from './profile.ts';
import type { Sends } from './send.ts';
import type { Tolls } from './tolls.ts';

export interface MailReplyDeps {
  readonly commands: Pick<Commands, 'handleMail' | 'tellMail'>;
  readonly sends: Pick<Sends, 'send'>;
  readonly notify: Pick<Notify, 'sendOn'>;
  readonly tolls: Pick<Tolls, 'use'>;
  readonly store: Pick<Store, 'mailboxes' | 'messages' | 'notifications' | 'media'>;
  readonly texts: Texts;
  readonly profiles: Profiles;
  readonly plan: NumberPlan;
  readonly clock: Clock;
  readonly log: Log;
  /** Ours, in lower case. */
  readonly domains: readonly string[];
  /** How words go to numbers; absent: they do not. */
  readonly byText: GatewayName | undefined;
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
  const answer: Answer = { mail, words, message, mailbox };
  const to = whereTo(deps, message.envelope.from);
  switch (to.kind) {
    case 'nowhere':
      return 'mail-no-sender';
    case 'mailbox':
      return intoMailbox(deps, answer, to.number);
    case 'address':
      return byMail(deps, answer, to.address);
    case 'number':
      return byText(deps, answer, to.number);
  }
}

interface Answer {
  readonly mail: InboundMail;
  /** Without what is quoted. */
  readonly words: string;
  /** The one that is answered. */
  readonly message: Message;
  readonly mailbox: Mailbox;
}

function isFrom(mail: InboundMail, { to }: Notification): boolean {
  return mail.from !== undefined && sameAddress(mail.from.address, to);
}

type Where =
  | { readonly kind: 'mailbox' | 'number'; readonly number: E164 }
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'nowhere' };

function whereTo({ plan, domains }: MailReplyDeps, from: Sender): Where {
  if (from.private) return { kind: 'nowhere' };
  if (from.address !== undefined) {
    const { local, domain } = splitAddress(from.address);
    const part = readLocalPart(local);
    const number = domains.includes(domain) && part.kind === 'number' ? plan.parse(part.digits) : undefined;
    return number === undefined ? { kind: 'address', address: from.address } : ofNumber(plan, number);
  }
  const number = plan.parse(from.number ?? '');
  return number === undefined ? { kind: 'nowhere' } : ofNumber(plan, number);
}

function ofNumber(plan: NumberPlan, number: E164): Where {
  const served = !plan.isAccess(number) && plan.classOf(number) !== undefined;
  return { kind: served ? 'mailbox' : 'number', number };
}

async function intoMailbox(deps: MailReplyDeps, answer: Answer, to: E164): Promise<ReplyName | undefined> {
  const { mail, words, message, mailbox } = answer;
  const sent = await deps.sends.send({
    id: `mail:${mail.id}`,
    from: mailbox,
    to: [to],
    kind: mail.parts.length === 0 ? 'text' : 'email',
    network: 'email',
    parts: partsOf({ words, parts: mail.parts }),
    urgent: mail.urgent,
    related: message.id,
  });
  if (sent.sent.length > 0) return undefined;
  return sent.full.length > 0 ? 'mail-sender-full' : 'mail-not-sent';
}

async function byMail(deps: MailReplyDeps, answer: Answer, to: string): Promise<ReplyName | undefined> {
  const { mail, words, message, mailbox } = answer;
  const key = keyOf(mail);
  if (await isAnswered(deps, key)) return undefined;
  const parts = await Promise.all(
    mail.parts.map(async (part, i): Promise<Part> => {
      const media = `${ownMedia}${mail.id}/${i}` as MediaId;
      const { sha256 } = await deps.store.media.put(media, part.contentType, part.bytes, mailbox.id);
      return { ...part, media, bytes: part.bytes.length, sha256 };
    }),
  );
  const subject = mail.subject ?? message.envelope.subject;
  await deps.notify.sendOn({
    key,
    mailbox,
    gateway: 'email',
    to,
    body: words,
    about: message.id,
    ...(subject === undefined ? {} : { subject }),
    ...(parts.length === 0 ? {} : { parts }),
  });
  return undefined;
}

/** A text costs as a call does: what the toll table lets nobody call, nobody writes to. */
async function byText(deps: MailReplyDeps, answer: Answer, to: E164): Promise<ReplyName | undefined> {
  const { mail, words, message, mailbox } = answer;
  const may = deps.byText !== undefined && words !== '' && mayBeTexted(to, deps.plan);
  if (!may || deps.byText === undefined) return 'mail-not-sent';
  const key = keyOf(mail);
  if (await isAnswered(deps, key)) return undefined;
  const toll = await deps.tolls.use(mailbox, to);
  if (toll !== 'allowed') return toll === 'daily-limit' ? 'call-limit' : 'mail-not-sent';
  const wording = deps.texts.wording(deps.profiles.of(mailbox).language);
  const caller = mailbox.number;
  const body = wording.text('mail-by-text', { caller, words: Array.from(words).slice(0, 1000).join('') });
  await deps.notify.sendOn({ key, mailbox, gateway: deps.byText, to, body, about: message.id });
  return undefined;
}

/** What an answer goes out under, however often the mail comes. */
function keyOf(mail: InboundMail): string {
  return `answer:${mail.id}`;
}

/** Then nothing is kept for it anew, and nothing counted: it went out, is on the way, or was given up. */
async function isAnswered({ store }: MailReplyDeps, key: string): Promise<boolean> {
  return (await store.notifications.about(key as MessageId)).length > 0;
}
