/** A private key and its certificate with those above it, as PEM. */
export interface KeyPair {
  readonly key: string;
  readonly cert: string;
}

/** Those that hold now: they may be renewed while connections go on with the old ones. */
export interface Certificate extends KeyPair {
  /** Tells of each new pair that can be used. */
  onChange?(take: (pair: KeyPair) => void): void;
}
