/**
 * What happened, in one order for all controllers. Events are stored in batches with numbers without gaps: a batch gets the
 * number after the last, and of two writers that want the same number one has it. So whoever has read up to a number has
 * read all before it, whoever wrote them and however late. They are kept for some minutes.
 */
import type { Occurred } from '../core/event/event.ts';

export interface EventBatch {
  /** From 1. */
  readonly number: number;
  /** The writer's own id of it. */
  readonly key: string;
  readonly at: Date;
  readonly events: readonly Occurred[];
  /** The writer had more than it could keep: what was in between nobody knows. */
  readonly lost?: boolean;
}

export interface EventStore {
  /** Number of the last batch; 0: there never was one. */
  last(): Promise<number>;
  /** False if the number is taken. */
  append(batch: EventBatch): Promise<boolean>;
  /** Those after the number, in order. Their numbers have no gap, but the first may be later than the next: older ones are gone. */
  after(number: number, limit: number): Promise<EventBatch[]>;
  /** Removes what is older, but never the last. */
  removeBefore(at: Date): Promise<void>;
}
