/**
 * The telephone switch as flows see it. Adapters: media/ari (Asterisk), media/scripted (a caller in memory).
 *
 * Contract of every call method: it settles with a result as soon as there is one; a caller who hangs up is a
 * result (`gone`), never an exception. A rejected promise is a `Fault`: the switch itself broke. While the
 * connection to the switch is down, methods wait for it and go on after the reconnect.
 */
import type { CallFacts } from '../core/address/call-facts.ts';
import type { LampClasses } from '../core/mailbox/lamp.ts';
import type { FaxFacts, Omitted } from '../core/message/message.ts';
import type { PlayItem } from '../core/prompt/play-item.ts';
import type { FaxReceived, FaxRule, FaxSent, SendFaxRule } from './fax.ts';

export interface MediaServer extends AsyncDisposable {
  /** Calls handed over by the dialplan, also those found up after a restart. Ends when `signal` aborts. */
  calls(signal: AbortSignal): AsyncIterable<Call>;
  /** Text messages (SIP MESSAGE, RFC 3428) that arrived at the switch, each once. */
  texts(signal: AbortSignal): AsyncIterable<InboundText>;
  /** Recordings that no call of this controller owns: fallback recordings of the dialplan, or left by a crash. */
  strays(signal: AbortSignal): AsyncIterable<StrayRecording>;
  /** Calls out; settles when answered, refused, or not answered in time. */
  dial(to: DialTarget, options: DialOptions): Promise<DialResult>;
  /**
   * What became of a fax of this tag that was sent: `under-way` while it goes on, `undefined` if the switch knows nothing of
   * it. To be asked before it is sent again.
   * @throws Fault, temporary, if the switch is away
   */
  faxSent(tag: string): Promise<FaxSent | 'under-way' | undefined>;
  /** What became of a fax that was sent is kept elsewhere now: the switch may forget it. Never rejects. */
  faxKept(tag: string): Promise<void>;
  /** Whether faxes can be sent and received at all: it takes a folder that the switch and this host see. */
  readonly canFax: boolean;
  /**
   * Sends a text. Resolves when the switch took it; SIP gives no delivery report through it.
   * Rejects with a temporary `Fault` if the recipient is known to be away or the switch is down.
   */
  sendText(text: OutboundText): Promise<void>;
  /** Publishes the message waiting indication of a mailbox (RFC 3842). Repeating it does no harm. */
  setLamp(lamp: Lamp): Promise<void>;
  /**
   * When the switch started, each time this adapter finds that it has: once at first, and whenever it started anew. It then
   * knows nothing of lamps. Ends when `signal` aborts.
   */
  starts(signal: AbortSignal): AsyncIterable<Date>;
  /** Whether the switch is connected now. */
  readonly healthy: boolean;
}

export type CallEntry =
  /** A caller handed over by the dialplan. */
  | { readonly kind: 'incoming' }
  /** A caller who was already in a call when the controller came (back); `recording` if one was running. */
  | { readonly kind: 'resumed'; readonly recording?: { readonly tag: string } }
  /** We called them. */
  | { readonly kind: 'outgoing' }
  /** A fax tone was heard: the call's first object is gone, this one is the same leg anew. */
  | { readonly kind: 'fax' };

export interface Call extends AsyncDisposable {
  /** The switch's id of this leg; unique over time. */
  readonly id: string;
  readonly facts: CallFacts;
  readonly entry: CallEntry;
  /** When the switch saw the call. */
  readonly started: Date;
  /** When it was answered, if it was. */
  readonly answered: Date | undefined;
  /** Aborts when the far side has hung up or the call is lost. */
  readonly gone: AbortSignal;
  /** Gone because this controller let go of the call, which may live on in another's hands. */
  readonly released: boolean;
  /** Gone because a fax tone was heard: the same leg comes anew, with the entry `fax`. */
  readonly becameFax: boolean;
  /** ITU-T Q.850 cause of the end, once known. */
  readonly hangupCause: number | undefined;
  answer(): Promise<void>;
  /** Plays items one after the other, from `fromMs` on. Digits pressed before or while playing are kept for `until` and `gather`. */
  play(items: readonly PlayItem[], options?: PlayOptions): Promise<PlayResult>;
  /** Plays `items` (stopped by the first digit), then collects digits. */
  gather(rule: GatherRule): Promise<GatherResult>;
  /** Records until hang-up, a terminating key, silence or the limit. */
  record(rule: RecordRule): Promise<RecordResult>;
  /** For a resumed call with a running recording: waits for its end as `record` would have. */
  resumeRecording(rule: RecordRule): Promise<RecordResult>;
  /** Connects this call to another until one of them hangs up; this call stays up if the other ended it. */
  bridge(other: Call): Promise<'gone' | 'other-gone'>;
  /**
   * Receives a fax from the far side, which is answered already; the call is over then. The pages stay at the switch until
   * their take is discarded.
   * @throws Fault `media-failed` if the switch's recordings do not lie on a disk of this host
   */
  receiveFax(rule: FaxRule): Promise<FaxReceived>;
  /**
   * Sends a fax (a TIFF of black and white pages, T.4 or T.6) to the far side, which has answered; the call is over then.
   * How it ended is known to the switch until `faxKept`.
   * @throws Fault as `receiveFax`, and a temporary one if the switch is away at its end
   */
  sendFax(document: Uint8Array, rule: SendFaxRule): Promise<FaxSent>;
  /** Ends the call. Idempotent; disposing does the same. */
  hangup(cause?: HangupCause): Promise<void>;
}

export type HangupCause = 'normal' | 'busy' | 'congestion' | 'unallocated';

export interface PlayOptions {
  readonly language: string;
  /** Keys that stop the playing; `any`, or a string of keys. Default none. */
  readonly until?: string;
  /** Any key stops the playing and is kept for what comes next, as in `gather`; `key` is then empty. Default false. */
  readonly keepKey?: boolean;
  /** Skips so much of the items' sound, in milliseconds from their beginning. Default 0. */
  readonly fromMs?: number;
  readonly signal?: AbortSignal;
}

export type PlayEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'gone' }
  | { readonly kind: 'aborted' };

export type PlayResult = PlayEnd & {
  /**
   * How much of the items' sound had been played when it ended, `fromMs` included, in milliseconds; at `done` the whole.
   * Playing on from there plays the rest.
   */
  readonly playedMs: number;
};

export interface GatherRule {
  readonly language: string;
  readonly items: readonly PlayItem[];
  /** Called with the digits so far after each digit; `undefined` = go on. */
  readonly judge: (digits: string) => 'complete' | 'invalid' | undefined;
  /** Most milliseconds from the end of the prompt to the first digit. */
  readonly firstDigitMs: number;
  /** Most milliseconds between digits. */
  readonly nextDigitMs: number;
  readonly signal?: AbortSignal;
}

export type GatherResult =
  | { readonly kind: 'complete'; readonly digits: string }
  | { readonly kind: 'invalid'; readonly digits: string }
  /** No further digit in time. */
  | { readonly kind: 'silence'; readonly digits: string }
  | { readonly kind: 'gone' }
  | { readonly kind: 'aborted' };

export interface RecordRule {
  /**
   * Names the recording and comes back with it if the controller dies: see core/message/recording-tag.
   * Characters A–Z a–z 0–9 . _ ~ + - only, at most 200.
   */
  readonly tag: string;
  /** Of the whole, with what is gone on with. */
  readonly maxSeconds: number;
  readonly maxSilenceSeconds: number;
  /** Keys that end it. */
  readonly terminators: string;
  /** A tone before it starts. */
  readonly beep: boolean;
  /** Goes on with the finished recording of the same tag; the result's take is the whole. Default false. */
  readonly append?: boolean;
}

export type RecordResult =
  | { readonly kind: 'key'; readonly key: string; readonly take: Take | undefined }
  | { readonly kind: 'silence'; readonly take: Take | undefined }
  | { readonly kind: 'limit'; readonly take: Take | undefined }
  | { readonly kind: 'gone'; readonly take: Take | undefined };

/** A finished recording, or the pages of a fax. `undefined` in results = nothing was recorded. */
export interface Take {
  /** Stable over restarts: the idempotency key of the deposit made from it. */
  readonly id: string;
  readonly tag: string;
  /** IANA media type in the call's own codec, e.g. `audio/PCMU`; of a fax `image/tiff`. */
  readonly contentType: string;
  /** Playing time in milliseconds, computed from the bytes; 0 of a fax. */
  readonly durationMs: number;
  /** Reads all bytes. */
  bytes(): Promise<Uint8Array>;
  /** Removes it from the switch; called once the bytes are safe elsewhere or not wanted. Idempotent. */
  discard(): Promise<void>;
}

export interface StrayRecording {
  readonly take: Take;
  /** When the recording was last written to. */
  readonly modified: Date;
  /** True if it was cut by a crash rather than ended by the caller. */
  readonly cut: boolean;
  /** What the switch wrote down of a fax; absent also if it could not. */
  readonly fax?: { readonly facts: FaxFacts | undefined; readonly complete: boolean };
}

export interface DialTarget {
  readonly number: string;
  /** Trunk to use; the adapter's default if absent. A registered phone of that number comes first. */
  readonly trunk?: string;
}

export interface DialOptions {
  readonly callerNumber: string;
  readonly callerName?: string;
  readonly ringSeconds: number;
  readonly signal?: AbortSignal;
}

export type DialResult =
  | { readonly kind: 'answered'; readonly call: Call }
  | ({
      /** The trunk, or the endpoint of a registered phone, that was tried. */
      readonly trunk?: string;
    } & (
      | { readonly kind: 'busy' }
      | { readonly kind: 'no-answer' }
      | { readonly kind: 'refused' }
      | { readonly kind: 'unallocated' }
      | { readonly kind: 'failed'; readonly cause: number }
    ));

export interface InboundText {
  /** Unique on its network (SIP Call-ID and CSeq, provider's SID). */
  readonly id: string;
  readonly network: 'sip' | 'sms';
  /** Trunk of the switch, `twilio`, or `smpp:` and the name of the bind. */
  readonly trunk: string;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  /** The sender is a phone registered here, and `from` is its number by configuration. */
  readonly registered?: boolean;
  /** True if the body was longer than the network's adapter could take (body is then empty or cut). */
  readonly truncated: boolean;
  /** Its network says so. */
  readonly urgent?: boolean;
  /** Content that came with it and must be fetched, in the sender's order. */
  readonly media?: readonly MediaReference[];
  /** Short messages that it came as, where that does not follow from its words. */
  readonly segments?: number;
  /** When it first came, where that is known and not now. */
  readonly received?: Date;
  /** What came with it and is not in it, and why. */
  readonly omitted?: readonly Omitted[];
}

/** Where content lies that somebody sent; as received, and so not to be believed. */
export interface MediaReference {
  readonly url: string;
  readonly contentType?: string;
}

export interface OutboundText {
  readonly to: string;
  readonly from: string;
  readonly body: string;
  /** Comes back in logs and as a header on the wire. */
  readonly id: string;
  readonly trunk?: string;
}

export interface Lamp {
  /** The mailbox's number. */
  readonly mailbox: string;
  readonly classes: LampClasses;
}

/** Somebody's phone is registered, with a password or by a network that is believed. */
export interface Registration {
  readonly number: string;
  /** It has come just now; else it may have been there all the time. */
  readonly fresh: boolean;
}
