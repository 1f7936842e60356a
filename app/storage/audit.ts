import type { Collection } from 'mongodb';
import type { MailboxId } from '../core/ids.ts';
import type { AuditEvent, AuditPlace, AuditStore } from '../ports/audit.ts';
import type { Connection } from './connection.ts';
import { isOnlyDuplicates } from './faults.ts';

const dayMs = 86_400_000;

interface AuditDocument extends Omit<AuditEvent, 'id' | 'mailbox'> {
  _id: string;
  mailbox?: string;
  /** The server removes the document then (TTL index). */
  expires: Date;
}

/** The collection `audit`. */
export class Audit implements AuditStore {
  readonly #connection: Connection;
  readonly #audit: Collection<AuditDocument>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#audit = connection.database.collection('audit');
  }

  async insert(events: readonly AuditEvent[], keepDays: number): Promise<void> {
    if (events.length === 0) return;
    const documents = events.map(({ id, ...rest }) => ({
      _id: id,
      ...rest,
      expires: new Date(rest.at.getTime() + keepDays * dayMs),
    }));
    await this.#connection.run('audit.insert', async () => {
      try {
        await this.#audit.insertMany(documents, { ordered: false });
      } catch (error) {
        if (!isOnlyDuplicates(error)) throw error;
      }
    });
  }

  async list(options: {
    readonly limit: number;
    readonly since?: Date;
    readonly mailbox?: MailboxId;
    readonly after?: AuditPlace;
  }): Promise<AuditEvent[]> {
    const { limit, since, mailbox, after } = options;
    if (limit < 1) return [];
    // An open beginning is a range too: FerretDB reads by an index only where the filter names it.
    const filter = {
      ...(mailbox === undefined ? {} : { mailbox: mailbox as string }),
      at: { $gte: since ?? new Date(0), ...(after === undefined ? {} : { $lte: after.at }) },
    };
    const skip = after?.seen ?? 0;
    const found = await this.#connection.run('audit.list', () =>
      this.#audit.find(filter, { sort: { at: -1 }, limit, ...(skip === 0 ? {} : { skip }) }).toArray(),
    );
    return found.map(({ _id, expires: _expires, mailbox: of, ...rest }) => ({
      id: _id,
      ...rest,
      ...(of === undefined ? {} : { mailbox: of as MailboxId }),
    }));
  }
}
