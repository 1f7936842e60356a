/** Removes what a subscriber left at this node after their home has all of it; a record of the audit stays. */
import { messageFingerprint, advanceMessage } from '../core/replication/message-register.ts';
import type { E164, MailboxId, MessageId } from '../core/ids.ts';
import type { PendingKind } from '../core/message/message.ts';
import type { Peer, ReplicaState, Watched } from '../ports/replication.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import type { Archiving } from './archiving.ts';
import { removeMessage } from './remove-message.ts';
import { greetingMedia } from './take-profile.ts';

/** Work on a message that nobody else does if it is not done here. */
const owed: ReadonlySet<PendingKind> = new Set(['welcome', 'notify', 'call']);
/** How long the record is kept, in days. */
export const auditDays = 3650;
/** Of a subscriber in the time that their faxes are remembered. */
const mostFaxes = 10_000;

export interface ClearDeps {
  readonly store: Store;
  readonly archiving: Pick<Archiving, 'forget'>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Each message goes only as home has it; what comes meanwhile stays, and goes home first. Repeated until nothing is left: a crash
 * anywhere is made good by the next time.
 * @returns whether nothing is left
 */
export async function clearVisitor(deps: ClearDeps, home: Peer, { id, number }: Watched): Promise<boolean> {
  const { store, clock, log } = deps;
  const held = (await store.mailboxes.get(id))?.hold !== undefined;
  if (held || (await store.retention.holdsMessageOf(id))) {
    log.warn('a visitor is not cleared: a legal hold was placed here', { mailbox: id });
    return false;
  }
  if (await isOwed(deps, id)) return false;
  const left: ReplicaState[] = [];
  let removed = 0;
  for await (const state of store.replication.states(id)) {
    const here = messageFingerprint(advanceMessage(state.seen, state));
    const isSafe = state.acked[home.name] === here && !state.pending.some((kind) => owed.has(kind));
    const message = isSafe ? await store.messages.get(state.id) : undefined;
    if (message === undefined) {
      if (!isSafe) left.push(state);
      continue;
    }
    // Before it: after a crash nobody would look for them.
    await store.replication.forgetNotices([state.id]);
    await removeMessage({ ...store, forget: (one) => deps.archiving.forget(one) }, message, 'none');
    removed += 1;
  }
  if (left.length > 0) return false;
  const mailbox = await store.mailboxes.get(id);
  if (mailbox !== undefined) {
    for (const { media } of greetingMedia(mailbox.settings)) await store.media.delete(media);
    await store.credentials.remove(id);
    await store.mailboxes.remove(id, clock.now());
  }
  // A deposit that was under way found its mailbox before: it is looked at again, and keeps the profile until it is gone.
  for await (const state of store.replication.states(id)) left.push(state);
  if (left.length > 0) {
    log.warn('a message came while a visitor was cleared', { count: left.length });
    if (mailbox !== undefined) {
      const { aliases, origin, classOfService, created, status } = mailbox;
      await store.mailboxes.create({ id, number, aliases, origin, classOfService, created, status });
    }
    return false;
  }
  const forgotten = await forgetRest(deps, id, number);
  const event = { event: 'roaming', outcome: 'cleared', caller: home.name, mailbox: id } as const;
  const record = { id: `cleared:${id}:${clock.now().getTime()}`, at: clock.now(), ...event };
  await store.audit.insert([{ ...record, subject: `${removed} ${forgotten}` }], auditDays);
  await home.tell('left', [number]);
  await store.replication.removeProfile(number);
  return true;
}

/** Whether a call, fax or text is still to go out: nobody else knows of it. */
async function isOwed({ store }: ClearDeps, id: MailboxId): Promise<boolean> {
  const messages: MessageId[] = [];
  for await (const state of store.replication.states(id)) messages.push(state.id);
  return store.replication.owes(id, messages);
}

/** What is kept beside mailbox and messages; answers how much it was. */
async function forgetRest({ store }: ClearDeps, id: MailboxId, number: E164): Promise<number> {
  for (const { document } of await store.faxes.list(id, mostFaxes))
    if (document !== undefined) await store.media.delete(document.media);
  const sessions = await store.sessions.removeAll({ mailbox: id });
  return sessions + (await store.replication.forgetVisitor(id, number));
}
