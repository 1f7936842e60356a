/** Keys of mailboxes as they are used: unwrapped, in memory, for a while. */
import { hkdfSync, randomBytes } from 'node:crypto';
import type { MailboxId } from '../core/ids.ts';
import type { KeyStore, MasterKey, WrappedKey } from '../ports/keys.ts';
import { lost } from './faults.ts';

/** Keys for each use, of the one of a mailbox. */
export interface OpenKey {
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly media: Uint8Array;
  /** What salts of streams are made with. */
  readonly salts: Uint8Array;
  readonly fields: Uint8Array;
  readonly words: Uint8Array;
}

export interface Openers {
  /** @throws Fault `key-lost`, `key-unavailable`, `store-unavailable` */
  opening(id: string): Promise<OpenKey>;
}

/** Of a store without encryption. */
export const noKeys: Openers = {
  opening: () => Promise.reject(lost('this is sealed, and no encryption is configured')),
};

/** How long a key that another process erased may still be used here, in milliseconds. */
export const rememberedMs = 60_000;
/** Mailboxes whose keys are in memory. */
const mostKept = 20_000;
const keyBytes = 32;

interface Kept {
  readonly found: Promise<{ readonly wrapped: WrappedKey; readonly key: OpenKey }>;
  readonly until: number;
}

export class Keyring implements Openers {
  readonly #keys: KeyStore;
  readonly #master: MasterKey;
  readonly #now: () => number;
  /** By id of the key, and by `@` and mailbox; the one that was used last is the last. */
  readonly #kept = new Map<string, Kept>();

  constructor(keys: KeyStore, master: MasterKey, now: () => number = () => performance.now()) {
    this.#keys = keys;
    this.#master = master;
    this.#now = now;
  }

  async opening(id: string): Promise<OpenKey> {
    const { key } = await this.#remember(id, async () => {
      const wrapped = await this.#keys.get(id);
      if (wrapped === undefined) throw lost('its key was erased');
      return wrapped;
    });
    return key;
  }

  /** The key of a mailbox, made if it has none. @throws Fault `key-lost`, `key-unavailable`, `store-unavailable` */
  async sealing(mailbox: MailboxId): Promise<OpenKey> {
    const { key } = await this.#remember(`@${mailbox}`, async () => {
      return (await this.#keys.of(mailbox)) ?? this.#keys.add(await this.#make(mailbox));
    });
    return key;
  }

  /** The key of a mailbox, if it has one. */
  async ofMailbox(mailbox: MailboxId): Promise<OpenKey | undefined> {
    if (!this.#kept.has(`@${mailbox}`) && (await this.#keys.of(mailbox)) === undefined) return undefined;
    return this.sealing(mailbox);
  }

  /** For good: what is sealed with it can be opened by nobody. */
  async erase(mailbox: MailboxId): Promise<boolean> {
    const there = await this.#keys.erase(mailbox);
    const kept = this.#kept.get(`@${mailbox}`);
    this.#kept.delete(`@${mailbox}`);
    const found = await kept?.found.catch(() => undefined);
    if (found !== undefined) this.#kept.delete(found.key.id);
    return there;
  }

  async #make(mailbox: MailboxId): Promise<WrappedKey> {
    const id = randomBytes(16).toString('hex');
    const by = await this.#master.wrap(randomBytes(keyBytes), aboutKey({ id, mailbox }));
    return { id, mailbox, ...by, created: new Date() };
  }

  async #remember(name: string, find: () => Promise<WrappedKey>) {
    const kept = this.#kept.get(name);
    if (kept !== undefined && kept.until > this.#now()) {
      this.#use(name, kept);
      return kept.found;
    }
    const found = this.#unwrapped(find, kept);
    const fresh = { found, until: this.#now() + rememberedMs };
    this.#use(name, fresh);
    found.catch(() => {
      if (this.#kept.get(name) === fresh) this.#kept.delete(name);
    });
    return found;
  }

  /** What is wrapped as before need not be unwrapped anew. */
  async #unwrapped(find: () => Promise<WrappedKey>, kept: Kept | undefined) {
    const wrapped = await find();
    const before = await kept?.found.catch(() => undefined);
    if (before?.wrapped.wrapped === wrapped.wrapped) return before;
    return { wrapped, key: keysFrom(wrapped.id, await this.#master.unwrap(wrapped, aboutKey(wrapped))) };
  }

  #use(name: string, kept: Kept): void {
    this.#kept.delete(name);
    this.#kept.set(name, kept);
    if (this.#kept.size <= mostKept) return;
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#kept.delete(oldest);
  }
}

/** A wrapped key is good for its own id and mailbox alone. */
export function aboutKey({ id, mailbox }: Pick<WrappedKey, 'id' | 'mailbox'>): string {
  return `answerback/key/${id}/${mailbox}`;
}

/** @throws Fault `key-lost` if these are no key */
export function keysFrom(id: string, key: Uint8Array): OpenKey {
  if (key.length !== keyBytes) throw lost('what was unwrapped is no key');
  const of = (use: string): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', key, new Uint8Array(0), `answerback/1/${use}`, keyBytes));
  return { id, media: of('media'), salts: of('salts'), fields: of('fields'), words: of('words') };
}
