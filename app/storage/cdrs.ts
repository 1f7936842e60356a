import type { Collection } from 'mongodb';
import type { Cdr } from '../core/account/cdr.ts';
import type { NumberedCdr } from '../core/account/summary.ts';
import type { CdrId } from '../core/ids.ts';
import type { CdrStore } from '../ports/store.ts';
import type { Connection } from './connection.ts';
import { isOnlyDuplicates } from './faults.ts';

export interface CdrDocument extends Omit<NumberedCdr, 'id' | 'seq' | 'class'> {
  _id: string;
  /** When it was written, until it has a number. */
  unnumbered?: Date;
  seq?: number;
  class?: string;
  /** It was priced anew: its day was summed up with it before it got this number. */
  counted?: true;
}

/** The collection `cdrs`. */
export class Cdrs implements CdrStore {
  readonly #connection: Connection;
  readonly #cdrs: Collection<CdrDocument>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#cdrs = connection.database.collection('cdrs');
  }

  async insert(cdrs: readonly Cdr[]): Promise<void> {
    if (cdrs.length === 0) return;
    const unnumbered = this.#connection.now();
    const documents = cdrs.map(({ id, ...rest }) => ({ _id: id as string, ...rest, unnumbered }));
    await this.#connection.run('cdrs.insert', async () => {
      try {
        await this.#cdrs.insertMany(documents, { ordered: false });
      } catch (error) {
        if (!isOnlyDuplicates(error)) throw error;
      }
    });
  }

  /** Newest first, by start. */
  async list(options: { readonly limit: number; readonly since?: Date }): Promise<Cdr[]> {
    const { limit, since } = options;
    if (limit < 1) return [];
    // An open beginning is a range too: FerretDB reads by an index only where the filter names it.
    const filter = { start: { $gte: since ?? new Date(0) } };
    const found = await this.#connection.run('cdrs.list', () =>
      this.#cdrs.find(filter, { sort: { start: -1 }, limit }).toArray(),
    );
    return found.map(({ _id, unnumbered: _u, seq: _s, class: _c, counted: _n, ...rest }) => ({
      id: _id as CdrId,
      ...rest,
    }));
  }
}

export function numbered(document: CdrDocument): NumberedCdr {
  const { _id, unnumbered: _unnumbered, ...rest } = document;
  return { id: _id as CdrId, seq: 0, class: '', ...rest };
}
