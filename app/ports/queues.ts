/** What waits in the store to be done, for whoever watches over it. */
import type { QueueName } from '../core/metrics/catalog.ts';
import type { GatewayName } from '../core/profile/class-of-service.ts';

export interface QueueStore {
  /**
   * What is due at `now` and that no lease holds. Reads no more than `most` entries of each queue, by index: it may be asked
   * often, however long they are.
   */
  read(now: Date, most: number): Promise<QueueReadings>;
  /**
   * To whom notices of a gateway wait to go, now or later, and who was given up. Looks at the first `most` of all gateways that
   * wait, and at the last `most` that were given up.
   */
  addressees(gateway: GatewayName, most: number): Promise<ReadonlyMap<string, Addressee>>;
}

export interface Addressee {
  readonly waiting: number;
  /** When the oldest that waits was made. */
  readonly oldest?: Date;
  readonly deadLetters: number;
}

export interface QueueReadings {
  readonly due: Readonly<Record<QueueName, QueueReading>>;
  /** Notices that were given up; `most` = that many or more. */
  readonly deadLetters: number;
}

export interface QueueReading {
  /** `most` = that many or more. */
  readonly count: number;
  /** Since when the oldest has been due. */
  readonly oldest: Date | undefined;
}
