/**
 * Does what a message's pending steps ask for: welcome text, notices, lamp. Each notice is a document of its own, made
 * once per message, kind, gateway and recipient, so that no text goes out twice however often a step is repeated.
 */
import { isTemporary } from '../core/errors.ts';
import type { E164, NotificationId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Message, PendingKind, PendingStep } from '../core/message/message.ts';
import { nextTry, type RetryRule } from '../core/notification/retry.ts';
import { noticeText, welcomeText } from '../core/notification/texts.ts';
import type { GatewayName, NotificationRule } from '../core/profile/class-of-service.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { TextGateway } from '../ports/gateway.ts';
import type { Log } from '../ports/log.ts';
import type { Notification, Store } from '../ports/store.ts';
import type { Texts } from '../ports/texts.ts';
import type { Account } from './account.ts';
import type { Lamps } from './lamp.ts';
import type { Profiles } from './profile.ts';

const leaseMs = 30_000;
/** Texts and steps worked at once when many are due. */
const lanes = 4;
/** How soon a step whose store or switch was away is tried again, in milliseconds. */
const stepRetryMs = 5_000;
/** Least time between two looks for due work of others, in milliseconds. */
const leastWaitMs = 250;
/** How soon a welcome text under way is looked at again, in milliseconds. */
const settleMs = 1000;
/** Tries to tell the store that a text is out, each as long as the store's own deadline. */
const markTries = 5;

export interface NotifyDeps {
  readonly store: Store;
  readonly gateways: ReadonlyMap<GatewayName, TextGateway>;
  readonly lamps: Pick<Lamps, 'publish'>;
  readonly profiles: Profiles;
  readonly texts: Texts;
  readonly account: Account;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly retry: RetryRule;
  /** Access number written in texts. */
  readonly access: E164;
  /** Called when something became due later. */
  readonly onDue: (at: Date) => void;
}

export interface Notify {
  /** Works the steps of a message that this process holds the lease of. Never rejects: what fails is put back. */
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
    work: (message, steps, mailbox) => workSteps(deps, message, steps, mailbox),
    runDue: (signal) => runDue(deps, signal),
    reply: (reply) => sendReply(deps, reply),
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
async function wakeForNext({ store, clock, onDue }: NotifyDeps): Promise<void> {
  const due = await Promise.all([store.messages.nextPendingDue(), store.notifications.nextDue()]);
  const times = due.flatMap((at) => (at === undefined ? [] : [at.getTime()]));
  if (times.length > 0) onDue(new Date(Math.max(Math.min(...times), clock.now().getTime() + leastWaitMs)));
}

async function workSteps(
  deps: NotifyDeps,
  message: Message,
  steps: readonly PendingStep[],
  known?: Mailbox,
): Promise<void> {
  const kinds = new Set(steps.map((step) => step.kind));
  const tries = Math.max(0, ...steps.map((step) => step.tries));
  try {
    const mailbox = known ?? (await deps.store.mailboxes.get(message.mailbox));
    const finished: PendingKind[] = [];
    if (mailbox === undefined) finished.push(...kinds);
    else {
      if (kinds.delete('lamp')) await workLamp(deps, message, mailbox, tries);
      await workKinds(deps, message, mailbox, kinds, finished);
    }
    if (finished.length > 0) await deps.store.messages.finishPending(message.id, finished);
  } catch (error) {
    deps.log.warn('pending steps put back', { error, message: message.id });
    await delay(deps, message, [...kinds], stepRetry(deps, tries), error);
  }
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

async function workKinds(
  deps: NotifyDeps,
  message: Message,
  mailbox: Mailbox,
  kinds: ReadonlySet<PendingKind>,
  finished: PendingKind[],
): Promise<void> {
  const profile = deps.profiles.of(mailbox);
  const welcomePending = message.pending.some((step) => step.kind === 'welcome');
  const wanted = mailbox.textsStopped === undefined && message.state === 'new';
  if (kinds.has('welcome') || (kinds.has('notify') && welcomePending)) {
    const rule = profile.notify[0];
    if (rule !== undefined && wanted && !(await isSettled(deps, message, mailbox, rule))) return;
    finished.push('welcome');
  }
  if (!kinds.has('notify')) return;
  if (wanted) {
    await Promise.all(profile.notify.map((rule) => ensureAndSend(deps, message, mailbox, rule, 'notice')));
  }
  finished.push('notify');
}

/** Whether the welcome text is out or given up; the notice waits for it. Puts both steps back if not. */
async function isSettled(
  deps: NotifyDeps,
  message: Message,
  mailbox: Mailbox,
  rule: NotificationRule,
): Promise<boolean> {
  const welcome = await ensureAndSend(deps, message, mailbox, rule, 'welcome');
  if (welcome.status === 'sent' || welcome.status === 'delivered' || welcome.status === 'dead') return true;
  // One that another worker is just sending is looked at again soon, one that failed at its next try.
  const soon = deps.clock.now().getTime() + settleMs;
  const due = new Date(welcome.status === 'sending' ? soon : Math.max(welcome.due.getTime(), soon));
  await delay(deps, message, ['welcome', 'notify'], due, 'the welcome text is not out yet');
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
    deps.onDue(due);
  } catch (fault) {
    // The lease ends by itself and another run takes the step.
    deps.log.warn('a pending step waits for its lease to end', { error: fault });
    deps.onDue(new Date(deps.clock.now().getTime() + leaseMs));
  }
}

async function ensureAndSend(
  deps: NotifyDeps,
  message: Message,
  mailbox: Mailbox,
  rule: NotificationRule,
  kind: 'welcome' | 'notice',
): Promise<Notification> {
  const now = deps.clock.now();
  const { notification, created } = await deps.store.notifications.ensure({
    id: deps.random.uuid() as NotificationId,
    message: message.id,
    mailbox: mailbox.id,
    gateway: rule.gateway,
    kind,
    to: rule.to === 'subscriber' ? mailbox.number : rule.to,
    status: 'sending',
    tries: 1,
    due: new Date(now.getTime() + leaseMs),
    created: now,
  });
  if (!created) return notification;
  return send(deps, notification, textOf(deps, notification, message, mailbox));
}

async function sendReply(deps: NotifyDeps, reply: Reply): Promise<boolean> {
  const now = deps.clock.now();
  const { notification, created } = await deps.store.notifications.ensure({
    id: deps.random.uuid() as NotificationId,
    message: reply.textId as Notification['message'],
    mailbox: reply.mailbox.id,
    gateway: reply.gateway,
    kind: 'reply',
    body: reply.body,
    to: reply.to,
    status: 'sending',
    tries: 1,
    due: new Date(now.getTime() + leaseMs),
    created: now,
  });
  if (created) await send(deps, notification, reply.body);
  return created;
}

/** A text that failed before, or whose sender died. */
async function sendAgain(deps: NotifyDeps, notification: Notification): Promise<void> {
  const { store } = deps;
  const mailbox = await store.mailboxes.get(notification.mailbox);
  if (notification.kind === 'reply') {
    await send(deps, notification, notification.body ?? '');
    return;
  }
  const message = await store.messages.get(notification.message);
  const unwanted =
    mailbox === undefined ||
    message === undefined ||
    message.state !== 'new' ||
    mailbox.textsStopped !== undefined;
  if (unwanted) await store.notifications.failed(notification.id, undefined, 'no longer wanted');
  else await send(deps, notification, textOf(deps, notification, message, mailbox));
}

function textOf(deps: NotifyDeps, notification: Notification, message: Message, mailbox: Mailbox): string {
  const words = deps.texts.wording(deps.profiles.of(mailbox).language);
  if (notification.kind === 'welcome')
    return welcomeText({ words, access: deps.access, number: mailbox.number });
  const { from, parts } = message.envelope;
  return noticeText({
    words,
    access: deps.access,
    reference: message.reference,
    from,
    durationMs: parts.reduce((sum, part) => sum + (part.durationMs ?? 0), 0),
    urgent: message.envelope.urgent,
  });
}

async function send(deps: NotifyDeps, notification: Notification, body: string): Promise<Notification> {
  const gateway = deps.gateways.get(notification.gateway);
  const { store, clock } = deps;
  const at = clock.now();
  if (gateway === undefined) {
    await store.notifications.failed(
      notification.id,
      undefined,
      `gateway ${notification.gateway} is not configured`,
    );
    return { ...notification, status: 'dead' };
  }
  let providerId: string | undefined;
  try {
    ({ providerId } = await gateway.send({
      id: notification.id,
      to: notification.to,
      body,
      ...(notification.tries > 1 ? { firstTried: notification.created } : {}),
    }));
  } catch (error) {
    return putBack(deps, notification, error);
  }
  record(deps, notification, at);
  await markSent(deps, notification, providerId);
  return { ...notification, status: 'sent' };
}

/** The text is out: a store that is away must not make it go out again while this process can still tell it. */
async function markSent(
  deps: NotifyDeps,
  notification: Notification,
  providerId: string | undefined,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await deps.store.notifications.sent(notification.id, deps.clock.now(), providerId);
      return;
    } catch (error) {
      deps.log.warn('a text is out and the store does not know yet', {
        error,
        notification: notification.id,
      });
      if (tries >= markTries) throw error;
    }
  }
}

async function putBack(deps: NotifyDeps, notification: Notification, error: unknown): Promise<Notification> {
  const text = error instanceof Error ? error.message : String(error);
  const due = isTemporary(error) ? nextTry(notification.tries, deps.retry, deps.clock.now()) : undefined;
  deps.log[due === undefined ? 'error' : 'warn']('a text was not sent', {
    error,
    notification: notification.id,
    tries: notification.tries,
  });
  await deps.store.notifications.failed(notification.id, due, text);
  if (due === undefined) return { ...notification, status: 'dead' };
  deps.onDue(due);
  return { ...notification, status: 'failed', due };
}

function record(deps: NotifyDeps, notification: Notification, start: Date): void {
  const end = deps.clock.now();
  deps.account.event({
    event: 'text-out',
    direction: 'outbound',
    src: deps.access,
    dst: notification.to,
    clid: deps.access,
    channel: notification.gateway,
    dcontext: notification.kind,
    lastapp: 'text',
    start,
    end,
    duration: 0,
    billsec: 0,
    disposition: 'ANSWERED',
    uniqueid: notification.id,
    linkedid: notification.message,
    accountcode: notification.mailbox,
    userfield: notification.message,
  });
}
