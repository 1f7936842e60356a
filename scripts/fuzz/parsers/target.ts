/** One parser under the fuzzer. */
import type { Arbitrary } from 'fast-check';

export interface Target {
  readonly name: string;
  /** Sources whose coverage is told, from the checkout. */
  readonly files: readonly string[];
  /** Recorded or written inputs that are changed byte by byte. */
  readonly seeds: readonly Uint8Array[];
  /** Inputs that are right, or nearly, by structure. */
  readonly made?: Arbitrary<Uint8Array>;
  /** What means something to this parser. */
  readonly words?: readonly string[];
  /** Reads it, and checks what must hold of what it read. */
  run(input: Uint8Array): unknown;
  /** Whether this is how the parser says no. */
  refuses(error: unknown): boolean;
  /** How its time grows is not looked at: nobody but the operator writes this, and a library reads it. */
  readonly ownFile?: true;
  /** Larger inputs are not tried for how their time grows, in bytes; 131,072 if absent. */
  readonly largest?: number;
  close?(): Promise<unknown>;
}

export const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
export const bytes = (written: string): Uint8Array => Buffer.from(written);
/** An error of this class itself, or a RangeError that a parser threw: a TypeError, or one of the engine's own, is no refusal. */
export const isPlain = (error: unknown): boolean =>
  error instanceof Error &&
  (error.constructor === Error || error.constructor === RangeError) &&
  !('code' in error) &&
  !/call stack|^Invalid /.test(error.message);
