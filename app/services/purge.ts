/** Removes messages for good, many at once, with all that was made of them; nothing goes that is not counted. */
import { isTemporary } from '../core/errors.ts';
import { effectOf } from '../core/mailbox/usage.ts';
import type { MailboxId, MessageId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { mediaOf } from '../core/message/kept.ts';
import type { Message } from '../core/message/message.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Lease } from '../ports/retention.ts';
import type { Store } from '../ports/store.ts';
import type { Account } from './account.ts';
import type { Archiving } from './archiving.ts';
import type { Lamps } from './lamp.ts';
import type { Profiles } from './profile.ts';

export interface PurgeDeps {
  readonly store: Pick<Store, 'retention' | 'counting'>;
  /** Removes what lies in the archive. */
  readonly archiving: Pick<Archiving, 'forget'>;
  readonly profiles: Profiles;
  readonly lamps: Pick<Lamps, 'publish'>;
  readonly account: Account;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Purged {
  readonly purged: readonly Message[];
  /** A legal hold was placed on their mailbox since they were judged. */
  readonly held: readonly Message[];
  /** They changed since, or what lies in the archive of them could not be removed. */
  readonly left: readonly Message[];
}

/**
 * Each of a few commands for all. The mailboxes are marked first, to be counted anew should this process end in between; then the
 * messages are condemned, so that no hold comes in between, holds are looked for once more, and media go before messages.
 * @param mailboxes of the messages as they were when these were judged
 */
export async function purge(
  deps: PurgeDeps,
  messages: readonly Message[],
  mailboxes: ReadonlyMap<MailboxId, Mailbox>,
  lease: Lease,
): Promise<Purged> {
  if (messages.length === 0) return { purged: [], held: [], left: [] };
  const { retention } = deps.store;
  const concerned = [...new Set(messages.map(({ mailbox }) => mailbox))];
  await retention.mailboxesBy(concerned, lease.until);
  const condemned = await retention.condemn(messages, lease);
  const now = new Map((await retention.mailboxes(concerned)).map((one) => [one.id, one]));
  const isHeld = ({ mailbox }: Message): boolean => now.get(mailbox)?.hold !== undefined;
  const held = messages.filter((one) => condemned.has(one.id) && isHeld(one));
  if (held.length > 0) await retention.pardon(idsOf(held), lease);
  const free = messages.filter((one) => condemned.has(one.id) && !isHeld(one));
  const gone = await forgotten(deps, free);
  await retention.deleteMedia(gone.flatMap((one) => mediaOf(one)));
  const removed = await retention.removeCondemned(idsOf(gone), lease);
  await settle(deps, gone, removed, { before: mailboxes, now }, lease);
  const left = messages.filter((one) => !gone.includes(one) && !held.includes(one));
  return { purged: gone, held, left };
}

/** Those of which nothing lies in the archive any more. Of an archive that is away it is not asked for each. */
async function forgotten({ archiving, log }: PurgeDeps, messages: readonly Message[]): Promise<Message[]> {
  const gone: Message[] = [];
  let away = false;
  for (const message of messages) {
    if (away && liesThere(message)) continue;
    try {
      await archiving.forget(message);
      gone.push(message);
    } catch (error) {
      away = isTemporary(error);
      log.warn('an archived message is not purged now', { error, message: message.id });
    }
  }
  return gone;
}

function liesThere({ archived, moving }: Message): boolean {
  return archived !== undefined || moving !== undefined;
}

interface Known {
  readonly before: ReadonlyMap<MailboxId, Mailbox>;
  readonly now: ReadonlyMap<MailboxId, Mailbox>;
}

/** Counters follow what was removed. If that is in doubt the marks stay, and the mailboxes are counted anew. */
async function settle(
  deps: PurgeDeps,
  gone: readonly Message[],
  removed: number,
  { before, now }: Known,
  lease: Lease,
): Promise<void> {
  const { store, account, profiles, lamps, clock, log } = deps;
  const at = clock.now();
  for (const message of gone) account.message('purge', message, at);
  if (removed < gone.length) return;
  const changes = gone.map((message) => ({ mailbox: message.mailbox, change: effectOf(message, undefined) }));
  await store.counting.raise(changes);
  // Marks that were there before stay.
  const clean = [...now.keys()].filter((id) => before.get(id)?.sweepAt === undefined);
  await store.retention.mailboxesNotBy(clean, lease.until);
  const shown = new Set(gone.filter(({ state }) => state !== 'deleted').map(({ mailbox }) => mailbox));
  for (const mailbox of now.values()) {
    if (!shown.has(mailbox.id) || !profiles.of(mailbox).lamp) continue;
    lamps.publish(mailbox.id).catch((error: unknown) => log.warn('lamp not set', { error }));
  }
}

function idsOf(messages: readonly Message[]): MessageId[] {
  return messages.map(({ id }) => id);
}
