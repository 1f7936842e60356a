/** Goes before what a peer has acknowledged during a visit: after it the peer has nothing any more. */
export function visitEpoch({ since }: { readonly since: Date }): string {
  return `${since.getTime()}|`;
}
