import type { Collection } from 'mongodb';
import type { LinkStore, NoticeLink } from '../ports/links.ts';
import type { Connection } from './connection.ts';

type LinkDocument = Omit<NoticeLink, 'id'> & { _id: string };

/** The collection `links`: one document a link in a notice. */
export class Links implements LinkStore {
  readonly #connection: Connection;
  readonly #links: Collection<LinkDocument>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#links = connection.database.collection('links');
  }

  async insert({ id, ...rest }: NoticeLink): Promise<void> {
    await this.#connection.run('links.insert', () => this.#links.insertOne({ _id: id, ...rest }));
  }

  async get(id: string): Promise<NoticeLink | undefined> {
    const found = await this.#connection.run('links.get', () => this.#links.findOne({ _id: id }));
    if (found === null) return undefined;
    const { _id, ...rest } = found;
    return { id: _id, ...rest };
  }
}
