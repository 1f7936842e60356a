import type { Collection } from 'mongodb';
import type { Operator, OperatorStore } from '../ports/operators.ts';
import type { Connection } from './connection.ts';
import { isDuplicate } from './faults.ts';

interface OperatorDocument extends Omit<Operator, 'name'> {
  _id: string;
  /** Counter (RFC 6238) of the last one-time password that was used. */
  counter: number;
}

/** The collection `operators`: one document an operator. */
export class Operators implements OperatorStore {
  readonly #connection: Connection;
  readonly #operators: Collection<OperatorDocument>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#operators = connection.database.collection('operators');
  }

  async insert({ name, ...rest }: Operator): Promise<boolean> {
    return this.#connection.run('operators.insert', async () => {
      try {
        await this.#operators.insertOne({ _id: name, ...rest, counter: 0 });
        return true;
      } catch (error) {
        if (isDuplicate(error)) return false;
        throw error;
      }
    });
  }

  async get(name: string): Promise<Operator | undefined> {
    const found = await this.#connection.run('operators.get', () => this.#operators.findOne({ _id: name }));
    return found === null ? undefined : operatorOf(found);
  }

  async list(after: string | undefined, limit: number): Promise<Operator[]> {
    if (limit < 1) return [];
    const found = await this.#connection.run('operators.list', () =>
      this.#operators.find({ _id: { $gt: after ?? '' } }, { sort: { _id: 1 }, limit }).toArray(),
    );
    return found.map(operatorOf);
  }

  async change(name: string, change: Parameters<OperatorStore['change']>[1]): Promise<boolean> {
    const { matchedCount } = await this.#connection.run('operators.change', () =>
      this.#operators.updateOne(
        { _id: name },
        { $set: { ...change, ...(change.totp === undefined ? {} : { counter: 0 }) } },
      ),
    );
    return matchedCount === 1;
  }

  async rehash(name: string, from: string, to: string): Promise<void> {
    await this.#connection.run('operators.rehash', () =>
      this.#operators.updateOne({ _id: name, hash: from }, { $set: { hash: to } }),
    );
  }

  async useCounter(name: string, counter: number, at: Date): Promise<boolean> {
    const { modifiedCount } = await this.#connection.run('operators.useCounter', () =>
      this.#operators.updateOne(
        { _id: name, counter: { $lt: counter } },
        { $set: { counter, lastSignIn: at } },
      ),
    );
    return modifiedCount === 1;
  }

  async remove(name: string): Promise<boolean> {
    const { deletedCount } = await this.#connection.run('operators.remove', () =>
      this.#operators.deleteOne({ _id: name }),
    );
    return deletedCount === 1;
  }
}

function operatorOf({ _id, counter: _counter, ...rest }: OperatorDocument): Operator {
  return { name: _id, ...rest };
}
