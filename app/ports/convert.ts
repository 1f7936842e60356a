/** Content in other forms: sound as words, words as sound, a fax as pictures. Adapters: app/transform, app/speech. */

/** Bytes of one type. */
export interface Content {
  /** IANA media type, with the parameters that matter to who reads it. */
  readonly contentType: string;
  readonly bytes: Uint8Array;
  /** Playing time in milliseconds, of sound and video. */
  readonly durationMs?: number;
  /** Of faxes and documents. */
  readonly pages?: number;
  /** Of text that was spoken: when each of its words is said (`packSpans` in core/message/spoken.ts); absent: not known. */
  readonly spans?: string;
}

/** One step that something here can do: from a type to a type. */
export interface Edge {
  /** Media type without parameters, in lower case, or a whole top-level type as `audio/*`. */
  readonly from: string;
  /** Media type without parameters, in lower case. */
  readonly to: string;
  /** What it costs beside others: a way of least cost is taken. Whole numbers from 1; what loses much costs much. */
  readonly cost: number;
}

export interface ConvertOptions {
  /** BCP 47 tag of what is spoken or written in it. */
  readonly language: string;
  /** Of a document as a picture: which page, from 1; absent: the first. */
  readonly page?: number | undefined;
  /** Gives it up: rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** Programs of this machine, or a service elsewhere. */
export interface Converter {
  readonly edges: readonly Edge[];
  /**
   * Takes one of its own edges.
   * @throws Fault `invalid` for content that is not what its type says, is too large, too long or has too many pages or
   * pixels: it will never work; `not-found` if the program for it is not on this machine; `media-failed` if it broke on
   * this content; `media-unavailable` (temporary) if it took too long, or too much is under way
   */
  convert(content: Content, edge: Edge, options: ConvertOptions): Promise<Content>;
}
