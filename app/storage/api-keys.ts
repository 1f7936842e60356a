import type { Collection } from 'mongodb';
import type { ApiKey, ApiKeyStore } from '../ports/api-keys.ts';
import type { Connection } from './connection.ts';
import { isDuplicate } from './faults.ts';

type ApiKeyDocument = Omit<ApiKey, 'id'> & { _id: string };

/** The collection `keys`: one document a key of a program. */
export class ApiKeys implements ApiKeyStore {
  readonly #connection: Connection;
  readonly #keys: Collection<ApiKeyDocument>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#keys = connection.database.collection('keys');
  }

  async insert({ id, ...rest }: ApiKey): Promise<boolean> {
    return this.#connection.run('keys.insert', async () => {
      try {
        await this.#keys.insertOne({ _id: id, ...rest });
        return true;
      } catch (error) {
        if (isDuplicate(error)) return false;
        throw error;
      }
    });
  }

  async renew({ id, name, by, hash }: ApiKey): Promise<boolean> {
    const unused = { lastUsed: { $exists: false }, revoked: { $exists: false } };
    const { matchedCount } = await this.#connection.run('keys.renew', () =>
      this.#keys.updateOne({ _id: id, name, by, ...unused }, { $set: { hash } }),
    );
    return matchedCount === 1;
  }

  async get(id: string): Promise<ApiKey | undefined> {
    const found = await this.#connection.run('keys.get', () => this.#keys.findOne({ _id: id }));
    return found === null ? undefined : keyOf(found);
  }

  async list(after: string | undefined, limit: number): Promise<ApiKey[]> {
    if (limit < 1) return [];
    const found = await this.#connection.run('keys.list', () =>
      this.#keys.find({ _id: { $gt: after ?? '' } }, { sort: { _id: 1 }, limit }).toArray(),
    );
    return found.map(keyOf);
  }

  async revoke(id: string, at: Date): Promise<ApiKey | undefined> {
    await this.#connection.run('keys.revoke', () =>
      this.#keys.updateOne({ _id: id, revoked: { $exists: false } }, { $set: { revoked: at } }),
    );
    return this.get(id);
  }

  async used(id: string, at: Date): Promise<void> {
    await this.#connection.run('keys.used', () =>
      this.#keys.updateOne({ _id: id }, { $max: { lastUsed: at } }),
    );
  }
}

function keyOf({ _id, ...rest }: ApiKeyDocument): ApiKey {
  return { id: _id, ...rest };
}
