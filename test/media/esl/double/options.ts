import type { Line } from './line.ts';

/** What a number that is dialled does. */
export type Dialled =
  | Line
  | { readonly line: Line; readonly answersAfter: Promise<void> }
  | 'USER_BUSY'
  | 'UNALLOCATED_NUMBER'
  | 'CALL_REJECTED'
  | 'rings'
  | 'USER_NOT_REGISTERED';

export interface DoubleOptions {
  readonly password: string;
  /** Where calls are handed over: the `socket` application's address, read anew for each call. */
  readonly application: () => { readonly host: string; readonly port: number };
  /** A number of the network, or a user of a domain, is dialled. */
  readonly onDial?: (number: string, endpoint: string) => Dialled;
  /** A text is to go to this address; answers SIP's status. */
  readonly onText?: (text: { readonly to: string; readonly from: string; readonly body: string }) => number;
  /** Contact of a registered phone, by `profile/user@domain`. */
  readonly contact?: (user: string) => string | undefined;
  /** The dialplan says `socket` without `async`. */
  readonly isStatic?: boolean;
  /** Whether the directory has this user. */
  readonly hasUser?: (user: string) => boolean;
  /** A lamp is set. */
  readonly onLamp?: (headers: ReadonlyMap<string, string>) => void;
}
