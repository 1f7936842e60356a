import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../failure.ts';

/** What a backup holds: backup.json. */
export interface Manifest {
  readonly format: 'answerback-backup-1';
  /** RFC 3339; when it was begun. */
  readonly begun: string;
  readonly ended: string;
  readonly collections: Readonly<Record<string, CollectionManifest>>;
}

export interface CollectionManifest {
  readonly documents: number;
  readonly bytes: number;
  /** Of the .bson file; lower-case hexadecimal. */
  readonly sha256: string;
}

export const manifestName = 'backup.json';

/** @throws Failure if there is none, or it is not ours */
export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, manifestName), 'utf8').catch(() => undefined);
  if (text === undefined)
    throw new Failure('notFound', `${folder} holds no ${manifestName}: it is no whole backup`);
  const read = parsed(text);
  if (!isManifest(read))
    throw new Failure('failed', `${join(folder, manifestName)} is no backup of Answerback`);
  return read;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false;
  const { format, collections } = value as Partial<Manifest>;
  if (format !== 'answerback-backup-1' || typeof collections !== 'object' || collections === null)
    return false;
  // Names become those of files.
  return Object.entries(collections).every(
    ([name, one]) => /^[a-zA-Z][a-zA-Z0-9_.]{0,63}$/.test(name) && typeof one?.sha256 === 'string',
  );
}
