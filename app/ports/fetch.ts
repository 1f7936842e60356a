/** Gets content that somebody else's message only names by its address. Adapter: app/gateways/fetch. */

export interface Fetcher {
  /**
   * Gets one piece of content. Never rejects for what the far side does or is: that is the result.
   * @param address URL as received; anything at all may stand there
   */
  get(address: string, limits: FetchLimits): Promise<FetchResult>;
}

export interface FetchLimits {
  readonly maxBytes: number;
  /** For the whole of it, redirects too, in milliseconds. */
  readonly timeoutMs: number;
}

export type FetchResult =
  | {
      readonly kind: 'fetched';
      /** As the far side says. */ readonly contentType?: string;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'too-large' }
  /** The address leads, or might lead, to where strangers must not send us. */
  | { readonly kind: 'unsafe' }
  /** The far side has no such thing, or gives it to nobody like us: asking again does not help. */
  | { readonly kind: 'refused' }
  /** Not now. */
  | { readonly kind: 'unreachable' };
