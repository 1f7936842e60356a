import type { Bytes } from './byte-source.ts';

/** SHA-256 (FIPS 180-4) in lower-case hexadecimal. Other work has its turn while that of many bytes is made. */
export type Digest = (bytes: Bytes) => Promise<string>;
