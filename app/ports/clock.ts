/** Time and chance, handed in so that decisions can be tested. */
export interface Clock {
  now(): Date;
}

export interface Random {
  /** Uniform digits from a cryptographic source. */
  digits(count: number): string;
  /** UUIDv7 (RFC 9562). */
  uuid(): string;
}
