import { setTimeout as sleep } from 'node:timers/promises';
import { openDirectoryArchive } from './archive/directory/open.ts';
import type { Config, Secrets } from './config.ts';
import { Fault, isTemporary } from './core/errors.ts';
import type { Archive } from './ports/archive.ts';
import type { Log } from './ports/log.ts';
import { openStoreArchive } from './storage/open-archive.ts';

/** Longest wait for the archive at the start, in milliseconds. */
const archiveMs = 2000;

/**
 * Opens the archive, if there is to be one; part of the composition root. One that is away is waited for later.
 * @throws Fault `config-invalid` for one that can never be used as it is configured
 */
export async function openArchive(
  slice: Config['archive'],
  secrets: Pick<Secrets, 's3'>,
  { log }: { readonly log: Log },
): Promise<Archive | undefined> {
  if (slice === undefined) return undefined;
  const archive = await archiveOf(slice, secrets, log);
  const tried = archive.ping().catch((error: unknown) => {
    if (!isTemporary(error))
      throw new Fault('config-invalid', `archive: ${(error as Error).message}`, { temporary: false });
    log.warn('the archive is away', { error, archive: archive.name });
  });
  await Promise.race([tried, sleep(archiveMs)]);
  tried.catch((error: unknown) => log.error('the archive cannot be used', { error, archive: archive.name }));
  return archive;
}

async function archiveOf(
  slice: NonNullable<Config['archive']>,
  secrets: Pick<Secrets, 's3'>,
  log: Log,
): Promise<Archive> {
  const { directory, bucket, url } = slice;
  if (slice.kind === 'directory' && directory !== undefined)
    return openDirectoryArchive({ ...slice, directory });
  if (slice.kind === 's3' && bucket !== undefined && secrets.s3 !== undefined) {
    // Its library is loaded only where it is used.
    const { openS3Archive } = await import('./archive/s3/open.ts');
    return openS3Archive({ ...slice, ...secrets.s3, bucket });
  }
  return openStoreArchive({ ...slice, url: url ?? '' }, { log });
}
