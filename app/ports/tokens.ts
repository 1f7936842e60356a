/** Secrets that are too long to be guessed, and what is kept of them. */
export interface Tokens {
  /** From a cryptographic source, as base64url (RFC 4648): 16 bytes are 22 characters, 32 are 43. */
  make(bytes: number): string;
  /** SHA-256 in lower-case hexadecimal: enough for what cannot be guessed, and quick. */
  digest(token: string): string;
}
