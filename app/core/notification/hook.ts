/** Where notices to programs go. */

const named = /^hook:([a-z][a-z0-9_-]{0,31})$/;
const longest = 512;

/** The name of a hook of the operator; `undefined` of an address. */
export function hookNameOf(to: string): string | undefined {
  return named.exec(to)?.[1];
}

/** The recipient that stands for a hook of the operator. */
export function hookTo(name: string): string {
  return `hook:${name}`;
}

/** Whether notices of the gateway `webhook` may be asked to go there: by https alone, without user or fragment. */
export function isHookTarget(to: string): boolean {
  if (hookNameOf(to) !== undefined) return true;
  return to.length <= longest && /^https:\/\/[^\s/@#?]+(\/[^\s#]*)?(\?[^\s#]*)?$/.test(to);
}
