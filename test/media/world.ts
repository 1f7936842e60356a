/** What the common media cases need around an adapter: people who call, answer and text, and what they see and hear. */
import type { StoredSound } from '../../app/core/prompt/play-item.ts';
import type { Step } from '../../app/media/scripted/steps.ts';
import type { Call, InboundText, MediaServer, StrayRecording } from '../../app/ports/media.ts';

export interface MediaCasesWorld extends AsyncDisposable {
  /** The adapter; another one after `restart`. */
  readonly media: MediaServer;
  /** How exact lengths of sound are, in milliseconds. */
  readonly toleranceMs: number;
  /** A number to which no text can go now. */
  readonly awayNumber: string;
  /** A mailbox whose lamp somebody watches. */
  readonly lampMailbox: string;
  /** Somebody calls; resolves when the adapter hands the call over. */
  ring(ring: CaseRing): Promise<{ readonly call: Call; readonly caller: CaseCaller }>;
  /** A fax machine that calls itself `+1 202 555 0166` calls and sends; resolves when the adapter hands its call over. */
  fax(document: Uint8Array): Promise<Call>;
  /** What a fax machine that answered was sent, a TIFF. */
  faxed(): Promise<Uint8Array>;
  /** The call that comes next, as the same leg after a fax tone. */
  nextCall(): Promise<Call>;
  /** Whether all pages of the one are those of the other, but for a line at the top. */
  samePages(got: Uint8Array, sent: Uint8Array): Promise<boolean>;
  /** What happens when this number is dialled from now on. */
  onDial(number: string, how: DialledNumber): void;
  /** The people who answered, in order. */
  readonly answered: readonly CaseCaller[];
  /** Somebody sends a text. */
  text(from: string, to: string, body: string): Promise<void>;
  nextText(): Promise<InboundText>;
  /** The next text that reached this number. */
  textAt(number: string): Promise<{ readonly from: string; readonly body: string }>;
  /** Resolves when the lamp of `lampMailbox` shows this. */
  lampShows(counts: { readonly new: number; readonly old: number }): Promise<void>;
  /** Sound that can be played, unlike all other sound here; `message-long` lasts for seconds. */
  stored(id: string): StoredSound;
  /** Somebody else leaves a recording at the switch. */
  leave(tag: string, sound: Uint8Array): Promise<void>;
  nextStray(): Promise<StrayRecording>;
  /** Disposes the adapter and opens another one on the same switch; resolves with the call that it takes up. */
  restart(): Promise<Call>;
  /** Disposes the adapter and opens another one; nothing is up. */
  reopen(): Promise<void>;
}

export interface CaseRing {
  readonly steps: readonly Step[];
  /** Number dialled and number of the caller. */
  readonly to?: string;
  readonly from?: string;
}

export type DialledNumber =
  | { readonly answers: readonly Step[] }
  /** The same machine as of `fax`; one number only. */
  | 'fax-machine'
  | 'busy'
  | 'no-answer'
  | 'refused'
  | 'unallocated';

export interface CaseCaller {
  /** Resolves when all steps are done; rejects if one could not be done. */
  readonly done: Promise<void>;
  /** Whether these clips or stored sounds began to be played, in this order. */
  heard(...names: readonly string[]): Promise<boolean>;
  /** How the call ended for them. */
  readonly ending: Promise<'hung-up' | 'busy' | 'unallocated' | 'congestion'>;
}
