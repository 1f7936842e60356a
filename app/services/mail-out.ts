/** Writes the mails that notifications go out as, with what they carry. */
import type { NumberPlan } from '../core/address/number-plan.ts';
import { bounceAddress, replyAddress } from '../core/mail/address.ts';
import { noticeMail, plainMail, type WrittenMail } from '../core/mail/notice.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Message, Part } from '../core/message/message.ts';
import { recipientOf } from '../core/notification/recipients.ts';
import type { Wording } from '../core/notification/wording.ts';
import type { E164, MessageId } from '../core/ids.ts';
import type { MessageKind } from '../core/profile/class-of-service.ts';
import type { OutgoingMail } from '../ports/mail.ts';
import type { DepositPart } from '../ports/spool.ts';
import type { Notification, Store } from '../ports/store.ts';
import type { Texts } from '../ports/texts.ts';
import type { Attachments } from './attachments.ts';
import type { Links } from './links.ts';
import type { Profiles } from './profile.ts';

export interface MailOutDeps {
  readonly store: Pick<Store, 'messages' | 'media'>;
  readonly profiles: Profiles;
  readonly texts: Texts;
  readonly attachments: Attachments;
  readonly plan: Pick<NumberPlan, 'isAccess'>;
  readonly access: E164;
  /** Makes the links in mails to subscribers; absent: there are none. */
  readonly links?: Pick<Links, 'make'> | undefined;
  /** Our first domain: that of our own addresses. */
  readonly domain: string;
  /** Author of mails that nobody wrote. */
  readonly from: string;
  /** Whether mails to the domain come here: then answers are asked for. */
  readonly answers: boolean;
}

export interface WrittenNotification {
  readonly body: string;
  readonly mail: OutgoingMail;
}

export interface Mails {
  /**
   * @param body what a text would say
   * @throws Fault if the store is away; `not-found` if what it is to carry is gone
   */
  write(notification: Notification, body: string, mailbox: Mailbox | undefined): Promise<WrittenNotification>;
  /** It is out, or given up: what was kept for it alone goes. */
  over(notification: Notification): Promise<void>;
}

/** Media of mails to others that belong to no message. */
export const ownMedia = 'mail-out:';

export function createMails(deps: MailOutDeps): Mails {
  return {
    write: (notification, body, mailbox) =>
      notification.kind === 'message'
        ? writeMessage(deps, notification, body, mailbox)
        : writeNotice(deps, notification, body, mailbox),
    async over({ parts = [] }) {
      const own = parts.filter(({ media }) => media.startsWith(ownMedia));
      await Promise.all(own.map(({ media }) => deps.store.media.delete(media)));
    },
  };
}

async function writeNotice(
  deps: MailOutDeps,
  notification: Notification,
  body: string,
  mailbox: Mailbox | undefined,
): Promise<WrittenNotification> {
  const { language, timeZone } = profileOf(deps, mailbox);
  const words = deps.texts.wording(language);
  const message = await messageOf(deps, notification);
  const base = baseOf(deps, notification, words);
  if (message === undefined || notification.kind !== 'notice') {
    const said = notification.kind === 'welcome' ? words.text('mail-welcome', { access: deps.access }) : body;
    return finished(base, plainMail({ words, language, body: said }), {}, []);
  }
  const wanted = ruleOf(deps, notification, mailbox)?.attach !== 'none';
  const { parts, leftOut } = wanted
    ? await deps.attachments.of(message, message.envelope.parts, language)
    : { parts: [], leftOut: 0 };
  const written = noticeMail({
    words,
    language,
    timeZone,
    access: deps.access,
    message,
    link: await linkFor(deps, message, notification, mailbox),
    answers: deps.answers,
    tooLarge: leftOut > 0,
  });
  return finished(base, written, contextOf(message), parts);
}

/** For the subscriber alone, whose mailbox it opens a message of. */
async function linkFor(
  { links }: MailOutDeps,
  message: Message,
  { to }: Notification,
  mailbox: Mailbox | undefined,
): Promise<string | undefined> {
  return to === mailbox?.settings.addresses?.email ? links?.make(message) : undefined;
}

/** A subscriber's own words to somebody else: from their number, so that answers come into the mailbox. */
async function writeMessage(
  deps: MailOutDeps,
  notification: Notification,
  body: string,
  mailbox: Mailbox | undefined,
): Promise<WrittenNotification> {
  const { language } = profileOf(deps, mailbox);
  const words = deps.texts.wording(language);
  const about =
    notification.about === undefined ? undefined : await deps.store.messages.get(notification.about);
  const parts = await carried(deps, notification, about, language);
  const number = mailbox?.number;
  const address = number === undefined || !deps.answers ? deps.from : `${number}@${deps.domain}`;
  const name = mailbox?.settings.name ?? number;
  const { replyTo: _, ...base } = baseOf(deps, notification, words);
  const mail: OutgoingMail = {
    ...base,
    from: { address, ...(name === undefined ? {} : { name }) },
    subject: notification.subject ?? words.text('mail-mailbox'),
    headers: { 'Message-Context': contexts[about?.envelope.kind ?? 'email'], 'X-Loop': deps.domain },
    attachments: parts,
  };
  return { body: `${body}\n`, mail };
}

async function carried(
  deps: MailOutDeps,
  { parts = [] }: Notification,
  about: Message | undefined,
  language: string,
): Promise<readonly DepositPart[]> {
  const own = parts.filter(({ media }) => media.startsWith(ownMedia));
  const others = parts.filter(({ media }) => !media.startsWith(ownMedia));
  const ofMessage =
    about === undefined || others.length === 0
      ? []
      : (await deps.attachments.of(about, others, language)).parts;
  return [...ofMessage, ...(await deps.attachments.read(own))];
}

function profileOf({ profiles }: MailOutDeps, mailbox: Mailbox | undefined) {
  return mailbox === undefined ? profiles.classOfService('') : profiles.of(mailbox);
}

/** Of a notice the key is the message's id; of other kinds it may be anything. */
async function messageOf({ store }: MailOutDeps, notification: Notification): Promise<Message | undefined> {
  const id = notification.kind === 'notice' ? notification.message : notification.about;
  return id === undefined ? undefined : store.messages.get(id satisfies MessageId);
}

function ruleOf({ profiles }: MailOutDeps, { to }: Notification, mailbox: Mailbox | undefined) {
  if (mailbox === undefined) return undefined;
  const mails = profiles.of(mailbox).notify.filter(({ gateway }) => gateway === 'email');
  return mails.find((rule) => recipientOf(rule, mailbox) === to);
}

type Base = Pick<OutgoingMail, 'messageId' | 'from' | 'replyTo' | 'envelopeFrom' | 'headers'>;

function baseOf({ domain, from, answers }: MailOutDeps, notification: Notification, words: Wording): Base {
  const { id, token = '', kind } = notification;
  const reply = answers && token !== '' ? replyAddress(token, domain) : undefined;
  return {
    messageId: `<${id}@${domain}>`,
    from: { address: from, name: words.text('mail-service') },
    ...(reply === undefined ? {} : { replyTo: reply }),
    envelopeFrom: reply === undefined ? from : bounceAddress(token, domain),
    headers: {
      'Auto-Submitted': kind === 'reply' ? 'auto-replied' : 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'X-Loop': domain,
      ...(reply === undefined ? {} : { 'List-Unsubscribe': `<mailto:${reply}?subject=STOP>` }),
    },
  };
}

function finished(
  base: Base,
  { subject, text, html }: WrittenMail,
  headers: Readonly<Record<string, string>>,
  attachments: readonly DepositPart[],
): WrittenNotification {
  const mail = { ...base, subject, html, attachments, headers: { ...base.headers, ...headers } };
  return { body: text, mail };
}

/** RFC 3458. */
const contexts: Readonly<Record<MessageKind, string>> = {
  voice: 'voice-message',
  fax: 'fax-message',
  text: 'text-message',
  email: 'none',
  image: 'multimedia-message',
  video: 'video-message',
};

/** What a mail program can tell without opening it: what it is, how long, from whom (RFC 3458, 3803, 3939). */
function contextOf({ urgent, envelope: { kind, from, parts } }: Message): Record<string, string> {
  const seconds = Math.ceil(lengthOf(parts) / 1000);
  const known = from.private ? undefined : from;
  return {
    ...(kind === 'email' ? {} : { 'Message-Context': contexts[kind] }),
    ...(seconds > 0 ? { 'Content-Duration': String(seconds) } : {}),
    ...(urgent ? { Importance: 'high', 'X-Priority': '1' } : {}),
    ...(known?.number === undefined ? {} : { 'Caller-ID': known.number.replace(/[^\d]/g, '') }),
    ...(known?.name === undefined ? {} : { 'Caller-Name': known.name }),
  };
}

function lengthOf(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + (part.durationMs ?? 0), 0);
}
