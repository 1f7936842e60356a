/**
 * What a scripted person does on the telephone, one thing after the other. Keys, hang-up and waiting happen as soon as
 * the steps before are done; sound takes time, which is virtual: it passes only while somebody records or waits for keys.
 */
export type Step =
  /**
   * Waits until this begins to be played: a clip (a prompt, or one that says a number or time), stored sound by its id;
   * with `atMs` until so much of it has been played, in milliseconds from its own beginning.
   */
  | { readonly kind: 'hear'; readonly what: string; readonly atMs?: number }
  | { readonly kind: 'press'; readonly keys: string }
  /** Sound in the call's codec, 8 bytes a millisecond. */
  | { readonly kind: 'speak'; readonly sound: Uint8Array }
  /** Silent sound. */
  | { readonly kind: 'silence'; readonly ms: number }
  /** No sound at all: the telephone stops sending RTP. */
  | { readonly kind: 'gap'; readonly ms: number }
  /** Calls this, once; holds the line, and time with it, until the promise that it gives settles. */
  | { readonly kind: 'meanwhile'; readonly run: () => unknown }
  | FaxStep
  | FaxMachineStep
  | { readonly kind: 'hangup' };

/** A calling fax machine: its tone is heard as soon as the call is answered, and it sends when it is received from. */
export interface FaxStep {
  readonly kind: 'fax';
  /** A TIFF. */
  readonly document: Uint8Array;
  readonly station?: string;
  /** Hangs up after these pages, with more to come. */
  readonly breaksOff?: boolean;
}

/** A fax machine that answers, and takes what is sent. */
export interface FaxMachineStep {
  readonly kind: 'fax-machine';
  readonly station?: string;
  /** Breaks off after so many pages. */
  readonly takes?: number;
}

export const hear = (what: string, atMs?: number): Step => ({
  kind: 'hear',
  what,
  ...(atMs === undefined ? {} : { atMs }),
});
export const press = (keys: string): Step => ({ kind: 'press', keys });
export const silence = (ms: number): Step => ({ kind: 'silence', ms });
export const gap = (ms: number): Step => ({ kind: 'gap', ms });
export const meanwhile = (run: () => unknown): Step => ({ kind: 'meanwhile', run });
export const hangup = (): Step => ({ kind: 'hangup' });
export const faxes = (document: Uint8Array, more: Omit<FaxStep, 'kind' | 'document'> = {}): Step => ({
  kind: 'fax',
  document,
  ...more,
});
export const faxMachine = (more: Omit<FaxMachineStep, 'kind'> = {}): Step => ({
  kind: 'fax-machine',
  ...more,
});

/** Speaks: the given sound, or so many milliseconds of something that counts as speech. */
export function speak(what: number | Uint8Array): Step {
  return { kind: 'speak', sound: typeof what === 'number' ? babble(what) : what };
}

export const bytesPerMs = 8;

/** Loud µ-law noise of both signs, the same each time. */
function babble(ms: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: Math.round(ms * bytesPerMs) }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    // Without bit 6 it lies in the louder half of µ-law's segments.
    return (state >>> 24) & 0xbf;
  });
}
