/** A way into the store from outside the controller: makes no index, and waits for no other. */
import { MongoClient, type Db } from 'mongodb';
import type { ConnectionOptions } from './connection.ts';
import { toFault } from './faults.ts';

export interface Outside extends AsyncDisposable {
  readonly db: Db;
  /** What goes wrong becomes a `Fault`. @param what names the operation in it */
  readonly ask: <T>(what: string, work: () => Promise<T>) => Promise<T>;
}

/** Does not wait for the server. @param as what the server's own lists call it */
export function openOutside(
  { url, database, timeoutMs }: ConnectionOptions,
  as: { readonly appName: string; readonly maxPoolSize: number },
): Outside {
  const client = new MongoClient(url, {
    ...as,
    serverSelectionTimeoutMS: timeoutMs,
    connectTimeoutMS: timeoutMs,
    socketTimeoutMS: timeoutMs,
  });
  return {
    db: client.db(database),
    async ask(what, work) {
      try {
        return await work();
      } catch (error) {
        throw toFault(what, error);
      }
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}
