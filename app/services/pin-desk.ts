/** What an operator does about PINs. */
import { lockout, longest, manyRule, pairRule } from '../core/lockout/lockout.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { pairKeys, strangersKey } from './attempt.ts';
import { randomPin, replacePin, type PinDeps } from './pins.ts';

export interface PinDesk {
  /** Sets and answers a random PIN that must be changed at the first login; all waits at the mailbox end. */
  firstPin(mailbox: Mailbox): Promise<string>;
  /** All waits at the mailbox end. */
  unlock(mailbox: Mailbox): Promise<void>;
  accessOf(mailbox: Mailbox): Promise<AccessState>;
}

export interface AccessState {
  /** `first`: it must be changed at the first login. */
  readonly pin: 'none' | 'first' | 'chosen';
  /** Somebody is kept out until then after wrong PINs: one caller, or all that are strangers. */
  readonly lockedUntil?: Date;
}

/** Callers who tried at one mailbox that are looked at. */
const mostCallers = 500;

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
    accessOf: (mailbox) => accessOf(deps, mailbox),
  };
}

async function accessOf({ store, clock }: PinDeps, mailbox: Mailbox): Promise<AccessState> {
  const { attempts, credentials } = store;
  const [credential, strangers, callers] = await Promise.all([
    credentials.get(mailbox.id),
    attempts.failures([strangersKey(mailbox)]),
    attempts.beginning(pairKeys(mailbox), mostCallers),
  ]);
  const now = clock.now();
  const lock = longest([
    ...strangers.map(({ at }) => lockout(at, manyRule, now)),
    ...callers.map(({ at }) => lockout(at, pairRule, now)),
  ]);
  return {
    pin: credential?.hash === undefined ? 'none' : credential.mustChange ? 'first' : 'chosen',
    ...(lock.kind === 'locked' ? { lockedUntil: lock.until } : {}),
  };
}

async function endWaits({ store }: PinDeps, mailbox: Mailbox): Promise<void> {
  await Promise.all([
    store.attempts.clearAll(pairKeys(mailbox)),
    store.attempts.clear(strangersKey(mailbox)),
  ]);
}
