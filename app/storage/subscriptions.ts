import type { Collection } from 'mongodb';
import type { Subscription, SubscriptionStore } from '../ports/subscriptions.ts';
import type { Connection } from './connection.ts';
import { isDuplicate } from './faults.ts';

interface SubscriptionDocument {
  /** The dialog. */
  _id: string;
  number: string;
  account: string;
  /** An hour later the server removes the document, should no node see to it (TTL index). */
  expires: Date;
}

/** Most phones of a mailbox that are told. */
const mostPhones = 50;

/** The collection `subscriptions`: one document a dialog. */
export class Subscriptions implements SubscriptionStore {
  readonly #connection: Connection;
  readonly #subscriptions: Collection<SubscriptionDocument>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#subscriptions = connection.database.collection('subscriptions');
  }

  async keep({ dialog, ...fields }: Subscription): Promise<void> {
    await this.#connection.run('subscriptions.keep', async () => {
      try {
        await this.#subscriptions.insertOne({ _id: dialog, ...fields });
      } catch (error) {
        if (!isDuplicate(error)) throw error;
        await this.#subscriptions.updateOne({ _id: dialog }, { $set: fields });
      }
    });
  }

  async extend(dialog: string, expires: Date): Promise<Subscription | undefined> {
    const found = await this.#connection.run('subscriptions.extend', () =>
      this.#subscriptions.findOneAndUpdate(
        { _id: dialog },
        { $set: { expires } },
        { returnDocument: 'after' },
      ),
    );
    return found ? fromDocument(found) : undefined;
  }

  async of(number: string, now: Date): Promise<Subscription[]> {
    const found = await this.#connection.run('subscriptions.of', () =>
      this.#subscriptions
        .find({ number, expires: { $gt: now } })
        .limit(mostPhones)
        .toArray(),
    );
    return found.map(fromDocument);
  }

  async forget(dialog: string): Promise<Subscription | undefined> {
    const found = await this.#connection.run('subscriptions.forget', () =>
      this.#subscriptions.findOneAndDelete({ _id: dialog }),
    );
    return found ? fromDocument(found) : undefined;
  }

  async takeExpired(now: Date): Promise<Subscription | undefined> {
    const found = await this.#connection.run('subscriptions.takeExpired', () =>
      this.#subscriptions.findOneAndDelete({ expires: { $lte: now } }),
    );
    return found ? fromDocument(found) : undefined;
  }
}

function fromDocument({ _id, ...fields }: SubscriptionDocument): Subscription {
  return { dialog: _id, ...fields };
}
