/** Makes secrets of few digits (PINs, one-time codes) into what can be stored. */
export interface Hasher extends AsyncDisposable {
  /** A salted hash that tells its own parameters (PHC string format). */
  hash(secret: string): Promise<string>;
  /**
   * `outdated`: right, but made with other parameters than today's: store a new one.
   * A hash that cannot be read is `wrong`.
   */
  verify(hash: string, secret: string): Promise<'right' | 'outdated' | 'wrong'>;
}
