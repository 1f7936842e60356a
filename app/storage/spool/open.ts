import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault, isFault } from '../../core/errors.ts';
import type { FileSeal } from '../../ports/keys.ts';
import type { Log } from '../../ports/log.ts';
import type { SpooledDeposit, Spool } from '../../ports/spool.ts';
import { decodeDeposit, encodeDeposit, fileName } from './deposit-file.ts';

export interface SpoolOptions {
  /** Made if it is not there. Files are readable by this user only. */
  readonly directory: string;
}

export interface SpoolDeps {
  readonly log: Log;
  /** Seals what lies here; absent: nothing does. */
  readonly seal?: FileSeal | undefined;
}

/**
 * Opens the spool. What a crash left half-written is set aside under `damaged/`.
 * @throws Fault `spool-failed` if the directory cannot be used.
 */
export async function openSpool(options: SpoolOptions, deps: SpoolDeps): Promise<Spool> {
  const spool = new DirectorySpool(options.directory, deps);
  await spool.prepare();
  return spool;
}

const isDeposit = (name: string): boolean => name.endsWith('.deposit');
const isPartial = (name: string): boolean => name.endsWith('.partial');

/** One file a deposit, named by its origin; a file that bears its name is whole and on the disk. */
class DirectorySpool implements Spool {
  readonly #directory: string;
  readonly #log: Log;
  readonly #seal: FileSeal | undefined;
  /** Names of the deposits that wait, and since when: in milliseconds since the epoch. */
  readonly #waiting = new Map<string, number>();

  constructor(directory: string, { log, seal }: SpoolDeps) {
    this.#directory = directory;
    this.#log = log;
    this.#seal = seal;
  }

  get size(): number {
    return this.#waiting.size;
  }

  get oldest(): Date | undefined {
    let oldest: number | undefined;
    for (const at of this.#waiting.values()) if (oldest === undefined || at < oldest) oldest = at;
    return oldest === undefined ? undefined : new Date(oldest);
  }

  async freeBytes(): Promise<number> {
    try {
      const { bavail, bsize } = await statfs(this.#directory);
      return bavail * bsize;
    } catch (error) {
      throw failed('free', error);
    }
  }

  async prepare(): Promise<void> {
    try {
      await mkdir(join(this.#directory, 'damaged'), { recursive: true, mode: 0o700 });
      for (const name of await readdir(this.#directory)) {
        if (isDeposit(name)) this.#waiting.set(name, await modified(join(this.#directory, name)));
        if (isPartial(name)) await this.#setAside(name, new Error('its writing broke off'));
      }
    } catch (error) {
      throw failed('open', error);
    }
  }

  async put(deposit: SpooledDeposit): Promise<void> {
    const name = fileName(deposit);
    const partial = join(this.#directory, `${name}.${randomUUID()}.partial`);
    try {
      // One that is there is whole; only its name may not be on the disk yet. Once a try may have raised counters, that holds.
      const there = (await exists(join(this.#directory, name))) ? await this.#read(name) : undefined;
      if (there === undefined || (there.uncounted === true && deposit.uncounted !== true)) {
        await writeDurably(partial, await this.#encode(name, deposit));
        await rename(partial, join(this.#directory, name));
      }
      await syncDirectory(this.#directory);
      if (!this.#waiting.has(name)) this.#waiting.set(name, Date.now());
    } catch (error) {
      await rm(partial, { force: true }).catch(() => undefined);
      throw failed('put', error);
    }
  }

  async *list(): AsyncIterable<SpooledDeposit> {
    for (const name of await this.#oldestFirst()) {
      const deposit = await this.#read(name);
      if (deposit) yield deposit;
    }
  }

  async remove(deposit: SpooledDeposit): Promise<void> {
    const name = fileName(deposit);
    try {
      // Not made durable: a deposit that comes back goes into the store a second time and is found there.
      await rm(join(this.#directory, name), { force: true });
      this.#waiting.delete(name);
    } catch (error) {
      throw failed('remove', error);
    }
  }

  /** Nothing is held open. */
  async [Symbol.asyncDispose](): Promise<void> {}

  async #oldestFirst(): Promise<string[]> {
    try {
      const names = (await readdir(this.#directory)).filter(isDeposit);
      const times = await Promise.all(
        names.map(async (name) => ({ name, at: await modified(join(this.#directory, name)) })),
      );
      return times.sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1)).map(({ name }) => name);
    } catch (error) {
      throw failed('list', error);
    }
  }

  async #read(name: string): Promise<SpooledDeposit | undefined> {
    let content: Buffer;
    try {
      content = await readFile(join(this.#directory, name));
    } catch (error) {
      // Removed since the names were read.
      if (hasCode(error, 'ENOENT')) return undefined;
      throw failed('read', error);
    }
    try {
      const opened = await this.#seal?.open(aboutFile(name), content);
      const deposit = decodeDeposit(opened === undefined ? content : Buffer.from(opened));
      if (fileName(deposit) !== name) throw new Error('it has the name of another deposit');
      return deposit;
    } catch (error) {
      if (isFault(error, 'key-unavailable')) throw error;
      if (isFault(error, 'key-lost'))
        this.#log.error('a spooled deposit stays: its key is not here', { error });
      else await this.#setAside(name, error);
      return undefined;
    }
  }

  async #encode(name: string, deposit: SpooledDeposit): Promise<readonly Uint8Array[]> {
    const pieces = encodeDeposit(deposit);
    return this.#seal === undefined ? pieces : [await this.#seal.seal(aboutFile(name), pieces)];
  }

  async #setAside(name: string, error: unknown): Promise<void> {
    const kept = join('damaged', `${randomUUID()}.${name}`);
    await rename(join(this.#directory, name), join(this.#directory, kept));
    this.#waiting.delete(name);
    this.#log.error('a spooled deposit is damaged and set aside', { file: kept, error });
  }
}

function aboutFile(name: string): string {
  return `spool/${name}`;
}

/** In milliseconds, with a fraction. */
async function modified(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

async function writeDurably(path: string, parts: readonly Uint8Array[]): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    for (const part of parts) await file.writeFile(part);
    // The kernel's own clock for files ticks too slowly to tell which of two came first.
    const now = (performance.timeOrigin + performance.now()) / 1000;
    await file.utimes(now, now);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A new name is only safe when its directory is. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException).code ?? '');
}

function failed(operation: string, error: unknown): Fault {
  if (error instanceof Fault) return error;
  const code = hasCode(error, 'ENOSPC', 'EDQUOT') ? 'disk-full' : 'spool-failed';
  return new Fault(code, `Spool: ${operation}: ${(error as Error).message}`, {
    temporary: true,
    cause: error,
  });
}
