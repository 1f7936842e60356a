/** An archive in a directory, which usually lies on another disk or machine. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../core/errors.ts';
import { archiveKeyForm, type Archive } from '../../ports/archive.ts';
import { ioFault } from './faults.ts';
import { away, Patience } from './patience.ts';

export interface DirectoryArchiveOptions {
  /** Made if it is not there. Files are readable by this user only. */
  readonly directory: string;
  /** Longest wait for one step, in milliseconds. */
  readonly timeoutMs: number;
}

/** Bytes written or read at once. */
const pieceBytes = 4_194_304;
/** Half-written files that are so old are nobody's any more, in milliseconds. */
const staleMs = 86_400_000;
/**
 * Lies in the directory from its first use on: where it is missing, the disk is not mounted, and what seems to be the
 * directory is the empty place for it.
 */
const markName = 'answerback-archive';

/** Does not touch the directory yet: the first operation does. */
export function openDirectoryArchive({ directory, timeoutMs }: DirectoryArchiveOptions): Archive {
  return new DirectoryArchive(directory, timeoutMs);
}

/** A file an object, in 4096 folders; a file that bears its name is whole and on the disk. */
class DirectoryArchive implements Archive {
  readonly name: string;
  readonly #directory: string;
  readonly #patience: Patience;
  #marked = false;

  constructor(directory: string, timeoutMs: number) {
    this.name = `directory ${directory}`;
    this.#directory = directory;
    this.#patience = new Patience(timeoutMs);
  }

  put(key: string, bytes: Uint8Array): Promise<void> {
    return this.#patient('put', async (step) => {
      const { folder, file } = this.#place(key);
      await step(() => this.#mark());
      const partial = join(this.#directory, 'partial', `${key}.${randomUUID()}`);
      try {
        await this.#write(partial, bytes, step);
        await step(() => mkdir(folder, { recursive: true, mode: 0o700 }));
        await step(() => rename(partial, file));
      } catch (error) {
        await rm(partial, { force: true }).catch(() => undefined);
        throw error;
      }
      // A new name is only safe when its folder is, and a new folder when the one above is.
      await step(() => sync(folder));
      await step(() => sync(this.#directory));
    });
  }

  get(key: string, mostBytes: number): Promise<Uint8Array | undefined> {
    return this.#patient('get', async (step) => {
      const { file } = this.#place(key);
      const handle = await step(() => open(file, 'r').catch(nothing('ENOENT')));
      if (handle === undefined) {
        await step(() => this.#mark());
        return undefined;
      }
      try {
        const { size } = await step(() => handle.stat());
        const bytes = new Uint8Array(Math.min(size, mostBytes));
        for (let at = 0; at < bytes.length;) {
          const length = Math.min(pieceBytes, bytes.length - at);
          const { bytesRead } = await step(() => handle.read(bytes, at, length, at));
          // Cut meanwhile.
          if (bytesRead === 0) return bytes.subarray(0, at);
          at += bytesRead;
        }
        return bytes;
      } finally {
        void handle.close().catch(() => undefined);
      }
    });
  }

  delete(key: string): Promise<void> {
    return this.#patient('delete', async (step) => {
      const { file } = this.#place(key);
      await step(() => this.#mark());
      await step(() => rm(file, { force: true }));
    });
  }

  ping(): Promise<void> {
    return this.#patient('ping', async (step) => {
      await step(() => this.#mark());
      const probe = join(this.#directory, 'partial', `ping.${randomUUID()}`);
      await step(() => writeFile(probe, 'ping'));
      await step(() => rm(probe, { force: true }));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  /** Whether this is the directory that it was: what is new is marked. */
  async #mark(): Promise<void> {
    const mark = join(this.#directory, markName);
    const there = await stat(mark).catch(nothing('ENOENT'));
    if (there !== undefined && this.#marked) return;
    if (there === undefined) {
      if (this.#marked) throw away(`${this.#directory} is not mounted`);
      const others = (await readdir(this.#directory).catch(nothing('ENOENT'))) ?? [];
      if (others.some((name) => name !== 'lost+found'))
        throw new Fault('archive-failed', `Archive: ${this.#directory} has other files and no ${markName}`, {
          temporary: false,
        });
      await mkdir(this.#directory, { recursive: true, mode: 0o700 });
      await writeFile(mark, 'An archive of Answerback lies here. Where this file is missing it is away.\n');
    }
    await mkdir(join(this.#directory, 'partial'), { recursive: true, mode: 0o700 });
    await this.#tidy();
    this.#marked = true;
  }

  async #tidy(): Promise<void> {
    const partial = join(this.#directory, 'partial');
    for (const name of await readdir(partial)) {
      const path = join(partial, name);
      const found = await stat(path).catch(nothing('ENOENT'));
      if (found !== undefined && Date.now() - found.mtimeMs > staleMs) await rm(path, { force: true });
    }
  }

  async #write(path: string, bytes: Uint8Array, step: Step): Promise<void> {
    const file = await step(() => open(path, 'wx', 0o600));
    try {
      for (let at = 0; at < bytes.length; at += pieceBytes)
        await step(() => file.writeFile(bytes.subarray(at, at + pieceBytes)));
      await step(() => file.sync());
    } finally {
      void file.close().catch(() => undefined);
    }
  }

  /** A key is one name: it leads nowhere else. */
  #place(key: string): { readonly folder: string; readonly file: string } {
    if (!archiveKeyForm.test(key))
      throw new Fault('archive-failed', 'Archive: that is no key', { temporary: false });
    const folder = join(this.#directory, createHash('sha256').update(key).digest('hex').slice(0, 3));
    return { folder, file: join(folder, key) };
  }

  async #patient<T>(operation: string, work: (step: Step) => Promise<T>): Promise<T> {
    try {
      return await work((one) => this.#patience.wait(one));
    } catch (error) {
      throw ioFault(operation, error);
    }
  }
}

/** Runs one step within the deadline. */
type Step = <T>(work: () => Promise<T>) => Promise<T>;

/** Makes an error of this code no answer. */
function nothing(code: string): (error: unknown) => undefined {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code !== code) throw error;
    return undefined;
  };
}

async function sync(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
