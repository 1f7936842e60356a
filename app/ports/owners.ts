/** Which node has a mailbox. */
export type Owner =
  /** `sip:` addresses, the node that has it first, then those that stand in for it. */
  | { readonly kind: 'at'; readonly uris: readonly string[] }
  /** Known, but no node answers. */
  | { readonly kind: 'down' }
  | { readonly kind: 'none' };

export interface Owners {
  /** @param number in E.164; absent: any node will do */
  of(number: string | undefined): Owner;
  /** None of these answered a call. */
  silent(uris: readonly string[]): void;
}
