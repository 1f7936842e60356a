/** What waits in the store to be done, for whoever watches over it. */
import type { QueueName } from '../core/metrics/catalog.ts';

export interface QueueStore {
  /**
   * What is due at `now` and that no lease holds. Reads no more than `most` entries of each queue, by index: it may be asked
   * often, however long they are.
   */
  read(now: Date, most: number): Promise<QueueReadings>;
  /** What waits to go to somebody, now or later, and what was given up; no more than `most` of each are counted. */
  addressee(to: string, most: number): Promise<Addressee>;
}

export interface Addressee {
  /** `most` = that many or more, as below. */
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
