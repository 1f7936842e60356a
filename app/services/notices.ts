/** Welcome texts and notices of new messages, to whom the rules of the subscriber's class name. */
import type { MessageId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Message, PendingKind, PendingStep } from '../core/message/message.ts';
import { quietUntil } from '../core/notification/quiet-hours.ts';
import { recipientOf, rulesFor } from '../core/notification/recipients.ts';
import { faxNoticeText } from '../core/notification/fax-texts.ts';
import type { Wording } from '../core/notification/wording.ts';
import { noticeText, summaryText, textNoticeText, welcomeText } from '../core/notification/texts.ts';
import type { ClassOfService, NotificationRule } from '../core/profile/class-of-service.ts';
import type { Notification, Store } from '../ports/store.ts';
import type { Texts } from '../ports/texts.ts';
import type { Links } from './links.ts';
import type { Profiles } from './profile.ts';
import { delay, heldReason } from './put-off.ts';
import { send, sendOnce, type TextOutDeps } from './text-out.ts';

/** How soon a welcome text under way is looked at again, in milliseconds. */
const settleMs = 1000;
/** So many notices may come at once when quiet hours end; more become one text. */
const mostHeld = 3;
/** So many of the latest messages are looked at to see whether there are more. */
const looked = 20;

export interface NoticeDeps extends TextOutDeps {
  readonly store: Store;
  readonly profiles: Profiles;
  readonly texts: Texts;
  /** Makes the links in notices; absent: there are none. */
  readonly links?: Pick<Links, 'make'> | undefined;
}

/** A message that its subscriber is to be told of. */
export interface Case {
  readonly message: Message;
  readonly mailbox: Mailbox;
  readonly profile: ClassOfService;
}

/** Works the steps `welcome` and `notify`; those that are not put into `finished` have been put off. */
export async function workTexts(
  deps: NoticeDeps,
  about: Case,
  left: ReadonlyMap<PendingKind, PendingStep>,
  finished: PendingKind[],
): Promise<void> {
  const { message, mailbox, profile } = about;
  const notice = left.get('notify');
  const welcomePending = message.pending.some((step) => step.kind === 'welcome');
  const wanted = mailbox.textsStopped === undefined && message.state === 'new';
  const rules = wanted ? rulesFor(profile, 'message', message.envelope.kind) : [];
  if (left.has('welcome') || (notice !== undefined && welcomePending)) {
    const [rule] = rules;
    if (rule !== undefined && !(await isSettled(deps, about, rule))) return;
    finished.push('welcome');
  }
  if (notice === undefined) return;
  const waited = notice.lastError === heldReason ? await sumUp(deps, about) : undefined;
  await Promise.all(
    rules.map((rule) =>
      waited === undefined ? tell(deps, about, rule, 'notice') : tellOfAll(deps, about, rule, waited),
    ),
  );
  finished.push('notify');
}

interface Waited {
  /** End of the quiet hours: one text for them. */
  readonly end: Date;
  /** The oldest of those that are still new, which an answer is about. */
  readonly first: Message;
}

/** Whether so many messages waited for the end of quiet hours that they are told of together. */
async function sumUp(
  { store }: NoticeDeps,
  { message, mailbox, profile }: Case,
): Promise<Waited | undefined> {
  const endOf = (one: Message): number | undefined =>
    one.envelope.urgent ? undefined : quietUntil(one.envelope.received, profile)?.getTime();
  const end = endOf(message);
  if (end === undefined) return undefined;
  const latest = await store.messages.list(mailbox.id, { limit: looked });
  // Also those heard since: whichever step comes first or last, all come to the same.
  const together = latest.filter((one) => endOf(one) === end);
  if (together.length <= mostHeld) return undefined;
  const first = together.findLast((one) => one.state === 'new') ?? message;
  return { end: new Date(end), first };
}

async function tellOfAll(
  deps: NoticeDeps,
  { mailbox, profile }: Case,
  rule: NotificationRule,
  { end, first }: Waited,
): Promise<void> {
  const body = summaryText({
    words: deps.texts.wording(profile.language),
    access: deps.access,
    reference: first.reference,
    count: Math.max(1, mailbox.counts.new),
    since: profile.quietHours?.from ?? '',
  });
  const { gateway } = rule;
  const key = `quiet:${mailbox.id}:${end.toISOString()}`;
  const to = recipientOf(rule, mailbox);
  if (to === undefined) return;
  await sendOnce(deps, { key, mailbox, gateway, kind: 'summary', to, body, about: first.id }, () => body);
}

/** Whether the welcome text is out or given up; the notice waits for it. Puts both steps back if not. */
async function isSettled(deps: NoticeDeps, about: Case, rule: NotificationRule): Promise<boolean> {
  const welcome = await tell(deps, about, rule, 'welcome');
  if (welcome === undefined) return true;
  if (welcome.status === 'sent' || welcome.status === 'delivered' || welcome.status === 'dead') return true;
  // One that another worker is just sending is looked at again soon, one that failed at its next try.
  const soon = deps.clock.now().getTime() + settleMs;
  const due = new Date(welcome.status === 'sending' ? soon : Math.max(welcome.due.getTime(), soon));
  await delay(deps, about.message, ['welcome', 'notify'], due, 'the welcome text is not out yet');
  return false;
}

async function tell(
  deps: NoticeDeps,
  about: Case,
  rule: NotificationRule,
  kind: 'welcome' | 'notice',
): Promise<Notification | undefined> {
  const { message, mailbox } = about;
  const { gateway } = rule;
  const to = recipientOf(rule, mailbox);
  if (to === undefined) return undefined;
  const sent = await sendOnce(deps, { key: message.id, mailbox, gateway, kind, to }, () =>
    textOf(deps, kind, about, { gateway, to }),
  );
  return sent.notification;
}

/** A text that failed before, or whose sender died. */
export async function sendAgain(deps: NoticeDeps, notification: Notification): Promise<void> {
  const { store } = deps;
  const { kind, body } = notification;
  const mailbox = await store.mailboxes.get(notification.mailbox);
  if (kind === 'reply' || kind === 'message' || kind === 'event') {
    await send(deps, notification, body ?? '', mailbox);
    return;
  }
  const id = body === undefined ? notification.message : notification.about;
  const message = id === undefined ? undefined : await store.messages.get(id satisfies MessageId);
  const wanted =
    message === undefined ? id === undefined : message.state === 'new' || message.state === 'saved';
  if (mailbox === undefined || !wanted || mailbox.textsStopped !== undefined) {
    await store.notifications.failed(notification.id, undefined, 'no longer wanted');
    return;
  }
  const profile = deps.profiles.of(mailbox);
  const end = body === undefined && message?.urgent ? undefined : quietUntil(deps.clock.now(), profile);
  if (end !== undefined) await store.notifications.failed(notification.id, end, heldReason);
  else if (body !== undefined) await send(deps, notification, body, mailbox);
  else if (message?.state === 'new' && (kind === 'welcome' || kind === 'notice')) {
    const words = await textOf(deps, kind, { message, mailbox, profile }, notification);
    await send(deps, notification, words, mailbox);
  } else await store.notifications.failed(notification.id, undefined, 'no longer wanted');
}

/** Title and words; of a text that was too long for its network, that it was. */
function saidIn({ envelope, transcript }: Message, words: Wording): string {
  const { kind, subject, omitted } = envelope;
  const lost = kind === 'text' && omitted?.some(({ why }) => why === 'too-large') === true;
  const said = transcript ?? (lost ? words.text('lost-words') : '');
  return [...(subject === undefined ? [] : [subject]), said].join(' - ');
}

async function textOf(
  deps: NoticeDeps,
  kind: 'welcome' | 'notice',
  { message, mailbox, profile }: Case,
  goes: Pick<Notification, 'gateway' | 'to'>,
): Promise<string> {
  const { texts, access } = deps;
  const words = texts.wording(profile.language);
  if (kind === 'welcome') return welcomeText({ words, access, number: mailbox.number });
  const { from, parts, kind: what } = message.envelope;
  const { reference } = message;
  const link = await linkFor(deps, message, mailbox, goes);
  if (what === 'text' || what === 'email' || what === 'image' || what === 'video')
    return textNoticeText(
      { words, access, reference, from, link, said: saidIn(message, words) },
      `${what}-notice`,
    );
  if (what === 'fax') {
    const pages = parts.reduce((sum, part) => sum + (part.pages ?? 0), 0);
    return faxNoticeText({ words, access, reference, from, link, pages });
  }
  return noticeText({
    words,
    access,
    reference,
    from,
    durationMs: parts.reduce((sum, part) => sum + (part.durationMs ?? 0), 0),
    urgent: message.urgent,
    link,
  });
}

/**
 * For the subscriber's own numbers alone: whoever else is told has the reference, which does not open the message from their
 * phone. Mails have a link of their own.
 */
async function linkFor(
  { links, log }: NoticeDeps,
  message: Message,
  { number, aliases, settings }: Mailbox,
  { gateway, to }: Pick<Notification, 'gateway' | 'to'>,
): Promise<string | undefined> {
  const own: readonly (string | undefined)[] = [number, ...aliases, settings.addresses?.sms];
  if (links === undefined || gateway === 'email' || !own.includes(to)) return undefined;
  return links.make(message).catch((error: unknown) => {
    log.warn('a notice goes without its link', { error });
    return undefined;
  });
}
