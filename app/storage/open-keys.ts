import type { Collection } from 'mongodb';
import type { MailboxId } from '../core/ids.ts';
import type { KeyStore, WrappedKey } from '../ports/keys.ts';
import { Connection, type ConnectionDeps, type ConnectionOptions } from './connection.ts';
import { isDuplicate } from './faults.ts';

interface KeyDocument extends Omit<WrappedKey, 'id' | 'mailbox'> {
  _id: string;
  mailbox: string;
}

export const keyIndexes = {
  keys: [
    { name: 'mailbox', key: { mailbox: 1 }, unique: true },
    { name: 'master', key: { master: 1, _id: 1 } },
  ],
};

/**
 * The collection `keys` of a database of its own. It does not wait for the server.
 * @throws Fault `config-invalid` if the address cannot be understood.
 */
export async function openKeyStore(options: ConnectionOptions, deps: ConnectionDeps): Promise<KeyStore> {
  return new Keys(new Connection({ ...options, indexes: keyIndexes }, deps));
}

class Keys implements KeyStore {
  readonly #connection: Connection;
  readonly #keys: Collection<KeyDocument>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#keys = connection.database.collection('keys');
  }

  async get(id: string): Promise<WrappedKey | undefined> {
    return fromDocument(await this.#connection.run('keys.get', () => this.#keys.findOne({ _id: id })));
  }

  async of(mailbox: MailboxId): Promise<WrappedKey | undefined> {
    return fromDocument(await this.#connection.run('keys.of', () => this.#keys.findOne({ mailbox })));
  }

  async add(key: WrappedKey): Promise<WrappedKey> {
    const { id, ...rest } = key;
    return this.#connection.run('keys.add', async () => {
      for (;;) {
        try {
          await this.#keys.insertOne({ _id: id, ...rest });
          return key;
        } catch (error) {
          if (!isDuplicate(error)) throw error;
          const first = fromDocument(await this.#keys.findOne({ mailbox: key.mailbox }));
          if (first !== undefined) return first;
        }
      }
    });
  }

  async erase(mailbox: MailboxId): Promise<boolean> {
    const { deletedCount } = await this.#connection.run('keys.erase', () =>
      this.#keys.deleteMany({ mailbox }),
    );
    return deletedCount > 0;
  }

  async masters(): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>();
    for (let last = ''; ;) {
      const next = await this.#connection.run('keys.masters', () =>
        this.#keys.findOne(
          { master: { $gt: last } },
          { sort: { master: 1 }, projection: { _id: 0, master: 1 } },
        ),
      );
      if (next === null) return found;
      last = next.master;
      const count = await this.#connection.run('keys.masters', () =>
        this.#keys.countDocuments({ master: last }),
      );
      found.set(last, count);
    }
  }

  async wrappedBy(master: string, after: string | undefined, limit: number): Promise<readonly WrappedKey[]> {
    const found = await this.#connection.run('keys.wrappedBy', () =>
      this.#keys
        .find({ master, _id: { $gt: after ?? '' } }, { sort: { _id: 1 }, limit, batchSize: limit + 1 })
        .toArray(),
    );
    return found.map((document) => fromDocument(document));
  }

  async rewrap({ id, wrapped }: WrappedKey, by: Pick<WrappedKey, 'master' | 'wrapped'>): Promise<boolean> {
    const { matchedCount } = await this.#connection.run('keys.rewrap', () =>
      this.#keys.updateOne({ _id: id, wrapped }, { $set: { master: by.master, wrapped: by.wrapped } }),
    );
    return matchedCount > 0;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#connection[Symbol.asyncDispose]();
  }
}

function fromDocument(document: KeyDocument): WrappedKey;
function fromDocument(document: KeyDocument | null): WrappedKey | undefined;
function fromDocument(document: KeyDocument | null): WrappedKey | undefined {
  if (document === null) return undefined;
  const { _id, mailbox, ...rest } = document;
  return { id: _id, mailbox: mailbox as MailboxId, ...rest };
}
