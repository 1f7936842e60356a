/** A store with encryption over a real one, as app/main.ts puts them together. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { E164, MailboxId, MediaId } from '../../app/core/ids.ts';
import type { Envelope, Message } from '../../app/core/message/message.ts';
import type { KeyStore, MasterKey } from '../../app/ports/keys.ts';
import type { Store } from '../../app/ports/store.ts';
import { openEnvironmentMaster } from '../../app/sealing/master/local.ts';
import { openSealing, type Sealing } from '../../app/sealing/open.ts';
import { openKeyStore } from '../../app/storage/open-keys.ts';
import { silentLog } from '../ports/silent-log.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';
import { sampleMessage } from '../storage/sample.ts';

export const masterText = (name: string): string => `${name}:${randomBytes(32).toString('base64')}`;

export interface SealedWorld extends AsyncDisposable {
  /** As it lies there. */
  readonly bare: TestStore;
  readonly store: Store;
  readonly sealing: Sealing;
  readonly keys: KeyStore;
  readonly keyDatabase: string;
  /** Another process, with this master key; without one it has no encryption. */
  other(master: MasterKey | undefined): Sealing;
  /** All documents of a database, as one text. */
  raw(database?: string): Promise<string>;
}

export async function openSealedWorld(
  master: MasterKey = openEnvironmentMaster(masterText('one')),
): Promise<SealedWorld> {
  const bare = await openTestStore();
  const keyDatabase = `${bare.database}_keys`;
  const keys = await openKeyStore(
    { url: bare.url, database: keyDatabase, timeoutMs: 15_000 },
    { log: silentLog },
  );
  const sealing = openSealing({ log: silentLog, with: { keys, master } });
  return {
    bare,
    keys,
    keyDatabase,
    sealing,
    store: sealing.store(bare.store),
    other: (one) => openSealing({ log: silentLog, with: one && { keys, master: one } }),
    async raw(database = bare.database) {
      const texts: string[] = [];
      for (const { name } of await bare.client.db(database).listCollections().toArray()) {
        for (const document of await bare.client.db(database).collection(name).find().toArray())
          texts.push(JSON.stringify(document, readable));
      }
      return texts.join('\n');
    },
    async [Symbol.asyncDispose]() {
      await keys[Symbol.asyncDispose]();
      await bare.client.db(keyDatabase).dropDatabase();
      await bare[Symbol.asyncDispose]();
    },
  };
}

/** Bytes as the text that they may be. */
function readable(_key: string, value: unknown): unknown {
  const binary = value as { type?: string; data?: unknown } | null;
  if (typeof value === 'string' && /^[A-Za-z0-9+/=]{40,}$/.test(value))
    return `${value} ${Buffer.from(value, 'base64').toString('latin1')}`;
  return binary?.type === 'Buffer' ? Buffer.from(binary.data as number[]).toString('latin1') : value;
}

/** Leaves a message as a deposit does: its bytes first. */
export async function leave(
  store: Store,
  mailbox: MailboxId,
  bytes: Uint8Array,
  change: Partial<Message> = {},
  envelope: Partial<Envelope> = {},
): Promise<Message> {
  const media = `sip:${randomUUID()}` as MediaId;
  const contentType = 'audio/PCMU';
  const { sha256 } = await store.media.put(media, contentType, bytes, mailbox);
  const part = { media, contentType, bytes: bytes.length, durationMs: 1000, name: 'party plans.wav', sha256 };
  const message = sampleMessage({ mailbox, ...change }, { parts: [part], ...envelope });
  await store.messages.insert(message);
  return message;
}

export async function openBox(store: Store, number: string): Promise<MailboxId> {
  const { mailbox } = await store.mailboxes.findOrCreate({
    id: randomUUID() as MailboxId,
    number: number as E164,
    origin: 'dynamic',
    classOfService: 'standard',
    created: new Date(),
  });
  return mailbox.id;
}
