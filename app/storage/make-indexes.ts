import { MongoServerError, type Db, type IndexDescription } from 'mongodb';

/** IndexOptionsConflict and IndexKeySpecsConflict: an index of that name is there, and is another. */
const conflicts: ReadonlySet<unknown> = new Set([85, 86]);

/** Makes the indexes of a collection. One that an earlier version made otherwise under the same name is made anew. */
export async function makeIndexes(
  database: Db,
  name: string,
  wanted: readonly IndexDescription[],
): Promise<void> {
  const collection = database.collection(name);
  try {
    await collection.createIndexes([...wanted]);
  } catch (error) {
    if (!(error instanceof MongoServerError && conflicts.has(error.code))) throw error;
    const there = await collection.indexes();
    for (const index of wanted) {
      const old = there.find((one) => one.name === index.name);
      if (old?.name !== undefined && !sameIndex(old, index)) await collection.dropIndex(old.name);
    }
    await collection.createIndexes([...wanted]);
  }
}

export function sameIndex(a: IndexDescription, b: IndexDescription): boolean {
  return facts(a) === facts(b);
}

function facts({ key, unique, expireAfterSeconds, partialFilterExpression }: IndexDescription): string {
  const fields = key instanceof Map ? [...key] : Object.entries(key);
  return JSON.stringify([
    fields,
    unique === true,
    expireAfterSeconds ?? null,
    partialFilterExpression ?? null,
  ]);
}
