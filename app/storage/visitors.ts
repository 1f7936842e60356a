import type { Document, Filter } from 'mongodb';
import type { E164, MailboxId, MessageId } from '../core/ids.ts';
import type { Connection } from './connection.ts';

interface Named extends Document {
  _id: string;
}

/** What is kept of a subscriber of another node in collections that are not theirs alone. */
export class Visitors {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async forgetNotices(messages: readonly MessageId[]): Promise<void> {
    if (messages.length === 0) return;
    const all = [...messages];
    await this.#connection.run('replication.forgetNotices', () =>
      this.#collection('notifications').deleteMany({ message: { $in: all } }),
    );
    await this.#connection.run('replication.forgetNotices', () =>
      this.#collection('deliveries').deleteMany(aboutMessages(all)),
    );
  }

  async owes(mailbox: MailboxId, messages: readonly MessageId[]): Promise<boolean> {
    const waits = { workAt: { $exists: true } };
    const projection = { _id: 1 };
    const found = await this.#connection.run('replication.owes', () =>
      Promise.all([
        this.#collection('deliveries').findOne({ _id: callOf(mailbox), ...waits }, { projection }),
        // Of two indexes that would do, the one of what waits has all that waits.
        this.#collection('deliveries').findOne(
          { ...aboutMessages(messages), ...waits },
          { projection, hint: 'message' },
        ),
        this.#collection('faxes').findOne({ mailbox, ...waits }, { projection, hint: 'mailbox' }),
        this.#collection('notifications').findOne({ mailbox, ...waits }, { projection, hint: 'mailbox' }),
      ]),
    );
    return found.some((one) => one !== null);
  }

  async forgetVisitor(mailbox: MailboxId, number: E164): Promise<number> {
    const keys = [`pin-strangers:${mailbox}`, `pin-offer:${mailbox}`];
    const asked = ['pin-caller', 'caller', 'over'].map((kind) => `${kind}:${number}`);
    const filters: readonly (readonly [string, Filter<Named>])[] = [
      ['deliveries', { _id: callOf(mailbox) }],
      ['notifications', { mailbox }],
      ['faxes', { mailbox }],
      ['purged', { mailbox }],
      ['attempts', beginning(`pin:${mailbox}:`)],
      ['attempts', { _id: { $in: [...keys, ...asked] } }],
      ['usage', beginning(`calls:${mailbox}:`)],
    ];
    let forgotten = 0;
    for (const [name, filter] of filters) {
      const { deletedCount } = await this.#connection.run('replication.forgetVisitor', () =>
        this.#collection(name).deleteMany(filter),
      );
      forgotten += deletedCount;
    }
    return forgotten;
  }

  #collection(name: string) {
    return this.#connection.database.collection<Named>(name);
  }
}

function aboutMessages(messages: readonly MessageId[]): Filter<Named> {
  // FerretDB uses a partial index only where the query repeats its `$exists`.
  return { message: { $exists: true, $in: [...messages] } };
}

/** The call that plays a mailbox's new messages. */
function callOf(mailbox: MailboxId): string {
  return `new:${mailbox}`;
}

function beginning(prefix: string): Filter<Named> {
  return { _id: { $gte: prefix, $lt: `${prefix}\u{ffff}` } };
}
