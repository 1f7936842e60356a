/** Phones that asked to be told of waiting messages (RFC 3842), over all nodes: any node may tell them. */
export interface Subscription {
  /** The server's id of the dialog (RFC 6665, section 4.4.1). */
  readonly dialog: string;
  /** The number that it is about, in E.164. */
  readonly number: string;
  /** Address that the phone subscribed to: `Message-Account` of what it is told. */
  readonly account: string;
  readonly expires: Date;
}

export interface SubscriptionStore {
  /** Adds it, or replaces the one of this dialog. */
  keep(subscription: Subscription): Promise<void>;
  /** Puts off its end; answers it as it is now, or `undefined` if there is none. */
  extend(dialog: string, expires: Date): Promise<Subscription | undefined>;
  /** All of a number that have not ended, at most 50: a mailbox has so many phones. */
  of(number: string, now: Date): Promise<Subscription[]>;
  /** Forgets it; answers it if it was there. */
  forget(dialog: string): Promise<Subscription | undefined>;
  /** Takes one whose time is over: each is given to one node alone. */
  takeExpired(now: Date): Promise<Subscription | undefined>;
}
