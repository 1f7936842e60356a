/** What an operator does about PINs. */
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { pairKeys, strangersKey } from './attempt.ts';
import { randomPin, replacePin, type PinDeps } from './pins.ts';

export interface PinDesk {
  /** Sets and answers a random PIN that must be changed at the first login; all waits at the mailbox end. */
  firstPin(mailbox: Mailbox): Promise<string>;
  /** All waits at the mailbox end. */
  unlock(mailbox: Mailbox): Promise<void>;
}

export function createPinDesk(deps: PinDeps): PinDesk {
  return {
    async firstPin(mailbox) {
      const pin = randomPin(deps, mailbox);
      await replacePin(deps, mailbox, pin, { mustChange: true });
      await endWaits(deps, mailbox);
      deps.auditor.note({ event: 'first-pin', outcome: 'set', mailbox: mailbox.id, caller: 'operator' });
      return pin;
    },
    async unlock(mailbox) {
      await endWaits(deps, mailbox);
      deps.auditor.note({ event: 'unlock', outcome: 'done', mailbox: mailbox.id, caller: 'operator' });
    },
  };
}

async function endWaits({ store }: PinDeps, mailbox: Mailbox): Promise<void> {
  await Promise.all([
    store.attempts.clearAll(pairKeys(mailbox)),
    store.attempts.clear(strangersKey(mailbox)),
  ]);
}
