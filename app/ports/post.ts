/** Tells programs something by HTTP POST, also where a stranger has named the address. */
export interface Poster {
  post(address: string, request: PostRequest): Promise<PostResult>;
}

export interface PostRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For the whole of it, in milliseconds. */
  readonly timeoutMs: number;
  /** The operator has chosen the address: it may lead inside, by any port. */
  readonly trusted: boolean;
}

/** What is answered besides its status is not read, and it leads nowhere else. `unsafe`: the address may not be asked. */
export type PostResult =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'unsafe' }
  | { readonly kind: 'unreachable'; readonly why: string };
