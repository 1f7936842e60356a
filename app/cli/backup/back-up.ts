import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { BackupCollection, BackupStore } from '../../ports/backup.ts';
import { openBackup } from '../../storage/open-backup.ts';
import type { OfficeRun } from '../command.ts';
import { Failure } from '../failure.ts';
import { openProgress, type Progress } from '../output/progress.ts';
import { manifestName, type CollectionManifest, type Manifest } from './manifest.ts';

/** Longest wait for one answer of the store, in milliseconds. */
const patience = 60_000;

/** Writes beside the folder and puts it in its place once it is whole: a folder of this name is a whole backup. */
export async function backUp(
  { office, out, terminal }: OfficeRun,
  _options: object,
  name: string,
): Promise<void> {
  const folder = resolve(name);
  const there = await readdir(folder).catch(() => []);
  if (there.length > 0) throw new Failure('usage', `${folder} is not empty`);
  const partial = join(dirname(folder), `.${process.pid}.backup.partial`);
  await using source = openBackup({ ...office.config.store, timeoutMs: patience });
  const begun = new Date().toISOString();
  const collections = await source.collections();
  const total = collections.reduce((sum, { documents }) => sum + documents, 0);
  const progress = openProgress(terminal.stderr, total);
  try {
    await mkdir(partial, { recursive: true, mode: 0o700 });
    const copied: [string, CollectionManifest][] = [];
    let done = 0;
    for (const collection of collections) {
      const step = (documents: number) => progress.step(done + documents, collection.name);
      const one = await copy(source, collection, partial, { step, signal: terminal.signal });
      done += one.documents;
      copied.push([collection.name, one]);
    }
    const ended = new Date().toISOString();
    const manifest: Manifest = {
      format: 'answerback-backup-1',
      begun,
      ended,
      collections: Object.fromEntries(copied),
    };
    await writeFile(join(partial, manifestName), `${JSON.stringify(manifest, undefined, 2)}\n`, {
      mode: 0o600,
    });
    await rm(folder, { recursive: true, force: true });
    await rename(partial, folder);
    progress.end();
    const bytes = copied.reduce((sum, [, one]) => sum + one.bytes, 0);
    await office.note('backed-up', undefined, `${done} documents`);
    if (out.json) await out.document({ folder, documents: done, bytes, begun, ended });
    await out.line(`${done} documents, ${(bytes / 1e6).toFixed(1)} MB in ${folder}`);
  } catch (error) {
    progress.end();
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

async function copy(
  source: BackupStore,
  { name, indexes }: BackupCollection,
  folder: string,
  { step, signal }: { readonly step: Step; readonly signal: AbortSignal },
): Promise<CollectionManifest> {
  const metadata = { options: {}, indexes, collectionName: name, type: 'collection' };
  await writeFile(join(folder, `${name}.metadata.json`), JSON.stringify(metadata), { mode: 0o600 });
  const file = await open(join(folder, `${name}.bson`), 'w', 0o600);
  const hash = createHash('sha256');
  let documents = 0;
  let bytes = 0;
  try {
    for await (const some of source.read(name)) {
      signal.throwIfAborted();
      const block = Buffer.concat(some);
      hash.update(block);
      await file.writeFile(block);
      documents += some.length;
      bytes += block.length;
      step(documents);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { documents, bytes, sha256: hash.digest('hex') };
}

type Step = (documents: number) => ReturnType<Progress['step']>;
