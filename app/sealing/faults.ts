import { Fault } from '../core/errors.ts';

const damaged = 'This is damaged.';
const locked = 'This cannot be opened any more.';

/** What is sealed is not what was sealed. */
export function broken(what: string, cause?: unknown): Fault {
  return new Fault('seal-broken', `Sealing: ${what}`, { temporary: false, publicText: damaged, cause });
}

/** There is no key for it, and will be none. */
export function lost(what: string, cause?: unknown): Fault {
  return new Fault('key-lost', `Sealing: ${what}`, { temporary: false, publicText: locked, cause });
}

/** Where the key is does not answer now. */
export function away(what: string, cause?: unknown): Fault {
  return new Fault('key-unavailable', `Sealing: ${what}`, { temporary: true, cause });
}
