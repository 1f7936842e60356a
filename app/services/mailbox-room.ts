/** Whether a mailbox takes more: one quota for messages of all kinds, whatever network they come by. */
import { isTemporary } from '../core/errors.ts';
import type { E164 } from '../core/ids.ts';
import type { Mailbox, MailboxUsage } from '../core/mailbox/mailbox.ts';
import { judgeRoom, type Coming, type Verdict } from '../core/mailbox/room.ts';
import { usageOfParts } from '../core/mailbox/usage.ts';
import type { Log } from '../ports/log.ts';
import type { DepositPart } from '../ports/spool.ts';
import type { Store } from '../ports/store.ts';
import type { Profiles } from './profile.ts';

/** What a message with these parts takes of the quota. */
export function sizeOfParts(parts: readonly DepositPart[]): MailboxUsage {
  return usageOfParts(
    parts.map(({ bytes, durationMs }) => ({
      bytes: bytes.length,
      ...(durationMs === undefined ? {} : { durationMs }),
    })),
  );
}

/**
 * Judges what comes for a mailbox.
 * @param mailbox `undefined`: it is not known, or would come into being; what is too large for an empty one is so there too
 * @param classOfService of a mailbox that is not known
 */
export function judgeComing(
  { profiles }: { readonly profiles: Profiles },
  mailbox: Mailbox | undefined,
  classOfService: string,
  coming: Coming,
): Verdict | 'suspended' {
  if (mailbox?.status === 'suspended') return 'suspended';
  const profile = mailbox === undefined ? profiles.classOfService(classOfService) : profiles.of(mailbox);
  return judgeRoom(mailbox, profile, coming);
}

/** A store that is away hinders nothing: the deposit itself finds out. @throws Fault that is not temporary */
export async function findIfKnown(
  { store, log }: { readonly store: Pick<Store, 'mailboxes'>; readonly log: Log },
  to: E164,
): Promise<Mailbox | undefined> {
  try {
    return await store.mailboxes.find(to);
  } catch (error) {
    if (!isTemporary(error)) throw error;
    log.warn('whether a mailbox is full is not known', { error });
    return undefined;
  }
}
