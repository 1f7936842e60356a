/** Legal holds: what is under one is not purged, whoever deletes it, and stays as it came. */
import { Fault } from '../core/errors.ts';
import type { MailboxId, MessageId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import type { Auditor } from './audit.ts';

export interface HoldDeps {
  readonly store: Pick<Store, 'retention'>;
  readonly auditor: Pick<Auditor, 'note'>;
  readonly clock: Clock;
}

/** Each answers whether there is such a one; a message whose removal has begun is none. @throws Fault if the store is away */
export interface Holds {
  /** @param why case number or reason */
  holdMessage(id: MessageId, why?: string): Promise<boolean>;
  holdMailbox(id: MailboxId, why?: string): Promise<boolean>;
  /** What it kept is due at once. */
  releaseMessage(id: MessageId): Promise<boolean>;
  releaseMailbox(id: MailboxId): Promise<boolean>;
}

export function createHolds({ store, auditor, clock }: HoldDeps): Holds {
  const { retention } = store;
  const holdOf = (why: string | undefined) => ({
    since: clock.now(),
    ...(why === undefined ? {} : { why }),
  });
  const noted = (event: 'hold' | 'release', done: boolean, mailbox?: MailboxId): boolean => {
    const what = mailbox === undefined ? 'message' : 'mailbox';
    const whose = mailbox === undefined ? {} : { mailbox };
    if (done) auditor.note({ event, outcome: what, caller: 'operator', ...whose });
    return done;
  };
  return {
    holdMessage: async (id, why) => noted('hold', await retention.holdMessage(id, holdOf(why), clock.now())),
    holdMailbox: async (id, why) =>
      noted('hold', await retention.holdMailbox(id, holdOf(why), clock.now()), id),
    releaseMessage: async (id) => noted('release', await retention.holdMessage(id, undefined, clock.now())),
    releaseMailbox: async (id) =>
      noted('release', await retention.holdMailbox(id, undefined, clock.now()), id),
  };
}

/** @throws Fault `held` if a hold is on the mailbox or on a message of it */
export async function refuseHeld({ store }: Pick<HoldDeps, 'store'>, mailbox: Mailbox): Promise<void> {
  if (mailbox.hold === undefined && !(await store.retention.holdsMessageOf(mailbox.id))) return;
  throw new Fault('held', 'a legal hold is on the mailbox or a message of it', {
    temporary: false,
    publicText: 'A legal hold keeps this mailbox. Release the hold first.',
  });
}
