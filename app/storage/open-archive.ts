import { archiveKeyForm, type Archive } from '../ports/archive.ts';
import { Fault } from '../core/errors.ts';
import { Bucket } from './bucket.ts';
import { Connection, type ConnectionDeps, type ConnectionOptions } from './connection.ts';

const contentType = 'application/xml';
const indexes = {
  'archive.chunks': [{ name: 'files_id', key: { files_id: 1, n: 1 }, unique: true }],
};

/**
 * The GridFS bucket `archive` of a database of its own, usually on another server. It does not wait for the server.
 * @throws Fault `config-invalid` if the address cannot be understood.
 */
export async function openStoreArchive(options: ConnectionOptions, deps: ConnectionDeps): Promise<Archive> {
  const connection = new Connection({ ...options, indexes }, deps);
  const bucket = new Bucket(connection, 'archive', 'archive');
  return {
    name: `database ${options.database}`,
    put: (key, bytes) =>
      asArchive(async () => {
        await bucket.put(checked(key), contentType, bytes);
      }),
    get: (key, mostBytes) =>
      asArchive(async () => {
        const found = await bucket.get(checked(key), mostBytes);
        // Not all of it is none of it.
        return found === 'incomplete' ? undefined : found?.bytes;
      }),
    delete: (key) => asArchive(async () => bucket.delete([checked(key)])),
    ping: () =>
      asArchive(async () => {
        await connection.run('archive.ping', () => connection.database.command({ ping: 1 }));
      }),
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}

function checked(key: string): string {
  if (!archiveKeyForm.test(key))
    throw new Fault('archive-failed', 'Archive: that is no key', { temporary: false });
  return key;
}

/** What is the store's own fault elsewhere is the archive's here. */
async function asArchive<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Fault) || error.code.startsWith('archive-')) throw error;
    const { temporary, message } = error;
    throw new Fault(temporary ? 'archive-unavailable' : 'archive-failed', message, {
      temporary,
      cause: error,
    });
  }
}
