/**
 * Does what a message's pending steps ask for: welcome text, notices, reminders, a call, lamp. Within quiet hours all but the
 * lamp waits for their end; only what is urgent goes at once.
 */
import type { MessageId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Message, PendingKind, PendingStep } from '../core/message/message.ts';
import { quietUntil } from '../core/notification/quiet-hours.ts';
import { recipientOf, rulesFor } from '../core/notification/recipients.ts';
import { noticeText, summaryText, textNoticeText, welcomeText } from '../core/notification/texts.ts';
import type { ClassOfService, GatewayName, NotificationRule } from '../core/profile/class-of-service.ts';
import type { Notification, Store } from '../ports/store.ts';
import type { Lamps } from './lamp.ts';
import { remind, remindOfQuota, type RemindDeps } from './remind.ts';
import { leaseMs, send, sendOnce } from './text-out.ts';

/** Texts and steps worked at once when many are due. */
const lanes = 4;
/** How soon a step whose store or switch was away is tried again, in milliseconds. */
const stepRetryMs = 5_000;
/** Least time between two looks for due work of others, in milliseconds. */
const leastWaitMs = 250;
/** How soon a welcome text under way is looked at again, in milliseconds. */
const settleMs = 1000;
/** An alarm is set for steps that are due within this time, in milliseconds; later ones are found by looking. */
const soonMs = 60_000;
/** So many notices may come at once when quiet hours end; more become one text. */
const mostHeld = 3;
/** So many of the latest messages are looked at to see whether there are more. */
const looked = 20;
/** Why a step was put off, as its `lastError`. */
const heldReason = 'quiet hours';

export interface NotifyDeps extends RemindDeps {
  readonly store: Store;
  readonly lamps: Pick<Lamps, 'publish'>;
  /** Asks for the call that brings a mailbox its new messages. */
  readonly requestCall: (mailbox: Mailbox, urgent: boolean) => Promise<void>;
  /** Finds another mailbox for a message whose own is gone. Default: none. */
  readonly adopt?: (message: Message) => Promise<Mailbox | undefined>;
}

export interface Notify {
  /** Works those steps of a message that are due and held by this process. Never rejects: what fails is put back. */
  work(message: Message, steps: readonly PendingStep[], mailbox?: Mailbox): Promise<void>;
  /** Takes and works every step and text that is due; answers how many there were. */
  runDue(signal: AbortSignal): Promise<number>;
  /** Sends the answer to a text, once. Answers false if that text was answered before. */
  reply(reply: Reply): Promise<boolean>;
}

export interface Reply {
  /** Id of the text that is answered. */
  readonly to: string;
  readonly textId: string;
  readonly body: string;
  readonly gateway: GatewayName;
  readonly mailbox: Mailbox;
}

export function createNotify(deps: NotifyDeps): Notify {
  return {
    work: (message, steps, mailbox) => workDue(deps, message, steps, mailbox),
    runDue: (signal) => runDue(deps, signal),
    async reply({ to, textId, body, gateway, mailbox }) {
      const draft = { key: textId, mailbox, gateway, kind: 'reply', to, body } as const;
      return (await sendOnce(deps, draft, () => body)).created;
    },
  };
}

async function runDue(deps: NotifyDeps, signal: AbortSignal): Promise<number> {
  const steps = await several(signal, async () => {
    const taken = await deps.store.messages.takePending(deps.clock.now(), leaseMs);
    if (taken !== undefined) await workSteps(deps, taken.message, [taken.step]);
    return taken !== undefined;
  });
  const texts = await several(signal, async () => {
    const taken = await deps.store.notifications.takeDue(deps.clock.now(), leaseMs);
    if (taken?.uncertain)
      deps.log.warn('a text of unknown fate is sent again', { notification: taken.notification.id });
    if (taken !== undefined) await sendAgain(deps, taken.notification);
    return taken !== undefined;
  });
  const done = steps + texts;
  if (!signal.aborted) await wakeForNext(deps);
  return done;
}

/** Takes and works a few at once until there are none, so that one slow network does not hold up the others. */
async function several(signal: AbortSignal, workOne: () => Promise<boolean>): Promise<number> {
  let done = 0;
  const lane = async (): Promise<void> => {
    while (!signal.aborted && (await workOne())) done += 1;
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return done;
}

/** What another controller had in hand when it died is due when its lease ends. */
async function wakeForNext(deps: NotifyDeps): Promise<void> {
  const { messages, notifications } = deps.store;
  const due = await Promise.all([messages.nextPendingDue(), notifications.nextDue()]);
  const times = due.flatMap((at) => (at === undefined ? [] : [at.getTime()]));
  if (times.length > 0)
    alarm(deps, new Date(Math.max(Math.min(...times), deps.clock.now().getTime() + leastWaitMs)));
}

/** Only for what is due soon: a reminder in weeks is no alarm for as long. */
function alarm({ clock, onDue }: NotifyDeps, due: Date): void {
  if (due.getTime() < clock.now().getTime() + soonMs) onDue(due);
}

/** Those of a new message that are due now; for those that soon will be an alarm is set. */
async function workDue(
  deps: NotifyDeps,
  message: Message,
  steps: readonly PendingStep[],
  mailbox: Mailbox | undefined,
): Promise<void> {
  const now = deps.clock.now();
  const later = steps.map((step) => step.due.getTime()).filter((due) => due > now.getTime());
  if (later.length > 0) alarm(deps, new Date(Math.min(...later)));
  const due = steps.filter((step) => step.due <= now);
  if (due.length > 0) await workSteps(deps, message, due, mailbox);
}

async function workSteps(
  deps: NotifyDeps,
  message: Message,
  steps: readonly PendingStep[],
  known?: Mailbox,
): Promise<void> {
  const left = new Map(steps.map((step) => [step.kind, step]));
  const tries = Math.max(0, ...steps.map((step) => step.tries));
  try {
    const mailbox =
      known ?? (await deps.store.mailboxes.get(message.mailbox)) ?? (await deps.adopt?.(message));
    const finished: PendingKind[] = [];
    if (mailbox === undefined) finished.push(...left.keys());
    else {
      if (left.delete('lamp')) await workLamp(deps, message, mailbox, tries);
      const profile = deps.profiles.of(mailbox);
      await holdWhileQuiet(deps, message, profile, left);
      await workKinds(deps, { message, mailbox, profile }, left, finished);
    }
    if (finished.length > 0) await deps.store.messages.finishPending(message.id, finished);
  } catch (error) {
    deps.log.warn('pending steps put back', { error, message: message.id });
    await delay(deps, message, [...left.keys()], stepRetry(deps, tries), error);
  }
}

type Steps = Map<PendingKind, PendingStep>;

/** Puts off what would disturb the subscriber now. */
async function holdWhileQuiet(
  deps: NotifyDeps,
  message: Message,
  profile: ClassOfService,
  left: Steps,
): Promise<void> {
  const end = quietUntil(deps.clock.now(), profile);
  if (end === undefined) return;
  const held = [...left.keys()].filter((kind) => !message.urgent || kind === 'remind' || kind === 'quota');
  await delay(deps, message, held, end, heldReason);
  for (const kind of held) left.delete(kind);
}

/** Ever later, up to a minute. */
function stepRetry({ clock }: NotifyDeps, tries: number): Date {
  return new Date(clock.now().getTime() + stepRetryMs * Math.min(tries + 1, 12));
}

/** Apart from the texts: a switch that is away must not hold them up. */
async function workLamp(deps: NotifyDeps, message: Message, mailbox: Mailbox, tries: number): Promise<void> {
  try {
    await deps.lamps.publish(mailbox.id);
    await deps.store.messages.finishPending(message.id, ['lamp']);
  } catch (error) {
    deps.log.warn('lamp not set', { error });
    await delay(deps, message, ['lamp'], stepRetry(deps, tries), error);
  }
}

interface Case {
  readonly message: Message;
  readonly mailbox: Mailbox;
  readonly profile: ClassOfService;
}

/** Steps that are not put into `finished` have been put off. */
async function workKinds(
  deps: NotifyDeps,
  about: Case,
  left: ReadonlyMap<PendingKind, PendingStep>,
  finished: PendingKind[],
): Promise<void> {
  const { message, mailbox } = about;
  await workTexts(deps, about, left, finished);
  if (left.has('call')) {
    if (message.state === 'new') await deps.requestCall(mailbox, message.urgent);
    finished.push('call');
  }
  if (left.has('quota')) {
    const counted = await deps.store.mailboxes.get(mailbox.id);
    if (counted !== undefined) await remindOfQuota(deps, message, counted);
    finished.push('quota');
  }
  const reminder = left.get('remind');
  if (reminder === undefined) return;
  const next = await remind(deps, message, reminder.due, mailbox);
  if (next === undefined) finished.push('remind');
  else await delay(deps, message, ['remind'], next, 'its next reminder');
}

async function workTexts(
  deps: NotifyDeps,
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
  { store }: NotifyDeps,
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
  deps: NotifyDeps,
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
  await sendOnce(deps, { key, mailbox, gateway, kind: 'summary', to, body, about: first.id }, () => body);
}

/** Whether the welcome text is out or given up; the notice waits for it. Puts both steps back if not. */
async function isSettled(deps: NotifyDeps, about: Case, rule: NotificationRule): Promise<boolean> {
  const welcome = await tell(deps, about, rule, 'welcome');
  if (welcome.status === 'sent' || welcome.status === 'delivered' || welcome.status === 'dead') return true;
  // One that another worker is just sending is looked at again soon, one that failed at its next try.
  const soon = deps.clock.now().getTime() + settleMs;
  const due = new Date(welcome.status === 'sending' ? soon : Math.max(welcome.due.getTime(), soon));
  await delay(deps, about.message, ['welcome', 'notify'], due, 'the welcome text is not out yet');
  return false;
}

async function delay(
  deps: NotifyDeps,
  message: Message,
  kinds: readonly PendingKind[],
  due: Date,
  error: unknown,
): Promise<void> {
  const text = error instanceof Error ? error.message : String(error);
  try {
    for (const kind of kinds) await deps.store.messages.delayPending(message.id, kind, due, text);
    alarm(deps, due);
  } catch (fault) {
    // The lease ends by itself and another run takes the step.
    deps.log.warn('a pending step waits for its lease to end', { error: fault });
    deps.onDue(new Date(deps.clock.now().getTime() + leaseMs));
  }
}

async function tell(
  deps: NotifyDeps,
  about: Case,
  rule: NotificationRule,
  kind: 'welcome' | 'notice',
): Promise<Notification> {
  const { message, mailbox } = about;
  const { gateway } = rule;
  const to = recipientOf(rule, mailbox);
  const sent = await sendOnce(deps, { key: message.id, mailbox, gateway, kind, to }, () =>
    textOf(deps, kind, about),
  );
  return sent.notification;
}

/** A text that failed before, or whose sender died. */
async function sendAgain(deps: NotifyDeps, notification: Notification): Promise<void> {
  const { store } = deps;
  const { kind, body } = notification;
  const mailbox = await store.mailboxes.get(notification.mailbox);
  if (kind === 'reply') {
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
  else if (message?.state === 'new' && (kind === 'welcome' || kind === 'notice'))
    await send(deps, notification, textOf(deps, kind, { message, mailbox, profile }), mailbox);
  else await store.notifications.failed(notification.id, undefined, 'no longer wanted');
}

function textOf(
  { texts, access }: NotifyDeps,
  kind: 'welcome' | 'notice',
  { message, mailbox, profile }: Case,
): string {
  const words = texts.wording(profile.language);
  if (kind === 'welcome') return welcomeText({ words, access, number: mailbox.number });
  const { from, parts, kind: what } = message.envelope;
  const { reference } = message;
  if (what === 'text')
    return textNoticeText({ words, access, reference, from, said: message.transcript ?? '' });
  return noticeText({
    words,
    access,
    reference,
    from,
    durationMs: parts.reduce((sum, part) => sum + (part.durationMs ?? 0), 0),
    urgent: message.urgent,
  });
}
