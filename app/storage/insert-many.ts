import { MongoBulkWriteError, type Collection, type OptionalUnlessRequiredId } from 'mongodb';
import type { Connection } from './connection.ts';
import { isOnlyDuplicates } from './faults.ts';

/** Inserts each by itself. @returns indexes of those whose key is taken */
export function insertMany<T extends { _id: string }>(
  connection: Connection,
  operation: string,
  collection: Collection<T>,
  documents: readonly T[],
): Promise<ReadonlySet<number>> {
  return connection.run(operation, async () => {
    try {
      await collection.insertMany(documents as unknown as OptionalUnlessRequiredId<T>[], { ordered: false });
      return new Set();
    } catch (error) {
      if (!isOnlyDuplicates(error)) throw error;
      if (!(error instanceof MongoBulkWriteError)) return new Set([0]);
      const errors = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
      return new Set(errors.map(({ index }) => index));
    }
  });
}
