/** Bytes that are read part by part: too many to be held at once. */
export interface ByteSource {
  readonly length: number;
  /** Those from `from` on, up to before `to`: all of them. @throws Fault of where they lie */
  read(from: number, to: number): Promise<Uint8Array>;
}

export type Bytes = Uint8Array | ByteSource;

/** More is not held at once, in bytes. */
export const wholeBytes = 1_048_576;
