import type { Collection } from 'mongodb';
import type { Session, SessionHolder, SessionsOf, SessionStore } from '../ports/sessions.ts';
import type { Connection } from './connection.ts';

interface SessionDocument extends Omit<Session, 'id'> {
  _id: string;
  /** Whose sessions end together: `mailbox:<id>` or `operator:<name>`. */
  of: string;
}

/** The collection `sessions`: one document a session. */
export class Sessions implements SessionStore {
  readonly #connection: Connection;
  readonly #sessions: Collection<SessionDocument>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#sessions = connection.database.collection('sessions');
  }

  async insert({ id, ...rest }: Session): Promise<void> {
    const document = { _id: id, of: keyOfHolder(rest.holder), ...rest };
    await this.#connection.run('sessions.insert', () => this.#sessions.insertOne(document));
  }

  async get(id: string): Promise<Session | undefined> {
    const found = await this.#connection.run('sessions.get', () => this.#sessions.findOne({ _id: id }));
    if (found === null) return undefined;
    const { _id, of: _of, ...rest } = found;
    return { id: _id, ...rest };
  }

  async touch(id: string, lastSeen: Date, expires: Date): Promise<void> {
    await this.#connection.run('sessions.touch', () =>
      // Of two at once the later stays.
      this.#sessions.updateOne({ _id: id }, { $max: { lastSeen, expires } }),
    );
  }

  async remove(id: string): Promise<boolean> {
    const { deletedCount } = await this.#connection.run('sessions.remove', () =>
      this.#sessions.deleteOne({ _id: id }),
    );
    return deletedCount === 1;
  }

  async removeAll(of: SessionsOf, except?: string): Promise<number> {
    const others = except === undefined ? {} : { _id: { $ne: except } };
    return this.#connection.run('sessions.removeAll', async () => {
      const { deletedCount } = await this.#sessions.deleteMany({ of: keyOf(of), ...others });
      if (except !== undefined)
        await this.#sessions.updateOne({ _id: except }, { $unset: { mustChangePin: '' } });
      return deletedCount;
    });
  }
}

function keyOfHolder(holder: SessionHolder): string {
  return keyOf(holder.kind === 'operator' ? { operator: holder.name } : holder);
}

function keyOf(of: SessionsOf): string {
  return 'operator' in of ? `operator:${of.operator}` : `mailbox:${of.mailbox}`;
}
