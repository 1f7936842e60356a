/** The far side of a channel: a telephone with somebody at it, or whatever a test puts there. */

/** What the switch tells the telephone, and asks it. */
export interface Line {
  /** Answered by the switch. */
  answered(): void;
  /** A sound begins to be played; µ-law, from its own beginning or from `fromByte` of it. */
  playing(sound: Played): void;
  /** The switch is over with the call; `status` is SIP's where it was never answered. */
  ended(cause: string): void;
  /**
   * What is said in the next 20 ms, 160 bytes of µ-law; `undefined` if the telephone sends nothing at all.
   */
  speaks(): Uint8Array | undefined;
  /** The document of a fax machine that is there, and what it does with one; `undefined`: this is none. */
  readonly fax?: FaxLine;
}

export interface Played {
  readonly sound: Uint8Array;
  /** So much of it was heard by now; undefined once it does not go on. */
  heard: number;
  ended: boolean;
}

export interface FaxLine {
  readonly station: string;
  /** What it sends; absent: it takes what is sent. */
  readonly document?: Uint8Array;
  received(document: Uint8Array): void;
}

/** Somebody who says nothing and does nothing. */
export const silentLine: Line = {
  answered: () => undefined,
  playing: () => undefined,
  ended: () => undefined,
  speaks: () => silence,
};

export const silence = new Uint8Array(160).fill(0xff);
