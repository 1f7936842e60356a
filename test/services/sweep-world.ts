/** Automatic management on a real store, with the time in the tests' hands. */
import { randomUUID } from 'node:crypto';
import { Fault } from '../../app/core/errors.ts';
import type { E164, MailboxId, MediaId } from '../../app/core/ids.ts';
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import type { Envelope, Message } from '../../app/core/message/message.ts';
import type { ClassOfService } from '../../app/core/profile/class-of-service.ts';
import { nextLook, retentionFacts } from '../../app/core/retention/judge.ts';
import type { Archive } from '../../app/ports/archive.ts';
import type { Shrinker } from '../../app/ports/shrink.ts';
import type { Store } from '../../app/ports/store.ts';
import { createAccount } from '../../app/services/account.ts';
import { createArchiving } from '../../app/services/archive.ts';
import { createProfiles } from '../../app/services/profile.ts';
import { createSweep, type Sweep } from '../../app/services/sweep.ts';
import { systemDigest } from '../../app/telemetry/system-digest.ts';
import { systemRandom } from '../../app/telemetry/system-random.ts';
import { silentLog } from '../ports/silent-log.ts';
import { number, sampleMessage } from '../storage/sample.ts';
import { sampleClass } from './sample-class.ts';

export const day = 86_400_000;
export const never = new AbortController().signal;

/** Nothing becomes smaller but what is deflated. */
export const noShrinker: Shrinker = { shrink: async () => undefined };

export interface Part {
  readonly contentType: string;
  readonly bytes: Uint8Array;
  readonly durationMs?: number;
}

export interface SweepWorldOptions {
  readonly shrinker?: Shrinker;
  readonly rest?: number;
  readonly profile?: Partial<ClassOfService>;
}

export class SweepWorld {
  readonly store: Store;
  now = new Date();
  profile: ClassOfService;
  readonly objects = new Map<string, Uint8Array>();
  /** Asked instead of the archive, which is away then. */
  away: (() => void) | undefined;
  assertClock: (() => Promise<void>) | undefined;
  readonly lampsShown: MailboxId[] = [];
  readonly account;
  readonly archiving;
  readonly #options: SweepWorldOptions;

  constructor(store: Store, options: SweepWorldOptions = {}) {
    this.store = store;
    this.#options = options;
    this.profile = sampleClass({ retentionDays: 1, ...options.profile });
    const clock = this.clock;
    this.account = createAccount({ cdrs: store.cdrs, clock, random: systemRandom, log: silentLog });
    this.archiving = createArchiving({
      store,
      archive: archiveIn(this.objects, () => this.away),
      digest: systemDigest,
      clock,
      random: systemRandom,
      log: silentLog,
      later: (work) => void work,
    });
  }

  readonly clock = { now: () => this.now };

  /** Another controller. */
  sweep(shrinker = this.#options.shrinker ?? noShrinker): Sweep {
    return createSweep({
      store: this.store,
      archive: this.archiving,
      archiving: this.archiving,
      profiles: createProfiles(() => ({ standard: this.profile })),
      classNames: () => ['standard'],
      lamps: { publish: async (id) => void this.lampsShown.push(id) },
      account: this.account,
      clock: this.clock,
      random: systemRandom,
      log: silentLog,
      shrinker,
      onCounted: () => undefined,
      rest: this.#options.rest ?? 0,
      ...(this.assertClock === undefined ? {} : { assertClock: this.assertClock }),
    });
  }

  later(ms: number): void {
    this.now = new Date(this.now.getTime() + ms);
  }

  async mailbox(): Promise<Mailbox> {
    const fresh = {
      id: randomUUID() as MailboxId,
      number: number() satisfies E164,
      origin: 'dynamic' as const,
      classOfService: 'standard',
      created: this.now,
    };
    return (await this.store.mailboxes.findOrCreate(fresh)).mailbox;
  }

  /** Messages that lie in a mailbox, counted, with parts of these bytes; received now, kept for ten days. */
  async put(
    mailbox: Mailbox,
    parts: readonly Part[],
    change: Partial<Message> = {},
    envelope: Partial<Envelope> = {},
  ): Promise<Message> {
    const message = await this.putUncounted(mailbox, parts, change, envelope);
    await this.store.mailboxes.recount(mailbox.id);
    return message;
  }

  /** The same before its mailbox has counted it. */
  async putUncounted(
    mailbox: Mailbox,
    parts: readonly Part[],
    change: Partial<Message> = {},
    envelope: Partial<Envelope> = {},
  ): Promise<Message> {
    const kept = parts.map((part) => ({ ...part, media: `sip:${randomUUID()}` as MediaId }));
    const put = kept.map(({ media, contentType, bytes }) =>
      this.store.media.put(media, contentType, bytes, 'owner' as never),
    );
    const hashes = await Promise.all(put);
    const message = sampleMessage(
      { mailbox: mailbox.id, expires: new Date(this.now.getTime() + 10 * day), ...change },
      {
        to: mailbox.number,
        received: this.now,
        parts: kept.map((part, i) => ({
          ...part,
          bytes: part.bytes.length,
          sha256: hashes[i]?.sha256 ?? '',
        })),
        ...envelope,
      },
    );
    const sweepAt = nextLook(retentionFacts(message), this.profile);
    const result = await this.store.messages.insert({ ...message, sweepAt });
    if (result.kind !== 'inserted') throw new Error(result.kind);
    return message;
  }

  /** Counters and usage, if they are those of the messages that there are. */
  async counted(mailbox: Mailbox) {
    const found = await this.store.mailboxes.recount(mailbox.id);
    if (found?.corrected !== false) throw new Error('the counters were wrong');
    const { counts, usage } = found.mailbox;
    return { ...counts, ...usage };
  }

  async events(): Promise<string[]> {
    await this.account.flush();
    return (await this.store.cdrs.list({ limit: 1000 })).map(({ event }) => event);
  }
}

/** An archive in memory: only that objects come and go matters here. */
function archiveIn(objects: Map<string, Uint8Array>, away: () => (() => void) | undefined): Archive {
  return {
    name: 'memory',
    put: async (key, bytes) => void objects.set(key, bytes),
    get: async (key) => objects.get(key),
    delete: async (key) => {
      away()?.();
      if (away() !== undefined) throw new Fault('archive-unavailable', 'away', { temporary: true });
      objects.delete(key);
    },
    ping: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}
