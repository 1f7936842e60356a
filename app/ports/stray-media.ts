/** Media by when they were put, to find those that no message came for. */
import type { MediaId } from '../core/ids.ts';
import type { Message } from '../core/message/message.ts';

export interface PutMedia {
  readonly id: MediaId;
  /** When it was put, or put again. */
  readonly at: Date;
}

export interface StrayMediaStore {
  /** Those put from a time on, at most some of each size; `upTo`: there are no others before it. */
  put(
    from: Date,
    to: Date,
    limit: number,
  ): Promise<{ readonly media: readonly PutMedia[]; readonly upTo: Date }>;
  /** Messages with one of these ids, or of these origins (`<network>:<id>`). */
  owners(keys: readonly string[]): Promise<readonly Message[]>;
  /** Removes those that were not put again since; answers how many. */
  remove(media: readonly PutMedia[]): Promise<number>;
  /** Up to when all have been looked at. */
  lookedUpTo(): Promise<Date | undefined>;
  setLookedUpTo(at: Date): Promise<void>;
}
