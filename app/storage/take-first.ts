import type { Collection, Document, Filter, UpdateFilter, WithId } from 'mongodb';

export interface Taking<T extends Document> {
  readonly now: Date;
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
  { now, update, returnDocument, filter = {} }: Taking<T>,
): Promise<WithId<T> | undefined> {
  // FerretDB uses a partial index only where the filter names its condition.
  const due = { [field]: { $exists: true, $lte: now }, ...filter } as Filter<T>;
  for (;;) {
    const first = await collection.findOne(due, {
      hint: field,
      sort: { [field]: 1 },
      projection: { _id: 1 },
    });
    if (first === null) return undefined;
    const its = { _id: first._id, [field]: { $lte: now } } as Filter<T>;
    const taken = await collection.findOneAndUpdate(its, update, { returnDocument });
    // Another was quicker.
    if (taken !== null) return taken;
  }
}
