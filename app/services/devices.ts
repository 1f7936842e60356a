/** A subscriber's numbers and phones, as far as this system knows them. */
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';

export type Device =
  | { readonly kind: 'number'; readonly number: string; readonly phones: number }
  /** It asked to be told of waiting messages (RFC 3842), until then. */
  | { readonly kind: 'phone'; readonly number: string; readonly expires: Date };

export interface Devices {
  /** The mailbox's own number first. @throws Fault if the store is away */
  of(mailbox: Mailbox): Promise<readonly Device[]>;
}

export function createDevices({
  store,
  clock,
}: {
  readonly store: { readonly subscriptions: Pick<Store['subscriptions'], 'of'> };
  readonly clock: Clock;
}): Devices {
  return {
    async of({ number, aliases }) {
      const now = clock.now();
      const numbers = [number, ...aliases];
      const found = await Promise.all(numbers.map((one) => store.subscriptions.of(one, now)));
      const all = numbers.map((one, i): Device => {
        const phones = found[i]?.length ?? 0;
        return { kind: 'number', number: one, phones };
      });
      const phones = found
        .flat()
        .map(({ number: of, expires }): Device => ({ kind: 'phone', number: of, expires }));
      return [...all, ...phones];
    },
  };
}
