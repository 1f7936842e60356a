import type { Collection, Document } from 'mongodb';
import type { MailboxId } from '../core/ids.ts';
import type { Credential, CredentialStore, OneTimeCode } from '../ports/credentials.ts';
import type { Connection } from './connection.ts';
import { isDuplicate } from './faults.ts';

interface CredentialDocument {
  /** The mailbox. */
  _id: string;
  hash?: string;
  history?: string[];
  set?: Date;
  mustChange?: boolean;
  code?: OneTimeCode;
}

/** A hash begins with `$`, which a pipeline would take for the name of a field. */
const plain = (hash: string) => ({ $literal: hash });

/** The collection `credentials`: one document a mailbox. */
export class Credentials implements CredentialStore {
  readonly #connection: Connection;
  readonly #credentials: Collection<CredentialDocument>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#credentials = connection.database.collection('credentials');
  }

  async get(mailbox: MailboxId): Promise<Credential | undefined> {
    const found = await this.#connection.run('credentials.get', () =>
      this.#credentials.findOne({ _id: mailbox }, { projection: { code: 0 } }),
    );
    if (found === null) return undefined;
    const { hash, history, set, mustChange } = found;
    return {
      mailbox,
      ...(hash === undefined ? {} : { hash }),
      history: history ?? [],
      ...(set === undefined ? {} : { set }),
      mustChange: mustChange ?? false,
    };
  }

  async setPin(pin: Parameters<CredentialStore['setPin']>[0]): Promise<void> {
    const { mailbox, hash, set, mustChange, keep } = pin;
    const history = { $slice: [{ $concatArrays: [[plain(hash)], { $ifNull: ['$history', []] }] }, keep] };
    await this.#upsert('credentials.setPin', mailbox, [
      { $set: { hash: plain(hash), history, set, mustChange } },
      { $unset: 'code' },
    ]);
  }

  async rehash(mailbox: MailboxId, from: string, to: string): Promise<void> {
    const renewed = { $cond: [{ $eq: ['$$this', plain(from)] }, plain(to), '$$this'] };
    const history = { $map: { input: { $ifNull: ['$history', []] }, in: renewed } };
    await this.#connection.run('credentials.rehash', () =>
      this.#credentials.updateOne({ _id: mailbox, hash: from }, [{ $set: { hash: plain(to), history } }]),
    );
  }

  async putCode(mailbox: MailboxId, code: OneTimeCode): Promise<void> {
    await this.#upsert('credentials.putCode', mailbox, { $set: { code } });
  }

  async takeCodeTry(mailbox: MailboxId, now: Date): Promise<string | undefined> {
    const before = await this.#connection.run('credentials.takeCodeTry', () =>
      this.#credentials.findOneAndUpdate(
        { _id: mailbox, 'code.expires': { $gt: now }, 'code.tries': { $gt: 0 } },
        { $inc: { 'code.tries': -1 } },
        { returnDocument: 'before' },
      ),
    );
    return before?.code?.hash;
  }

  async useCode(mailbox: MailboxId, hash: string): Promise<boolean> {
    const { modifiedCount } = await this.#connection.run('credentials.useCode', () =>
      this.#credentials.updateOne({ _id: mailbox, 'code.hash': hash }, { $unset: { code: '' } }),
    );
    return modifiedCount === 1;
  }

  async remove(mailbox: MailboxId): Promise<void> {
    await this.#connection.run('credentials.remove', () => this.#credentials.deleteOne({ _id: mailbox }));
  }

  async #upsert(operation: string, mailbox: MailboxId, update: Document | Document[]): Promise<void> {
    const upsert = () => this.#credentials.updateOne({ _id: mailbox }, update, { upsert: true });
    await this.#connection.run(operation, () =>
      upsert().catch((error: unknown) => {
        if (isDuplicate(error)) return upsert();
        throw error;
      }),
    );
  }
}
