/**
 * What a scripted person does on the telephone, one thing after the other. Keys, hang-up and waiting happen as soon as
 * the steps before are done; sound takes time, which is virtual: it passes only while somebody records or waits for keys.
 */
export type Step =
  /** Waits until this begins to be played: a prompt name, the id of stored sound, or the kind of an item. */
  | { readonly kind: 'hear'; readonly what: string }
  | { readonly kind: 'press'; readonly keys: string }
  /** Sound in the call's codec, 8 bytes a millisecond. */
  | { readonly kind: 'speak'; readonly sound: Uint8Array }
  /** Silent sound. */
  | { readonly kind: 'silence'; readonly ms: number }
  /** No sound at all: the telephone stops sending RTP. */
  | { readonly kind: 'gap'; readonly ms: number }
  /** Holds the line, and time with it, until the promise settles. */
  | { readonly kind: 'wait'; readonly for: Promise<unknown> }
  | { readonly kind: 'hangup' };

export const hear = (what: string): Step => ({ kind: 'hear', what });
export const press = (keys: string): Step => ({ kind: 'press', keys });
export const silence = (ms: number): Step => ({ kind: 'silence', ms });
export const gap = (ms: number): Step => ({ kind: 'gap', ms });
export const waitFor = (promise: Promise<unknown>): Step => ({ kind: 'wait', for: promise });
export const hangup = (): Step => ({ kind: 'hangup' });

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
