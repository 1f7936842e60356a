/** Texts to subscribers. Each is a document of its own, made once, so that none goes out twice however often it is asked for. */
import { isTemporary } from '../core/errors.ts';
import type { E164, MessageId, NotificationId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Part } from '../core/message/message.ts';
import type { NumberPlan } from '../core/address/number-plan.ts';
import { mayBeTexted } from '../core/toll/may-be-texted.ts';
import { smsSegments } from '../core/notification/sms-units.ts';
import { nextTry, type RetryRule } from '../core/notification/retry.ts';
import type { GatewayName } from '../core/profile/class-of-service.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { TextGateway, TextSubject, TextTaken } from '../ports/gateway.ts';
import type { Log } from '../ports/log.ts';
import type { Notification, Store } from '../ports/store.ts';
import { tokenDigits } from '../core/mail/address.ts';
import type { Account, Begun, CdrRow } from './account.ts';
import type { Mails, WrittenNotification } from './mail-out.ts';

export const leaseMs = 30_000;
/** Tries to tell the store that a text is out, each as long as the store's own deadline. */
const markTries = 5;

export interface TextOutDeps {
  readonly store: Pick<Store, 'notifications' | 'stops'>;
  readonly gateways: ReadonlyMap<GatewayName, TextGateway>;
  /** Writes what goes out through the gateway `email`; absent: nothing does. */
  readonly mails?: Mails | undefined;
  readonly account: Pick<Account, 'begin'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly retry: RetryRule;
  readonly access: E164;
  readonly plan: NumberPlan;
  /** Called when something became due later. */
  readonly onDue: (at: Date) => void;
}

/** A text to be. `key`: the message that it is about, or what else makes it the same text. */
export interface TextDraft {
  readonly key: string;
  readonly mailbox: Mailbox;
  readonly gateway: GatewayName;
  readonly kind: Notification['kind'];
  readonly to: string;
  /** Kept for a later try, where the text is not written from its message. */
  readonly body?: string;
  /** Message that an answer is about, where the key is none. */
  readonly about?: MessageId;
  /** Of a mail from a subscriber to somebody else. */
  readonly subject?: string;
  readonly parts?: readonly Part[];
}

/** Sends once per key, kind, gateway and recipient: a repeat answers what became of the first. */
export async function sendOnce(
  deps: TextOutDeps,
  draft: TextDraft,
  body: () => string | Promise<string>,
): Promise<{ readonly notification: Notification; readonly created: boolean }> {
  const now = deps.clock.now();
  const { key, mailbox, ...rest } = draft;
  const { notification, created } = await deps.store.notifications.ensure({
    ...rest,
    id: deps.random.uuid() as NotificationId,
    message: key as MessageId,
    mailbox: mailbox.id,
    ...(rest.gateway === 'email' ? { token: deps.random.digits(tokenDigits) } : {}),
    status: 'sending',
    tries: 1,
    due: new Date(now.getTime() + leaseMs),
    created: now,
  });
  if (!created) return { notification, created };
  return { notification: await send(deps, notification, await body(), mailbox), created };
}

/**
 * Hands the text to its gateway; put back for later, or given up, if that fails.
 * @param mailbox whose number may be told more than those of others, which stop texts for themselves
 */
export async function send(
  deps: TextOutDeps,
  notification: Notification,
  body: string,
  mailbox: Mailbox | undefined,
): Promise<Notification> {
  const { store, clock } = deps;
  const gateway = deps.gateways.get(notification.gateway);
  const giveUp = async (why: string): Promise<Notification> => {
    await store.notifications.failed(notification.id, undefined, why);
    await letGo(deps, notification);
    return { ...notification, status: 'dead' };
  };
  const mails = notification.gateway === 'email' ? deps.mails : undefined;
  if (gateway === undefined || (notification.gateway === 'email' && mails === undefined))
    return giveUp(`gateway ${notification.gateway} is not configured`);
  const isHook = notification.gateway === 'webhook';
  if (!isHook && notification.kind !== 'reply' && notification.to !== mailbox?.number) {
    if (mails === undefined && !mayBeTexted(notification.to, deps.plan))
      return giveUp('no number that texts may go to');
    if (await store.stops.has(stopKey(notification.to))) return giveUp('the recipient wants no texts');
  }
  const at = clock.now();
  let begun: Begun | undefined;
  let taken: TextTaken;
  try {
    const written = (await mails?.write(notification, body, mailbox)) ?? { body };
    // What happened is no traffic of the subscriber's.
    if (notification.kind !== 'event')
      begun = deps.account.begin(
        rowOf(deps, notification, written, at),
        `text-out:${notification.id}:${notification.tries}`,
      );
    taken = await gateway.send({
      id: notification.id,
      to: notification.to,
      ...written,
      ...(isHook ? { about: subjectOf(notification) } : {}),
      ...(notification.tries > 1 ? { firstTried: notification.created } : {}),
    });
  } catch (error) {
    const after = await putBack(deps, notification, error).catch((fault: unknown) => {
      begun?.drop();
      throw fault;
    });
    if (after.status === 'dead') begun?.end({ end: clock.now(), disposition: 'FAILED' });
    else begun?.drop();
    return after;
  }
  const { providerId, segments } = taken;
  begun?.end({
    end: clock.now(),
    disposition: 'ANSWERED',
    ...(segments === undefined ? {} : { segments }),
    ...(providerId === undefined ? {} : { providerid: providerId }),
  });
  await markSent(deps, notification, providerId);
  await letGo(deps, notification);
  return { ...notification, status: 'sent' };
}

function subjectOf({ kind, mailbox, message, about, created }: Notification): TextSubject {
  const meant = about ?? (kind === 'welcome' || kind === 'notice' ? message : undefined);
  return { kind, mailbox, created, ...(meant === undefined ? {} : { message: meant }) };
}

/** What was kept for a mail alone goes, once the store knows that nobody will send it any more. */
async function letGo({ mails, log }: TextOutDeps, notification: Notification): Promise<void> {
  await mails?.over(notification).catch((error: unknown) => log.warn('what a mail carried stays', { error }));
}

/** Who wants no texts is kept by number, or by address in lower case. */
export function stopKey(to: string): string {
  return to.toLowerCase();
}

/** The text is out: a store that is away must not make it go out again while this process can still tell it. */
async function markSent(
  deps: TextOutDeps,
  notification: Notification,
  providerId: string | undefined,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      if (notification.kind === 'event') await deps.store.notifications.forget(notification.id);
      else await deps.store.notifications.sent(notification.id, deps.clock.now(), providerId);
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

async function putBack(deps: TextOutDeps, notification: Notification, error: unknown): Promise<Notification> {
  const text = error instanceof Error ? error.message : String(error);
  const due = isTemporary(error) ? nextTry(notification.tries, deps.retry, deps.clock.now()) : undefined;
  deps.log[due === undefined ? 'error' : 'warn']('a text was not sent', {
    error,
    notification: notification.id,
    tries: notification.tries,
  });
  await deps.store.notifications.failed(notification.id, due, text);
  if (due === undefined) {
    await letGo(deps, notification);
    return { ...notification, status: 'dead' };
  }
  deps.onDue(due);
  return { ...notification, status: 'failed', due };
}

/** As it stands if nobody ever hears whether the network took it. */
function rowOf(
  deps: TextOutDeps,
  { id, message, mailbox, gateway, kind, to }: Notification,
  written: Pick<WrittenNotification, 'body'> & Partial<WrittenNotification>,
  start: Date,
): CdrRow {
  const { body, mail } = written;
  const content = mail?.attachments.reduce((sum, part) => sum + part.bytes.length, body.length);
  return {
    event: mail === undefined ? 'text-out' : 'email-out',
    direction: 'outbound',
    src: mail?.from.address ?? deps.access,
    dst: to,
    clid: deps.access,
    channel: gateway,
    dcontext: kind,
    lastapp: 'text',
    start,
    end: start,
    duration: 0,
    billsec: 0,
    disposition: 'NO ANSWER',
    uniqueid: id,
    linkedid: message,
    accountcode: mailbox,
    userfield: message,
    ...(content !== undefined
      ? { bytes: content }
      : gateway === 'webhook'
        ? { bytes: body.length }
        : { segments: smsSegments(body) }),
  };
}
