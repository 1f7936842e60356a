import type { Collection, Document, Filter, UpdateFilter, WithId } from 'mongodb';
import type { Deadline } from './connection.ts';

export interface Taking<T extends Document> {
  readonly now: Date;
  /** Of the operation: whoever asked has been told that it failed then, and nothing is taken that nobody works on. */
  readonly deadline: Deadline;
  readonly update: UpdateFilter<T> | Document[];
  readonly returnDocument: 'before' | 'after';
  /** Which of those that are due. */
  readonly filter?: Filter<T>;
}

/**
 * Takes the first of what is due by `field`, which has a partial index. Looks first: an update that is to find its document by the order of
 * an index reads all of that in FerretDB, so that each would take the longer the more there are.
 */
export async function takeFirst<T extends Document>(
  collection: Collection<T>,
  field: 'workAt' | 'sweepAt',
  { now, deadline, update, returnDocument, filter = {} }: Taking<T>,
): Promise<WithId<T> | undefined> {
  // FerretDB uses a partial index only where the filter names its condition.
  const due = { [field]: { $exists: true, $lte: now }, ...filter } as Filter<T>;
  while (!deadline.over) {
    const first = await collection.findOne(due, {
      hint: field,
      sort: { [field]: 1 },
      projection: { _id: 1 },
    });
    if (first === null || deadline.over) return undefined;
    const its = { _id: first._id, [field]: { $lte: now } } as Filter<T>;
    const taken = await collection.findOneAndUpdate(its, update, { returnDocument });
    // Another was quicker.
    if (taken !== null) return taken;
  }
  return undefined;
}

/** When the first of all is due, in the order of the index. */
export async function nextDue<T extends Document>(
  collection: Collection<T>,
  field: 'workAt' | 'sweepAt',
  filter: Filter<T> = {},
): Promise<Date | undefined> {
  const all = { [field]: { $exists: true }, ...filter } as Filter<T>;
  const found = await collection.findOne(all, {
    hint: field,
    sort: { [field]: 1 },
    projection: { _id: 0, [field]: 1 },
  });
  return found?.[field] as Date | undefined;
}
