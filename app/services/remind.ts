/**
 * Tells subscribers of what no caller brought: messages unheard for a day, messages that are about to go, a mailbox that is
 * filling up, a PIN that was never chosen. What is told hangs on a step of a message, so nothing is looked for: a step that
 * is due reads its mailbox. The text's key says what it is told for, so that a step done twice tells once.
 */
import type { MailboxId, MessageId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Message, MessageState } from '../core/message/message.ts';
import { recipientOf, rulesFor } from '../core/notification/recipients.ts';
import {
  expiringMs,
  lastReminder,
  quotaEvent,
  quotaLevel,
  reminderOf,
  unreadMs,
  weekOf,
} from '../core/notification/reminders.ts';
import type {
  ClassOfService,
  NotificationEvent,
  NotificationRule,
} from '../core/profile/class-of-service.ts';
import { localTime } from '../core/time/local-time.ts';
import type { MessageStore, Notification } from '../ports/store.ts';
import type { Texts } from '../ports/texts.ts';
import type { Profiles } from './profile.ts';
import { sendOnce, type TextOutDeps } from './text-out.ts';

const dayMs = 86_400_000;
/** More are not counted. */
const mostCounted = 100;

export interface RemindDeps extends TextOutDeps {
  readonly store: TextOutDeps['store'] & { readonly messages: Pick<MessageStore, 'list'> };
  readonly profiles: Profiles;
  readonly texts: Texts;
  readonly hasPin: (mailbox: MailboxId) => Promise<boolean>;
}

/**
 * Works the step `remind` of a message, which is due.
 * @param due the step's own time: the same when a crash makes it be worked again
 * @returns when there is a next reminder; `undefined` = it is done
 */
export async function remind(
  deps: RemindDeps,
  message: Message,
  due: Date,
  mailbox: Mailbox,
): Promise<Date | undefined> {
  if (message.state === 'deleted' || mailbox.textsStopped !== undefined) return undefined;
  // They could not listen to it now.
  if (mailbox.status === 'suspended') return new Date(due.getTime() + dayMs);
  if (reminderOf(message, due) === 'expiring') return remindOfEnd(deps, message, due, mailbox);
  const pinLater = await remindOfPin(deps, message, mailbox);
  const again = await remindOfUnread(deps, message, due, mailbox);
  const last = lastReminder(message);
  return [pinLater, again].find((at) => at !== undefined && (last === undefined || at < last)) ?? last;
}

/** Works the step `quota`: tells how full the mailbox is, once a week for each level. */
export async function remindOfQuota(deps: RemindDeps, message: Message, mailbox: Mailbox): Promise<void> {
  const profile = deps.profiles.of(mailbox);
  const reached = quotaLevel(mailbox, profile);
  if (reached === undefined || mailbox.textsStopped !== undefined) return;
  const { level, measure } = reached;
  const week = weekOf(message.envelope.received, profile.timeZone);
  const short = deps.texts.wording(profile.language).text(`quota-${measure}`);
  const told = { percent: level, short, access: deps.access };
  const event = quotaEvent(level);
  await tell(deps, { event, mailbox, profile, key: `quota-${level}:${mailbox.id}:${week}` }, told);
}

/** A mailbox is active when its subscriber has opened something: a day later they should have chosen a PIN. */
async function remindOfPin(deps: RemindDeps, message: Message, mailbox: Mailbox): Promise<Date | undefined> {
  if (mailbox.status !== 'active') return undefined;
  const profile = deps.profiles.of(mailbox);
  if (rulesFor(profile, 'pin-not-set').length === 0 || (await deps.hasPin(mailbox.id))) return undefined;
  const aDayAfter = new Date((message.heardAt?.getTime() ?? 0) + dayMs);
  if (aDayAfter > deps.clock.now()) return aDayAfter;
  const key = `pin-not-set:${mailbox.id}`;
  await tell(deps, { event: 'pin-not-set', mailbox, profile, key }, { access: deps.access });
  return undefined;
}

/** One text a day for all that have waited so long by then. Answers when to look again, if this one was not among them. */
async function remindOfUnread(
  deps: RemindDeps,
  message: Message,
  due: Date,
  mailbox: Mailbox,
): Promise<Date | undefined> {
  if (message.state !== 'new') return undefined;
  const told = await tellOfMessages(
    deps,
    'unread',
    message,
    due,
    mailbox,
    ['new'],
    (one, now) => one.envelope.received.getTime() <= now - unreadMs,
  );
  const missed = told.some((text) => text.created.getTime() < message.envelope.received.getTime() + unreadMs);
  return missed ? new Date(due.getTime() + dayMs) : undefined;
}

async function remindOfEnd(
  deps: RemindDeps,
  message: Message,
  due: Date,
  mailbox: Mailbox,
): Promise<Date | undefined> {
  if (message.state === 'heard' || message.expires <= deps.clock.now()) return undefined;
  const states: MessageState[] = ['new', 'saved'];
  const told = await tellOfMessages(
    deps,
    'expiring',
    message,
    due,
    mailbox,
    states,
    (one, now) => one.expires.getTime() <= now + expiringMs,
  );
  const missed = told.some((text) => text.created.getTime() < message.expires.getTime() - expiringMs);
  return missed ? new Date(due.getTime() + dayMs) : undefined;
}

/** Answers the texts of this day, sent now or before. */
async function tellOfMessages(
  deps: RemindDeps,
  event: 'unread' | 'expiring',
  message: Message,
  due: Date,
  mailbox: Mailbox,
  states: readonly MessageState[],
  concerned: (one: Message, now: number) => boolean,
): Promise<Notification[]> {
  const profile = deps.profiles.of(mailbox);
  const rules = rulesFor(profile, event, message.envelope.kind);
  if (rules.length === 0) return [];
  const { day } = localTime(due, profile.timeZone);
  const key = `${event}:${mailbox.id}:${day}`;
  // Thousands may be due in one mailbox: only the first of a day looks at the others.
  const told = await deps.store.notifications.about(key as MessageId);
  const isTold = (rule: NotificationRule): boolean =>
    told.some(({ gateway, to }) => gateway === rule.gateway && to === recipientOf(rule, mailbox));
  if (rules.every(isTold)) return told;
  const now = deps.clock.now().getTime();
  const waiting = await deps.store.messages.list(mailbox.id, { states, order: 'oldest', limit: mostCounted });
  const all = waiting.filter((one) => concerned(one, now));
  const topic = { event, mailbox, profile, key, about: all[0] ?? message };
  return tell(deps, topic, { n: Math.max(1, all.length), access: deps.access });
}

interface Topic {
  readonly event: Exclude<NotificationEvent, 'message'>;
  readonly mailbox: Mailbox;
  readonly profile: ClassOfService;
  readonly key: string;
  /** Message that an answer is about. */
  readonly about?: Message;
}

async function tell(
  deps: RemindDeps,
  { event, mailbox, profile, key, about }: Topic,
  holes: Readonly<Record<string, string | number>>,
): Promise<Notification[]> {
  const body = deps.texts.wording(profile.language).text(event, holes);
  const texts = rulesFor(profile, event, about?.envelope.kind).flatMap((rule) => {
    const to = recipientOf(rule, mailbox);
    if (to === undefined) return [];
    const kind = about === undefined ? 'hint' : 'reminder';
    const told = about === undefined ? {} : { about: about.id };
    return [sendOnce(deps, { key, mailbox, gateway: rule.gateway, kind, to, body, ...told }, () => body)];
  });
  return (await Promise.all(texts)).map(({ notification }) => notification);
}
