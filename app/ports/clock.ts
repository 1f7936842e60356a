/** Time and chance, handed in so that decisions can be tested. */
export interface Clock {
  now(): Date;
  /** What the machine itself says, right or wrong, where that may be another time. */
  machine?(): Date;
}

export interface Random {
  /** Uniform digits from a cryptographic source. */
  digits(count: number): string;
  /** UUIDv7 (RFC 9562). */
  uuid(): string;
}
