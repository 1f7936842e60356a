import { randomUUID } from 'node:crypto';
import {
  closeSync,
  ftruncateSync,
  futimesSync,
  mkdirSync,
  openSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Cdr } from '../../core/account/cdr.ts';
import { Fault } from '../../core/errors.ts';
import type { Journal, LeftRecords } from '../../ports/journal.ts';
import type { Log } from '../../ports/log.ts';
import { readJournal, writeLine } from './journal-lines.ts';

/** What is in the store already is cut off when the file is so large, in bytes. */
const compactBytes = 256 * 1024;
/** While something is open the file is touched this often, in milliseconds: it says until when this process lived. */
const aliveMs = 5_000;
/** A file of another host that nobody has touched for so long was left, in milliseconds. */
const leftMs = 60_000;

const suffix = '.cdrs';

export interface JournalOptions {
  /** Of the spool; a folder is made in it. */
  readonly directory: string;
}

/**
 * Opens the journal: one file of this process, a line for each record, written before `keep` returns.
 * @throws Fault `spool-failed` if the directory cannot be used
 */
export function openJournal(options: JournalOptions, deps: { readonly log: Log }): Journal {
  try {
    return new FileJournal(join(options.directory, 'cdrs'), deps.log);
  } catch (error) {
    throw new Fault('spool-failed', `Journal: ${(error as Error).message}`, {
      temporary: true,
      cause: error,
    });
  }
}

class FileJournal implements Journal {
  readonly #directory: string;
  readonly #log: Log;
  readonly #name = `${encodeURIComponent(hostname())}~${process.pid}~${randomUUID()}${suffix}`;
  readonly #open = new Map<string, Cdr>();
  readonly #alive: NodeJS.Timeout;
  #file: number;
  #bytes = 0;
  /** Its end is a line that broke off: what comes next begins a new one. */
  #torn = false;
  /** Lines since the disk took none. */
  #refused = 0;

  constructor(directory: string, log: Log) {
    this.#directory = directory;
    this.#log = log;
    mkdirSync(join(directory, 'damaged'), { recursive: true, mode: 0o700 });
    this.#file = openSync(this.#path, 'a', 0o600);
    this.#alive = setInterval(() => this.#touch(), aliveMs).unref();
  }

  get #path(): string {
    return join(this.#directory, this.#name);
  }

  keep(row: Cdr, open?: 'open'): void {
    if (open === 'open') this.#open.set(row.id, row);
    else this.#open.delete(row.id);
    this.#write(writeLine(row, open === 'open'));
  }

  drop(id: Cdr['id']): void {
    this.#open.delete(id);
    this.#write(`${JSON.stringify({ drop: id })}\n`);
  }

  settled(waiting: readonly Cdr[]): void {
    const nothing = waiting.length === 0 && this.#open.size === 0;
    if (this.#bytes === 0 || (!nothing && this.#bytes < compactBytes)) return;
    try {
      if (nothing) ftruncateSync(this.#file, 0);
      else this.#rewrite(waiting);
      if (nothing) [this.#bytes, this.#torn] = [0, false];
    } catch (error) {
      this.#log.warn('the journal of call detail records stays as it is', { error });
    }
  }

  async sync(): Promise<void> {
    const file = await open(this.#path, 'r');
    try {
      await file.datasync();
    } finally {
      await file.close();
    }
  }

  async *own(): AsyncIterable<Cdr> {
    const { rows } = readJournal(await readFile(this.#path, 'utf8'));
    for (const { row, open } of rows) if (!open) yield row;
  }

  async *left(): AsyncIterable<LeftRecords> {
    for (const name of await readdir(this.#directory)) {
      if (!name.endsWith(suffix) || name === this.#name) continue;
      const found = await this.#read(name);
      if (found !== undefined) yield found;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#alive);
    closeSync(this.#file);
    const { size } = await stat(this.#path);
    if (size === 0) await rm(this.#path, { force: true });
  }

  #write(line: string): void {
    const bytes = Buffer.from(this.#torn ? `\n${line}` : line);
    try {
      const written = writeSync(this.#file, bytes);
      if (written < bytes.length) {
        this.#takeBack(written);
        throw new Error('there is no room for a whole line');
      }
      this.#bytes += written;
      this.#torn = false;
    } catch (error) {
      this.#refused += 1;
      if (this.#refused === 1) this.#log.error('call detail records are not on the disk', { error });
      return;
    }
    if (this.#refused > 0)
      this.#log.info('call detail records are on the disk again', { refused: this.#refused });
    this.#refused = 0;
  }

  /** A disk that is nearly full takes a part of a line, and says no more. */
  #takeBack(written: number): void {
    if (written === 0) return;
    try {
      ftruncateSync(this.#file, this.#bytes);
    } catch {
      this.#bytes += written;
      this.#torn = true;
    }
  }

  /** A new file in place of the old: at no time is there none. */
  #rewrite(waiting: readonly Cdr[]): void {
    const lines = [
      ...waiting.map((row) => writeLine(row, false)),
      ...[...this.#open.values()].map((row) => writeLine(row, true)),
    ].join('');
    const fresh = join(this.#directory, `${this.#name}.new`);
    writeFileSync(fresh, lines, { mode: 0o600 });
    renameSync(fresh, this.#path);
    closeSync(this.#file);
    this.#file = openSync(this.#path, 'a', 0o600);
    this.#bytes = Buffer.byteLength(lines);
    this.#torn = false;
  }

  #touch(): void {
    if (this.#open.size === 0) return;
    const now = Date.now() / 1000;
    try {
      futimesSync(this.#file, now, now);
    } catch (error) {
      this.#log.warn('the journal of call detail records was not touched', { error });
    }
  }

  async #read(name: string): Promise<LeftRecords | undefined> {
    const path = join(this.#directory, name);
    try {
      const { mtime: seen } = await stat(path);
      if (!wasLeft(name, seen)) return undefined;
      const { rows, damaged } = readJournal(await readFile(path, 'utf8'));
      if (damaged > 0) this.#log.error('a journal of call detail records is damaged', { name, damaged });
      const done = async (): Promise<void> => {
        if (damaged > 0) await rename(path, join(this.#directory, 'damaged', name));
        else await rm(path, { force: true });
      };
      return { rows, seen, done };
    } catch (error) {
      // Another has taken it in meanwhile.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new Fault('spool-failed', `Journal: ${(error as Error).message}`, {
        temporary: true,
        cause: error,
      });
    }
  }
}

/** Whether the process that wrote it is no more. */
function wasLeft(name: string, seen: Date): boolean {
  const [host = '', pid = ''] = name.split('~');
  if (host !== encodeURIComponent(hostname())) return Date.now() - seen.getTime() > leftMs;
  // A process that has our own number, as the first in a container, came before us.
  return Number(pid) === process.pid || !isAlive(Number(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
