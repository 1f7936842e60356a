import { unlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../core/errors.ts';
import type { Take } from '../../ports/media.ts';
import { plainStat, readPlain } from '../parts/plain-file.ts';
import { codecOfExtension, swap16 } from './codec.ts';
import type { Codec } from './codec.ts';
import { asFault } from './leg.ts';
import type { AriClient } from './wire/client.ts';
import { AriError } from './wire/errors.ts';
import type { StoredRecording } from './wire/resources.ts';

/** Folder below the switch's recording directory; recordings are named `answerback/<tag>`. */
const folder = 'answerback';

export function recordingName(tag: string): string {
  return `${folder}/${tag}`;
}

export function tagOf(recording: string): string {
  return recording.slice(folder.length + 1);
}

export interface Found {
  readonly tag: string;
  readonly codec: Codec;
}

/** What is on disk of a recording. */
export interface Extent {
  readonly bytes: number;
  readonly modified: Date;
  readonly born: Date;
}

/** Finished recordings at the switch: read from its spool where the disk is shared, else over HTTP. */
export class Takes {
  readonly #client: () => AriClient;
  readonly #spool: string | undefined;

  constructor(client: () => AriClient, spool: string | undefined) {
    this.#client = client;
    this.#spool = spool;
  }

  /** Whether the recordings lie on a disk of this host. */
  get shared(): boolean {
    return this.#spool !== undefined;
  }

  /** `undefined` if there is no such recording, or an empty one. */
  async extent(found: Found): Promise<Extent | undefined> {
    if (this.#spool === undefined) {
      const bytes = await this.#fetch(found);
      return bytes === undefined || bytes.length === 0
        ? undefined
        : { bytes: bytes.length, modified: new Date(0), born: new Date(0) };
    }
    try {
      // Asterisk has just written it: asking at once costs a twentieth of a trip through the thread pool.
      const file = plainStat(this.#path(found));
      return file === undefined || file.size === 0
        ? undefined
        : { bytes: file.size, modified: file.mtime, born: file.birthtime };
    } catch (error) {
      throw new Fault('media-failed', 'the spool cannot be read', { temporary: true, cause: error });
    }
  }

  take(found: Found, bytes: number, discarded: () => void): Take {
    const { tag, codec } = found;
    return {
      id: tag,
      tag,
      contentType: codec.contentType,
      durationMs: Math.round(bytes / codec.bytesPerMs),
      bytes: async () => {
        const data = await this.#read(found);
        if (data === undefined)
          throw new Fault('not-found', 'the recording is gone from the switch', { temporary: false });
        return swap16(codec, data);
      },
      discard: async () => {
        await this.remove(found);
        discarded();
      },
    };
  }

  /** All recordings of ours at the switch, running ones too. */
  async list(): Promise<Found[]> {
    const files =
      this.#spool === undefined ? await this.#listStored() : await listFolder(join(this.#spool, folder));
    return files.flatMap((file) => {
      const dot = file.lastIndexOf('.');
      const codec = codecOfExtension(file.slice(dot + 1));
      return dot < 0 || codec === undefined ? [] : [{ tag: file.slice(0, dot), codec }];
    });
  }

  /** Idempotent. */
  async remove(found: Found): Promise<void> {
    try {
      if (this.#spool === undefined) await this.#client().http.send('DELETE', this.#uri(found));
      else unlinkSync(this.#path(found));
    } catch (error) {
      if (
        error instanceof AriError ? error.status === 404 : (error as NodeJS.ErrnoException).code === 'ENOENT'
      )
        return;
      throw this.#spool === undefined
        ? asFault(error)
        : new Fault('media-failed', 'a recording cannot be removed from the spool', {
            temporary: true,
            cause: error,
          });
    }
  }

  /**
   * Removes a recording that is empty and was last written to before then: nobody will write to it, and nobody miss it. Of those that
   * are not on a disk of this host nobody knows their age: they stay.
   */
  removeEmpty(found: Found, before: Date): void {
    if (this.#spool === undefined) return;
    try {
      const path = this.#path(found);
      const file = plainStat(path);
      if (file?.size === 0 && file.mtime < before) unlinkSync(path);
    } catch {
      // It is gone, or is looked at again.
    }
  }

  #path(found: Found): string {
    return join(this.#spool ?? '', folder, `${found.tag}.${found.codec.extension}`);
  }

  #uri(found: Found): string {
    return `recordings/stored/${encodeURIComponent(recordingName(found.tag))}`;
  }

  async #read(found: Found): Promise<Buffer | undefined> {
    if (this.#spool === undefined) return this.#fetch(found);
    try {
      return await readPlain(this.#path(found));
    } catch (error) {
      throw new Fault('media-failed', 'a recording cannot be read from the spool', {
        temporary: true,
        cause: error,
      });
    }
  }

  async #fetch(found: Found): Promise<Buffer | undefined> {
    try {
      return await this.#client().http.send('GET', `${this.#uri(found)}/file`);
    } catch (error) {
      if (error instanceof AriError && error.status === 404) return undefined;
      throw asFault(error);
    }
  }

  async #listStored(): Promise<string[]> {
    const stored = (await this.#client().request('GET', 'recordings/stored')) as readonly StoredRecording[];
    return stored
      .filter((one) => one.name.startsWith(`${folder}/`))
      .map((one) => `${tagOf(one.name)}.${one.format}`);
  }
}

async function listFolder(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new Fault('media-failed', 'the spool cannot be listed', { temporary: true, cause: error });
  }
}
