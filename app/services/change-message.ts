/** The one place where a subscriber's message changes: its counters, the lamp and the records of the events follow it. */
import { effectOf } from '../core/mailbox/usage.ts';
import type { Message, MessageState } from '../core/message/message.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { CountChange, Store } from '../ports/store.ts';
import type { Account } from './account.ts';
import type { Lamps } from './lamp.ts';
import type { Profiles } from './profile.ts';

export interface ChangeDeps {
  readonly store: Store;
  readonly lamps: Pick<Lamps, 'publish'>;
  readonly account: Account;
  readonly profiles: Profiles;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Sets the state, if it is one of `from` (default: any).
 * @param version only over this one: else it stays as it is
 * @returns the message as it is then, changed or not; `undefined` if it is gone
 */
export async function changeState(
  deps: ChangeDeps,
  message: Message,
  state: MessageState,
  from?: readonly MessageState[],
  version?: number,
): Promise<Message | undefined> {
  const now = deps.clock.now();
  const result = await deps.store.messages.setState(message.id, state, now, from, version);
  if (result === undefined || result.before.state === result.after.state) return result?.after;
  deps.account.message(result.before.state === 'deleted' ? 'restore' : events[state], message, now);
  await count(deps, message, effectOf(result.before, result.after));
  return result.after;
}

/** Marks it urgent, or not; the counters count the urgent among the new. */
export async function changeUrgent(
  deps: ChangeDeps,
  message: Message,
  urgent: boolean,
  version?: number,
): Promise<Message | undefined> {
  const result = await deps.store.messages.setUrgent(message.id, urgent, version);
  if (result === undefined || result.before.urgent === result.after.urgent) return result?.after;
  if (result.after.state === 'new') await count(deps, message, effectOf(result.before, result.after));
  return result.after;
}

async function count(
  { store, profiles, lamps, log }: ChangeDeps,
  message: Message,
  effect: CountChange,
): Promise<void> {
  const mailbox = await store.mailboxes.count(message.mailbox, effect);
  if (mailbox === undefined || !profiles.of(mailbox).lamp) return;
  // Not waited for: a subscriber on the line is to hear what comes next, not the lamp's way.
  lamps.publish(mailbox.id).catch((error: unknown) => log.warn('lamp not set', { error }));
}

const events: Readonly<Record<MessageState, 'retrieve' | 'save' | 'delete'>> = {
  new: 'retrieve',
  heard: 'retrieve',
  saved: 'save',
  deleted: 'delete',
};
