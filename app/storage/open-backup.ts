/** Copies of the whole store, over its own protocol: the same for MongoDB and FerretDB. */
import { BSON, type Document } from 'mongodb';
import type { BackupStore } from '../ports/backup.ts';
import type { ConnectionOptions } from './connection.ts';
import { openOutside } from './outside.ts';

/** What only running controllers need, and what they make again. */
const leftOut = /^(agenda.*|controllers|system\..*)$/;
/** What messages name comes after them. */
const last = ['media', 'audio.files', 'audio.chunks'];
/** Documents a question; of media fewer, since they are large. */
const atOnce = 200;
const mediaAtOnce = 20;
/** Types that JavaScript has no equal of stay as they are. */
const exactly = { promoteValues: false, promoteBuffers: false, promoteLongs: false, bsonRegExp: true };

export function openBackup(options: ConnectionOptions): BackupStore {
  const outside = openOutside(options, { appName: 'answerback backup', maxPoolSize: 4 });
  const { db, ask } = outside;
  return {
    collections: () =>
      ask('collections', async () => {
        const found = await db.listCollections({ type: 'collection' }, { nameOnly: true }).toArray();
        const names = found.map(({ name }) => name).filter((name) => !leftOut.test(name));
        const ordered = names.toSorted((a, b) => last.indexOf(a) - last.indexOf(b) || a.localeCompare(b));
        return Promise.all(
          ordered.map(async (name) => ({
            name,
            documents: await db.collection(name).countDocuments(),
            indexes: await db.collection(name).indexes(),
          })),
        );
      }),
    async *read(name) {
      const limit = last.includes(name) ? mediaAtOnce : atOnce;
      const collection = db.collection(name);
      let after: Document = {};
      for (;;) {
        const found = await ask(`read ${name}`, () =>
          collection.find(after, { raw: true, sort: { _id: 1 }, limit }).toArray(),
        );
        const documents = found as unknown as readonly Uint8Array[];
        const end = documents.at(-1);
        if (end === undefined) return;
        yield documents;
        after = { _id: { $gt: BSON.deserialize(end, exactly)['_id'] } };
      }
    },
    write: (name, documents) =>
      ask(`write ${name}`, async () => {
        const puts = documents.map((one) => {
          const replacement = BSON.deserialize(one, exactly);
          return { replaceOne: { filter: { _id: replacement['_id'] }, replacement, upsert: true } };
        });
        if (puts.length > 0) await db.collection(name).bulkWrite(puts, { ordered: false });
      }),
    [Symbol.asyncDispose]: () => outside[Symbol.asyncDispose](),
  };
}
