/** Keys of programs: made, judged, revoked. A key is shown once, when it is made. */
import type { Scope } from '../core/access/principal.ts';
import type { MailboxId } from '../core/ids.ts';
import type { ApiKey, ApiKeyStore } from '../ports/api-keys.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Tokens } from '../ports/tokens.ts';
import type { Auditor } from './audit.ts';

/** Of the part that is no secret, and of the secret: 256 bits. */
const idBytes = 12;
const secretBytes = 32;
const form = /^ab_([a-z0-9]{16})_([\w-]{43})$/;
/** That a key was used is noted at most once in so long, in milliseconds. */
const noteMs = 600_000;

export interface ApiKeyDeps {
  readonly store: { readonly keys: ApiKeyStore };
  readonly tokens: Tokens;
  readonly auditor: Auditor;
  readonly clock: Clock;
  readonly log: Log;
}

export interface NewApiKey {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly mailbox?: MailboxId;
  readonly expires?: Date;
}

/** `secret` is the whole key, `ab_…`; nobody can read it again. */
export interface MadeApiKey {
  readonly key: ApiKey;
  readonly secret: string;
}

export interface ApiKeys {
  /**
   * @param request the same for a repeat: it makes no other key. What was shown then opens nothing any more, as nobody may have
   * seen it; `undefined` where it has been used, or another key was asked for so
   */
  add(fresh: NewApiKey, by: string): Promise<MadeApiKey>;
  add(fresh: NewApiKey, by: string, request: string): Promise<MadeApiKey | undefined>;
  /** The key whose secret this is, if it holds; notes now and then that it was used. */
  find(secret: string): Promise<ApiKey | undefined>;
  get(id: string): Promise<ApiKey | undefined>;
  list(after: string | undefined, limit: number): Promise<ApiKey[]>;
  /** `undefined` if there is none. */
  revoke(id: string, by: string): Promise<ApiKey | undefined>;
}

export function createApiKeys(deps: ApiKeyDeps): ApiKeys {
  const { store, tokens, auditor, clock } = deps;
  async function add(fresh: NewApiKey, by: string): Promise<MadeApiKey>;
  async function add(fresh: NewApiKey, by: string, request: string): Promise<MadeApiKey | undefined>;
  async function add(fresh: NewApiKey, by: string, request = tokens.make(idBytes)) {
    // Digits and letters of one case, so that it is read and typed easily.
    const id = tokens.digest(request).slice(0, 16);
    const secret = tokens.make(secretBytes);
    const key: ApiKey = { ...fresh, id, hash: tokens.digest(secret), created: clock.now(), by };
    const isNew = await store.keys.insert(key);
    if (!isNew && !((await isSame(deps, key)) && (await store.keys.renew(key)))) return undefined;
    note(auditor, isNew ? 'key-made' : 'key-renewed', key, by);
    return { key, secret: `ab_${id}_${secret}` };
  }
  return {
    add,
    find: (secret) => find(deps, secret),
    get: (id) => store.keys.get(id),
    list: (after, limit) => store.keys.list(after, limit),
    async revoke(id, by) {
      const key = await store.keys.revoke(id, clock.now());
      if (key !== undefined) note(auditor, 'key-revoked', key, by);
      return key;
    },
  };
}

async function isSame({ store }: ApiKeyDeps, { id, scopes, mailbox, expires }: ApiKey): Promise<boolean> {
  const before = await store.keys.get(id);
  return (
    before !== undefined &&
    before.mailbox === mailbox &&
    before.expires?.getTime() === expires?.getTime() &&
    before.scopes.join() === scopes.join()
  );
}

async function find(deps: ApiKeyDeps, whole: string): Promise<ApiKey | undefined> {
  const { store, tokens, clock, log } = deps;
  const [, id, secret] = form.exec(whole) ?? [];
  if (id === undefined || secret === undefined) return undefined;
  const key = await store.keys.get(id);
  // How long it takes to compare two digests tells nothing of a secret that has one of them.
  if (key === undefined || key.hash !== tokens.digest(secret)) return undefined;
  const now = clock.now();
  if (key.revoked !== undefined || (key.expires !== undefined && key.expires <= now)) return undefined;
  if (key.lastUsed === undefined || now.getTime() - key.lastUsed.getTime() >= noteMs)
    store.keys
      .used(id, now)
      .catch((error: unknown) => log.debug('it is not noted that a key was used', { error }));
  return key;
}

function note(auditor: Auditor, outcome: string, key: ApiKey, by: string): void {
  auditor.note({
    event: 'operator',
    outcome,
    caller: 'operator',
    by,
    subject: key.id,
    ...(key.mailbox === undefined ? {} : { mailbox: key.mailbox }),
  });
}
