import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { effectOf } from '../core/mailbox/usage.ts';
import type { StoredPart } from '../core/message/message.ts';
import type { Clock } from '../ports/clock.ts';
import type { DueMessage, Lease } from '../ports/retention.ts';
import type { Store } from '../ports/store.ts';
import type { Account } from './account.ts';
import { compressParts, undo, type CompressDeps } from './compress.ts';
import type { Profiles } from './profile.ts';

/** After so many tries it stays as large as it is. */
const mostTries = 5;
/** Wait after a failure, in milliseconds, twice as long each time. */
const firstWaitMs = 600_000;
/** What its parts were stays for whoever was just reading it, in milliseconds. */
const graceMs = 3_600_000;

export interface CompressOneDeps extends CompressDeps {
  readonly store: Pick<Store, 'media' | 'retention' | 'mailboxes'>;
  readonly profiles: Profiles;
  readonly account: Account;
  readonly clock: Clock;
}

/**
 * Keeps a message in less space: what is new is put first, then one write makes it valid, and what was is deleted a while later. A
 * process that ends in between leaves the message as it was or as it is to be.
 * @throws Fault if the store is away
 */
export async function compressOne(
  deps: CompressOneDeps,
  { message, tries }: DueMessage,
  mailbox: Mailbox,
  { lease, signal }: { readonly lease: Lease; readonly signal: AbortSignal },
): Promise<'compressed' | 'failed'> {
  const { store, account, clock, log } = deps;
  let stored: readonly StoredPart[] = [];
  try {
    // One that whoever worked it did not survive is not tried for ever.
    if (tries <= mostTries)
      stored = await compressParts(deps, message, { attempt: lease.by, last: tries === mostTries, signal });
  } catch (error) {
    const waitMs = signal.aborted ? 0 : firstWaitMs * 2 ** (tries - 1);
    if (!signal.aborted) log.info('a message is compressed later', { error, message: message.id, tries });
    const look = { id: message.id, at: new Date(clock.now().getTime() + waitMs), failed: !signal.aborted };
    await store.retention.putOff([look], lease);
    return 'failed';
  }
  const next = new Date(clock.now().getTime() + graceMs);
  const [now] = await store.retention.mailboxes([mailbox.id]);
  const held = now?.hold !== undefined;
  if (held || !(await store.retention.compress(message, stored, next, lease))) {
    await undo(deps, stored);
    await store.retention.putOff([{ id: message.id, at: clock.now() }], lease);
    return 'failed';
  }
  account.message('compress', message, clock.now());
  await store.mailboxes.count(mailbox.id, effectOf(message, { ...message, tier: 'compressed', stored }));
  return 'compressed';
}
