/**
 * We called the subscriber, and somebody or something answered: it is told who calls, and a key must be pressed before
 * anything of a message is heard; and the PIN, where the class asks all for it.
 */
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { connection, delivery as deliveryMenu } from '../core/menu/menus.ts';
import { broughtByCall } from '../core/message/brought-by-call.ts';
import type { Message } from '../core/message/message.ts';
import type { PlayItem } from '../core/prompt/play-item.ts';
import type { Call } from '../ports/media.ts';
import type { Delivery } from '../ports/store.ts';
import { connectSender } from './connect.ts';
import { prompt, tell, type FlowDeps, type Outcome } from './flow.ts';
import { playDialogue } from './listen.ts';
import { letIn } from './login.ts';
import { choose } from './menu.ts';

/**
 * Runs the whole call with its CDR; resolves when it is over.
 * @returns `not-taken`: no key was pressed, as by an answering machine: to be tried again
 */
export async function deliverDialogue(
  call: Call,
  delivery: Delivery,
  deps: FlowDeps,
): Promise<'taken' | 'not-taken'> {
  const about = delivery.message === undefined ? {} : { message: delivery.message };
  let outcome: Outcome = { did: 'failed', ...about };
  try {
    outcome = await converse(call, delivery, deps);
  } finally {
    await call.hangup().catch((error: unknown) => deps.log.warn('the call could not be ended', { error }));
    deps.account.call(call, {
      direction: 'outbound',
      src: deps.access,
      dst: delivery.to,
      outcome: outcome.did,
      accountcode: outcome.mailbox ?? '',
      ...(outcome.message === undefined ? {} : { message: outcome.message }),
    });
  }
  return outcome.did === 'not-taken' ? 'not-taken' : 'taken';
}

async function converse(call: Call, delivery: Delivery, deps: FlowDeps): Promise<Outcome> {
  const message = await messageOf(delivery, deps);
  const mailbox = message === undefined ? undefined : await deps.retrieval.mailboxOf(message);
  if (message === undefined || mailbox === undefined || message.state === 'deleted') {
    await tell(call, deps.language, 'reference-deleted', 'goodbye');
    return { did: 'refused', ...(delivery.message === undefined ? {} : { message: delivery.message }) };
  }
  const about = { message: message.id, mailbox: mailbox.id };
  if (mailbox.status === 'suspended') {
    await tell(call, deps.profiles.of(mailbox).language, 'mailbox-suspended', 'goodbye');
    return { did: 'refused', ...about };
  }
  const profile = deps.profiles.of(mailbox);
  const { language } = profile;
  const connects = delivery.purpose === 'call-sender';
  const first = connects ? [prompt('delivery-intro'), prompt('delivery-connect')] : offer(delivery, mailbox);
  const action = await choose(call, connects ? connection : deliveryMenu, { language, deps, first });
  if ((action === 'connect' || action === 'hear') && profile.pin === 'always') {
    const entry = await letIn(call, mailbox, { number: delivery.to, private: false, trusted: true }, deps);
    if (entry !== 'in') {
      if (entry === 'gone') return { did: 'not-taken', ...about };
      await tell(call, language, 'goodbye');
      return { did: 'refused', ...about };
    }
  }
  if (action === 'connect') {
    await connectSender(call, mailbox, message, language, deps);
    return { did: 'connect', ...about };
  }
  if (action === 'hear') {
    await playDialogue(call, message, profile, deps);
    return { did: 'deliver', ...about };
  }
  if (action !== 'gone') await tell(call, language, 'goodbye');
  return { did: action === 'end' ? 'refused' : 'not-taken', ...about };
}

/** The one asked for, or the oldest that is new. */
async function messageOf(delivery: Delivery, { retrieval, inbox }: FlowDeps): Promise<Message | undefined> {
  if (delivery.message !== undefined) return retrieval.message(delivery.message);
  const waiting = { states: ['new'], kinds: broughtByCall, order: 'oldest' } as const;
  return delivery.mailbox === undefined ? undefined : inbox.next(delivery.mailbox, waiting, undefined);
}

function offer({ purpose }: Delivery, { counts }: Mailbox): PlayItem[] {
  if (purpose === 'play') return [prompt('delivery-intro'), prompt('delivery-message')];
  const count: PlayItem = { kind: 'count', value: Math.max(1, counts.new), noun: 'new-message' };
  return [prompt('delivery-intro'), prompt('you-have'), count];
}
