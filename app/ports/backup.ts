/** A whole copy of the store, taken while it is in use, and its way back. */

/** One collection and what it is kept by. */
export interface BackupCollection {
  readonly name: string;
  /** How many documents it has, by its own count. */
  readonly documents: number;
  /** Its indexes as the server tells them. */
  readonly indexes: readonly Readonly<Record<string, unknown>>[];
}

export interface BackupStore extends AsyncDisposable {
  /**
   * What is to be copied, in this order: what names others before what is named, so that in a copy taken while messages
   * arrive no message lacks its media.
   * @throws Fault if the store does not answer, as all here
   */
  collections(): Promise<readonly BackupCollection[]>;
  /** Its documents as BSON (bsonspec.org), some at a time, in the order of their ids. */
  read(collection: string): AsyncIterable<readonly Uint8Array[]>;
  /** Puts documents in place of those with the same ids. */
  write(collection: string, documents: readonly Uint8Array[]): Promise<void>;
}
