/** Opens a message by its reference for somebody who is signed in: with the same count of wrong ones as on the telephone. */
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Message } from '../core/message/message.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import type { Retrieval } from './retrieve.ts';

export type ReferenceOpened =
  | { readonly kind: 'open'; readonly message: Message }
  /** None, or another's: nobody is told which. */
  | { readonly kind: 'wrong' }
  | { readonly kind: 'expired' | 'deleted' | 'suspended' }
  /** Too many wrong ones: not before so many seconds. */
  | { readonly kind: 'locked'; readonly seconds: number };

export interface References {
  /** @throws Fault if the store is away */
  open(reference: string, mailbox: Mailbox): Promise<ReferenceOpened>;
}

export interface ReferenceDeps {
  readonly retrieval: Pick<Retrieval, 'open'>;
  readonly store: Pick<Store, 'attempts'>;
  readonly clock: Clock;
  readonly limits: { readonly windowMinutes: number };
}

export function createReferences({ retrieval, store, clock, limits }: ReferenceDeps): References {
  const windowMs = limits.windowMinutes * 60_000;
  return {
    async open(reference, mailbox) {
      // The same key as that of the subscriber's own phone.
      const asker = { key: mailbox.number, number: mailbox.number, trusted: true };
      const opened = await retrieval.open(reference, asker);
      switch (opened.kind) {
        case 'open':
          return { kind: 'open', message: opened.message };
        case 'locked':
          return { kind: 'locked', seconds: limits.windowMinutes * 60 };
        case 'not-yours':
          // No PIN is asked here: it counts as one that is wrong.
          await store.attempts.fail(`caller:${asker.key}`, clock.now(), windowMs);
          return { kind: 'wrong' };
        case 'wrong':
        case 'expired':
        case 'deleted':
          return { kind: opened.kind };
        case 'suspended':
          // Who is suspended is not let in before.
          return { kind: 'wrong' };
      }
    },
  };
}
