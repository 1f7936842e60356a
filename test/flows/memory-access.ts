/** PINs, codes and failures in memory, for dialogues: the real services over a store that forgets. */
import { createNumberPlan } from '../../app/core/address/number-plan.ts';
import type { MailboxId } from '../../app/core/ids.ts';
import type { AuditEvent } from '../../app/ports/audit.ts';
import type { Clock, Random } from '../../app/ports/clock.ts';
import type { Credential, CredentialStore, OneTimeCode } from '../../app/ports/credentials.ts';
import type { Hasher } from '../../app/ports/hasher.ts';
import type { AttemptStore, Failures } from '../../app/ports/attempts.ts';
import type { Texts } from '../../app/ports/texts.ts';
import { openHasher } from '../../app/secrets/open.ts';
import { createAuthentication, type Authentication } from '../../app/services/authenticate.ts';
import type { Reply } from '../../app/services/notify.ts';
import type { Profiles } from '../../app/services/profile.ts';
import { silentLog } from '../ports/silent-log.ts';

export class MemoryAccess {
  readonly authentication: Authentication;
  readonly audited: Omit<AuditEvent, 'id' | 'at'>[] = [];
  readonly texts: Reply[] = [];
  readonly credentials = new MemoryCredentials();
  readonly attempts = new MemoryAttempts();
  readonly mailboxes = { activate: async (mailbox: MailboxId) => void this.activated.push(mailbox) };
  readonly activated: MailboxId[] = [];
  readonly sessions = { removeAll: async () => 0 };
  readonly hasher: Hasher = openHasher({ memoryKiB: 64, passes: 1, atOnce: 2 });

  constructor(deps: { clock: Clock; random: Random; profiles: Profiles; texts: Texts }) {
    this.authentication = createAuthentication({
      ...deps,
      log: silentLog,
      store: this,
      hasher: this.hasher,
      auditor: { note: (event) => this.audited.push(event), flush: async () => undefined },
      notify: {
        reply: async (reply) => {
          this.texts.push(reply);
          return true;
        },
      },
      plan: createNumberPlan({
        access: ['+12025550199'],
        country: 'US',
        ranges: [{ prefix: '+1202555', class: 'standard' }],
      }),
      rule: { codeMinutes: 10, codesPerHour: 3, strangersCodesPerHour: 60 },
    });
  }

  /** The code in the last text. */
  get code(): string {
    return /\d{6}/.exec(this.texts.at(-1)?.body ?? '')?.[0] ?? '';
  }

  async setPin(mailbox: MailboxId, pin: string, mustChange = false): Promise<void> {
    const hash = await this.hasher.hash(pin);
    await this.credentials.setPin({ mailbox, hash, set: new Date(0), mustChange, keep: 5 });
  }
}

class MemoryCredentials implements CredentialStore {
  readonly #kept = new Map<MailboxId, Credential>();
  readonly #codes = new Map<MailboxId, OneTimeCode>();

  async get(mailbox: MailboxId): Promise<Credential | undefined> {
    return this.#kept.get(mailbox);
  }

  async setPin({ mailbox, hash, set, mustChange, keep }: Parameters<CredentialStore['setPin']>[0]) {
    const history = [hash, ...(this.#kept.get(mailbox)?.history ?? [])].slice(0, keep);
    this.#kept.set(mailbox, { mailbox, hash, set, mustChange, history });
    this.#codes.delete(mailbox);
  }

  async rehash(): Promise<void> {
    throw new Error('the parameters do not change here');
  }

  async putCode(mailbox: MailboxId, code: OneTimeCode): Promise<void> {
    this.#codes.set(mailbox, code);
  }

  async takeCodeTry(mailbox: MailboxId, now: Date): Promise<string | undefined> {
    const code = this.#codes.get(mailbox);
    if (code === undefined || code.expires <= now || code.tries < 1) return undefined;
    this.#codes.set(mailbox, { ...code, tries: code.tries - 1 });
    return code.hash;
  }

  async useCode(mailbox: MailboxId, hash: string): Promise<boolean> {
    return this.#codes.get(mailbox)?.hash === hash && this.#codes.delete(mailbox);
  }

  async remove(mailbox: MailboxId): Promise<void> {
    this.#kept.delete(mailbox);
    this.#codes.delete(mailbox);
  }
}

class MemoryAttempts implements AttemptStore {
  readonly #failures = new Map<string, Failures>();

  async fail(key: string, now: Date, windowMs: number): Promise<number> {
    this.#add(key, now);
    return this.count(key, now, windowMs);
  }

  async count(key: string, now: Date, windowMs: number): Promise<number> {
    return this.#of(key).at.filter((at) => at.getTime() > now.getTime() - windowMs).length;
  }

  async clear(key: string): Promise<void> {
    this.#failures.delete(key);
  }

  async clearAll(prefix: string): Promise<void> {
    for (const key of this.#failures.keys()) if (key.startsWith(prefix)) this.#failures.delete(key);
  }

  async failures(keys: readonly string[]): Promise<Failures[]> {
    return keys.map((key) => this.#of(key));
  }

  async beginning(prefix: string, limit: number): Promise<Failures[]> {
    const found = [...this.#failures.values()].filter(({ key }) => key.startsWith(prefix));
    return found.toSorted((a, b) => (a.key < b.key ? -1 : 1)).slice(0, limit);
  }

  async failIfUnchanged(seen: Failures, now: Date): Promise<boolean> {
    if (this.#of(seen.key).version !== seen.version) return false;
    this.#add(seen.key, now);
    return true;
  }

  async undo(key: string, at: Date): Promise<void> {
    const { at: times, version } = this.#of(key);
    const left = times.filter((time) => time.getTime() !== at.getTime());
    this.#failures.set(key, { key, at: left, version: version + 1 });
  }

  #of(key: string): Failures {
    return this.#failures.get(key) ?? { key, at: [], version: 0 };
  }

  #add(key: string, now: Date): void {
    const { at, version } = this.#of(key);
    this.#failures.set(key, { key, at: [...at, now], version: version + 1 });
  }
}
