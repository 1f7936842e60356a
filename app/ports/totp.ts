/** One-time passwords by time (RFC 6238), as authenticator apps make them. */
export interface Totp {
  /** A new secret, in Base32. */
  secret(): string;
  /** `otpauth://` address of a secret, to be shown to the authenticator once. */
  url(name: string, secret: string): string;
  /** Counter of the one-time password, if it is one of now or of the period before or after; else `undefined`. */
  counterOf(secret: string, code: string, now: Date): number | undefined;
}
