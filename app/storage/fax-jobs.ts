import type { Collection, Document } from 'mongodb';
import type { FaxJobId, MailboxId } from '../core/ids.ts';
import type { FaxEnd } from '../core/notification/fax-texts.ts';
import type { FaxDocument, FaxJob, FaxJobStore } from '../ports/fax-jobs.ts';
import type { Connection } from './connection.ts';
import { isDuplicate } from './faults.ts';
import { nextDue, takeFirst } from './take-first.ts';

interface FaxJobDocument extends Omit<FaxJob, 'id'> {
  _id: string;
  /** When a worker may take it: its due time, or the end of the lease of the one that has it. Absent when all is done. */
  workAt?: Date;
}

/** The collection `faxes`. */
export class FaxJobs implements FaxJobStore {
  readonly #connection: Connection;
  readonly #faxes: Collection<FaxJobDocument>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#faxes = connection.database.collection('faxes');
  }

  async add({ id, ...rest }: FaxJob): Promise<'added' | 'known'> {
    return this.#connection.run('faxes.add', async () => {
      try {
        await this.#faxes.insertOne({ _id: id, ...rest, workAt: rest.due });
        return 'added';
      } catch (error) {
        if (isDuplicate(error)) return 'known';
        throw error;
      }
    });
  }

  async get(id: FaxJobId): Promise<FaxJob | undefined> {
    const found = await this.#connection.run('faxes.get', () => this.#faxes.findOne({ _id: id }));
    return found === null ? undefined : fromDocument(found);
  }

  async list(mailbox: MailboxId, limit: number): Promise<FaxJob[]> {
    if (limit < 1) return [];
    const found = await this.#connection.run('faxes.list', () =>
      this.#faxes.find({ mailbox }, { sort: { created: -1 }, limit }).toArray(),
    );
    return found.map(fromDocument);
  }

  async takeDue(now: Date, leaseMs: number, except: readonly FaxJobId[] = []): Promise<FaxJob | undefined> {
    const taken = await this.#connection.run('faxes.takeDue', (deadline) =>
      takeFirst(this.#faxes, 'workAt', {
        now,
        deadline,
        update: lease(new Date(now.getTime() + leaseMs)),
        returnDocument: 'after',
        filter: but(except),
      }),
    );
    return taken && fromDocument(taken);
  }

  async extend(id: FaxJobId, now: Date, leaseMs: number): Promise<void> {
    await this.#set('extend', id, { workAt: new Date(now.getTime() + leaseMs) });
  }

  async prepared(id: FaxJobId, document: FaxDocument): Promise<void> {
    await this.#set('prepared', id, { document });
  }

  async again(id: FaxJobId, due: Date, why: string, counts: boolean): Promise<void> {
    await this.#connection.run('faxes.again', () =>
      this.#faxes.updateOne(
        { _id: id, status: 'calling' },
        {
          $set: { status: 'pending', due, workAt: due, lastError: why },
          ...(counts ? {} : { $inc: { tries: -1 } }),
        },
      ),
    );
  }

  async over(id: FaxJobId, end: FaxEnd, why?: string): Promise<void> {
    const fields = { status: 'over', end, ...(why === undefined ? {} : { lastError: why }) } as const;
    await this.#connection.run('faxes.over', () =>
      this.#faxes.updateOne({ _id: id, status: { $ne: 'over' } }, { $set: fields }),
    );
  }

  async told(id: FaxJobId): Promise<void> {
    await this.#connection.run('faxes.told', () =>
      this.#faxes.updateOne({ _id: id, status: 'over' }, { $unset: { workAt: '' } }),
    );
  }

  async nextDue(except: readonly FaxJobId[] = []): Promise<Date | undefined> {
    return this.#connection.run('faxes.nextDue', () => nextDue(this.#faxes, 'workAt', but(except)));
  }

  async #set(what: string, id: FaxJobId, fields: Partial<FaxJobDocument>): Promise<void> {
    await this.#connection.run(`faxes.${what}`, () =>
      this.#faxes.updateOne({ _id: id, status: 'calling' }, { $set: fields }),
    );
  }
}

function fromDocument({ _id, workAt: _workAt, ...rest }: FaxJobDocument): FaxJob {
  return { id: _id as FaxJobId, ...rest };
}

function but(except: readonly FaxJobId[]) {
  return except.length === 0 ? {} : { _id: { $nin: [...except] as string[] } };
}

/** One that is over is taken to be told of, and stays so. */
function lease(workAt: Date): Document[] {
  const isOver = { $eq: ['$status', 'over'] };
  return [
    {
      $set: {
        workAt,
        status: { $cond: [isOver, 'over', 'calling'] },
        tries: { $cond: [isOver, '$tries', { $add: ['$tries', 1] }] },
      },
    },
  ];
}
