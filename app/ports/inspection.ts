/** What can be found out about the systems below without changing anything: for `answerback doctor`. */
import type { MailboxId } from '../core/ids.ts';

export interface StoreInspection extends AsyncDisposable {
  /** @throws Fault `store-unavailable` if it does not answer within the deadline, also where it lets nobody in */
  server(): Promise<StoreServer>;
  /** Indexes that are not there, or are others than they should be, as `messages.reference`. */
  missingIndexes(): Promise<readonly string[]>;
  /** What waits, by collection. */
  queues(): Promise<readonly Queue[]>;
  /** Dead letters, as far as they are counted: `most` at most. */
  deadLetters(most: number): Promise<number>;
  /** Mailboxes of a sample whose counters are not as their messages are. What is being counted at this moment may be among them. */
  wrongCounters(sample: number): Promise<{ readonly looked: number; readonly wrong: readonly MailboxId[] }>;
}

export interface StoreServer {
  readonly product: 'MongoDB' | 'FerretDB';
  readonly version: string;
  readonly kind: 'single' | 'replica set' | 'sharded';
  /** Its clock. */
  readonly at: Date;
  /** Milliseconds from a question to its answer, the middle of some. */
  readonly roundMs: number;
}

export interface Queue {
  readonly name:
    | 'steps of messages'
    | 'texts'
    | 'calls'
    | 'arrivals'
    | 'faxes'
    | 'messages to be looked at by the sweep';
  /** When the oldest of it was due, or will be; absent: nothing waits. */
  readonly due?: Date;
}

/** Of a switch, as its interfaces tell. */
export interface SwitchInspection {
  /** Never rejects for what the far side does. */
  info(): Promise<SwitchInfo>;
  /** Whether a controller serves this application. */
  serves(application: string): Promise<boolean>;
  /** Modules that are loaded and run. */
  modules(): Promise<ReadonlySet<string>>;
  /** Whether the dialplan that is loaded comes from our files. */
  hasOurDialplan(): Promise<boolean>;
  /** Whether the dialplan has this; `undefined` if the switch does not tell: its manager interface must. */
  hasExtension(context: string, extension: string): Promise<boolean | undefined>;
  /** `online`, `offline` or `unknown`; absent: there is no such endpoint. */
  endpoint(name: string): Promise<string | undefined>;
  /** The manager interface, if one is configured. */
  manager(): Promise<'answers' | 'refused' | 'away'>;
}

export type SwitchInfo =
  | {
      readonly kind: 'answers';
      readonly version: string;
      readonly started: Date;
      /** Its clock, where it tells it. */
      readonly at?: Date;
    }
  | { readonly kind: 'refused' }
  | { readonly kind: 'away'; readonly why: string };

/** A program of this machine. */
export interface ToolInspection {
  readonly name: string;
  /** As it says itself; absent: it does not run. */
  readonly version?: string;
  /** Why it does not run. */
  readonly why?: string;
  /** What it should be able to do and cannot. */
  readonly lacks: readonly string[];
}
