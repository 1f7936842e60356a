/** We called the subscriber, who answered: play the message, or connect with its sender. */
import type { Call } from '../ports/media.ts';
import type { Delivery } from '../ports/store.ts';
import { connectSender } from './connect.ts';
import { tell, type FlowDeps, type Outcome } from './flow.ts';
import { playDialogue } from './listen.ts';

/** Runs the whole call with its CDR; resolves when it is over. */
export async function deliverDialogue(call: Call, delivery: Delivery, deps: FlowDeps): Promise<void> {
  let outcome: Outcome = { did: 'failed', message: delivery.message };
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
      message: delivery.message,
    });
  }
}

async function converse(call: Call, delivery: Delivery, deps: FlowDeps): Promise<Outcome> {
  const message = await deps.retrieval.message(delivery.message);
  const mailbox = message === undefined ? undefined : await deps.retrieval.mailboxOf(message);
  if (message === undefined || mailbox === undefined || message.state === 'deleted') {
    await tell(call, deps.language, 'reference-deleted', 'goodbye');
    return { did: 'refused', message: delivery.message };
  }
  const profile = deps.profiles.of(mailbox);
  if (delivery.purpose === 'call-sender') {
    await connectSender(call, message, profile.language, deps);
    return { did: 'connect', message: message.id, mailbox: mailbox.id };
  }
  const sound = await deps.retrieval.sound(message);
  await tell(call, profile.language, 'delivery-intro');
  await playDialogue(call, message, profile, deps, sound);
  return { did: 'deliver', message: message.id, mailbox: mailbox.id };
}
