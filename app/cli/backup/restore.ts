import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { MailboxId } from '../../core/ids.ts';
import { openBackup } from '../../storage/open-backup.ts';
import type { OfficeRun } from '../command.ts';
import { Failure } from '../failure.ts';
import type { Office } from '../office/office.ts';
import { openProgress } from '../output/progress.ts';
import { readManifest, type Manifest } from './manifest.ts';

/** Longest wait for one answer of the store, in milliseconds. */
const patience = 60_000;
/** Written at once, in bytes and in documents. */
const blockBytes = 8 * 1024 * 1024;
const blockDocuments = 500;
/** No document is larger (BSON's own limit is 16 MiB). */
const mostBytes = 48 * 1024 * 1024;

/** Refuses a store that has mailboxes of its own, and a backup that is damaged, before anything is written. */
export async function restore(
  { office, out, terminal }: OfficeRun,
  { check, again }: { readonly check?: boolean; readonly again?: boolean },
  name: string,
): Promise<void> {
  const folder = resolve(name);
  const manifest = await readManifest(folder);
  await compare(folder, manifest);
  const total = Object.values(manifest.collections).reduce((sum, { documents }) => sum + documents, 0);
  if (check === true) {
    if (out.json) await out.document({ folder, documents: total, whole: true });
    return out.line(`${folder} is whole: ${total} documents of ${manifest.begun}`);
  }
  await using target = openBackup({ ...office.config.store, timeoutMs: patience });
  if (again !== true) await refuseOthers(office);
  const progress = openProgress(terminal.stderr, total);
  let done = 0;
  try {
    for (const collection of Object.keys(manifest.collections)) {
      for await (const documents of documentsOf(join(folder, `${collection}.bson`))) {
        terminal.signal.throwIfAborted();
        await target.write(collection, documents);
        done += documents.length;
        progress.step(done, collection);
      }
    }
  } finally {
    progress.end();
  }
  const mailboxes = await countAnew(office);
  await office.note('restored', undefined, `${done} documents of ${manifest.begun}`);
  if (out.json) await out.document({ folder, documents: done, mailboxes });
  await out.line(`${done} documents of ${manifest.begun} are in the store; ${mailboxes} mailboxes counted`);
}

/** Every file has the bytes that were written. */
async function compare(folder: string, { collections }: Manifest): Promise<void> {
  for (const [name, { sha256 }] of Object.entries(collections)) {
    const file = join(folder, `${name}.bson`);
    const hash = createHash('sha256');
    try {
      for await (const block of createReadStream(file)) hash.update(block as Buffer);
    } catch (error) {
      throw new Failure('failed', `${file} cannot be read: ${(error as Error).message}`);
    }
    if (hash.digest('hex') !== sha256)
      throw new Failure('failed', `${file} is damaged: it is not what was written`);
  }
}

/** Nothing of another store is written over. */
async function refuseOthers({ store }: Office): Promise<void> {
  const [one] = await store.mailboxes.list(undefined, 1);
  if (one !== undefined)
    throw new Failure(
      'refused',
      'the store has mailboxes: restore into an empty database (store.database), or go on with --again',
    );
}

/** A document begins with its length (bsonspec.org). */
async function* documentsOf(file: string): AsyncGenerator<Uint8Array[]> {
  const handle = await open(file, 'r');
  try {
    let documents: Uint8Array[] = [];
    let bytes = 0;
    const head = Buffer.alloc(4);
    for (let at = 0; (await handle.read(head, 0, 4, at)).bytesRead === 4;) {
      const length = head.readInt32LE(0);
      if (length < 5 || length > mostBytes) throw new Failure('failed', `${file} is damaged at byte ${at}`);
      const document = Buffer.alloc(length);
      const { bytesRead } = await handle.read(document, 0, length, at);
      if (bytesRead < length) throw new Failure('failed', `${file} ends in the middle of a document`);
      documents.push(document);
      bytes += length;
      at += length;
      if (bytes < blockBytes && documents.length < blockDocuments) continue;
      yield documents;
      documents = [];
      bytes = 0;
    }
    if (documents.length > 0) yield documents;
  } finally {
    await handle.close();
  }
}

/** Counters are as old as their mailbox, which was copied before its messages. */
async function countAnew({ store }: Office): Promise<number> {
  let counted = 0;
  for (let after: MailboxId | undefined; ;) {
    const some = await store.mailboxes.withMessages(after, 100);
    for (const { id } of some) await store.mailboxes.recount(id);
    counted += some.length;
    after = some.at(-1)?.id;
    if (some.length < 100) return counted;
  }
}
