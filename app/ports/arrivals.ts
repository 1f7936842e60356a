/**
 * Texts that have come and are no messages yet: parts of a longer text, texts whose media are still to be fetched, and what a
 * network gives without an id of its own. They outlive the process that took them.
 */
import type { InboundText } from './media.ts';

export interface ArrivalStore {
  /**
   * Keeps one part of a longer text, and puts off until `due` what happens to the text if no more of them come. The first
   * part makes the text, under `fresh.id`. Repeats are harmless.
   */
  addPart(part: ArrivingPart, fresh: FreshArrival): Promise<PartResult>;
  /** Keeps a text as it is until its work is done; false if it was kept before, also if that is done. */
  keep(key: string, text: InboundText, fresh: FreshArrival): Promise<boolean>;
  /** Takes one whose time has come, by lease. */
  takeDue(now: Date, leaseMs: number): Promise<Arrival | undefined>;
  /** Its text is safe elsewhere. It is remembered until `expires`, so that repeats are known. */
  done(key: string, id: string, expires: Date): Promise<void>;
  putOff(key: string, id: string, due: Date): Promise<void>;
  nextDue(): Promise<Date | undefined>;
  /**
   * The id and first time of something that a network gives without an id: those of `fresh`, or of an earlier time that
   * was never ended.
   */
  begin(key: string, fresh: FreshArrival): Promise<{ readonly id: string; readonly received: Date }>;
  /** The network was told that it arrived: the same words are another text from now on. */
  end(key: string, id: string): Promise<void>;
}

export interface FreshArrival {
  readonly id: string;
  readonly received: Date;
  /** When something happens to it by itself. */
  readonly due: Date;
  /** When it is forgotten. */
  readonly expires: Date;
}

/** One part of a longer text. */
export interface ArrivingPart {
  /** Same in all parts of one text. */
  readonly key: string;
  readonly text: Pick<InboundText, 'network' | 'trunk' | 'from' | 'to' | 'urgent'>;
  readonly total: number;
  /** From 1. */
  readonly number: number;
  readonly body: string;
}

export type PartResult =
  | { readonly kind: 'kept'; readonly arrival: Arrival }
  /** That text is done and had this part. */
  | { readonly kind: 'repeat' }
  /** Another text bears this key: it must be got out of the way first. */
  | { readonly kind: 'other'; readonly arrival: Arrival; readonly done: boolean };

export interface Arrival {
  readonly key: string;
  readonly id: string;
  readonly received: Date;
  /** Of parts: all but their words. */
  readonly text: InboundText;
  /** Present where it comes in parts. */
  readonly parts?: { readonly total: number; readonly bodies: ReadonlyMap<number, string> };
  /** How often its work was tried before. */
  readonly tries: number;
}
