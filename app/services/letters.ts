/** Dead letters: texts and mails that were given up after many tries. */
import type { MailboxId, NotificationId } from '../core/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';

/** What can be seen of one: its words may have a reference in them. */
export interface Letter {
  readonly id: NotificationId;
  readonly mailbox: MailboxId;
  readonly gateway: string;
  readonly kind: string;
  readonly to: string;
  readonly tries: number;
  readonly created: Date;
  readonly lastError?: string;
}

export interface Letters {
  /** The newest first. */
  list(limit: number): Promise<readonly Letter[]>;
  /** From the beginning, at once; false if there is no such dead letter. */
  retry(id: NotificationId): Promise<boolean>;
  /** Out of the list for good. */
  drop(id: NotificationId): Promise<boolean>;
}

export function createLetters(deps: {
  readonly store: { readonly notifications: Pick<Store['notifications'], 'deadLetters' | 'revive' | 'drop'> };
  readonly clock: Clock;
  /** Told that a letter is due. */
  readonly onDue: (at: Date) => void;
}): Letters {
  const { notifications } = deps.store;
  return {
    async list(limit) {
      const found = await notifications.deadLetters(limit);
      return found.map(({ id, mailbox, gateway, kind, to, tries, created, lastError }) => ({
        id,
        mailbox,
        gateway,
        kind,
        to,
        tries,
        created,
        ...(lastError === undefined ? {} : { lastError }),
      }));
    },
    async retry(id) {
      const now = deps.clock.now();
      const known = await notifications.revive(id, now);
      if (known) deps.onDue(now);
      return known;
    },
    drop: (id) => notifications.drop(id),
  };
}
