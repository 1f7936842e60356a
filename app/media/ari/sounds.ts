import { createHash } from 'node:crypto';
import { chmod, chown, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Fault } from '../../core/errors.ts';
import type { PlayItem, StoredSound } from '../../core/prompt/play-item.ts';
import { clips } from '../../core/prompt/say.ts';
import type { Log } from '../../ports/log.ts';
import type { PromptCatalog } from '../../ports/prompts.ts';
import { writePlain } from '../parts/plain-file.ts';
import type { Medium, Segment } from '../parts/segments.ts';
import { codecOfType, swap16 } from './codec.ts';

export interface SoundOptions {
  readonly prompts: PromptCatalog;
  /** Folder on a disk shared with the switch where stored sounds are laid; `undefined` = there is none. */
  readonly directory: string | undefined;
  /** A folder of the switch's own, whose user and group tell who must be able to read there. */
  readonly spool: string | undefined;
  readonly log: Log;
  /** Most bytes of stored sounds kept there. */
  readonly maxBytes?: number;
}

interface Laid {
  readonly path: string;
  readonly bytes: number;
  readonly written: Promise<void>;
  /** Not removed before: it may be playing. Monotonic milliseconds. */
  busyUntil: number;
}

/** Turns play items into media of ARI. Numbers and times become clips, since `digits:` and `number:` cannot be stopped. */
export class Sounds {
  readonly #options: SoundOptions;
  readonly #laid = new Map<string, Laid>();
  readonly #removals = new Map<string, Promise<void>>();
  #bytes = 0;
  #mode = 0o600;

  constructor(options: SoundOptions) {
    this.#options = options;
  }

  /** Makes the folder, and clears it of what an earlier process left there. */
  async open(): Promise<void> {
    const { directory, spool } = this.#options;
    if (directory === undefined || spool === undefined) return;
    try {
      await mkdir(directory, { recursive: true, mode: 0o750 });
    } catch (error) {
      this.#options.log.error('stored sounds cannot be played: there is no folder to lay them out in', {
        directory,
        error: String(error),
      });
      return;
    }
    try {
      this.#mode = await closeToOthers(directory, spool);
    } catch (error) {
      this.#options.log.warn(
        'every user of this machine may read stored sounds while they play: run under the user, or in the group, of the switch',
        { directory, error: String(error) },
      );
      this.#mode = 0o644;
      await chmod(directory, 0o755).catch(() => undefined);
    }
    await clearOld(directory);
  }

  async close(): Promise<void> {
    const paths = [...this.#laid.values()].map((laid) => laid.path);
    this.#laid.clear();
    await Promise.all(paths.map((path) => rm(path, { force: true })));
  }

  /**
   * Lays a file out that the switch shall read, until it is removed.
   * @throws Fault `media-failed` if there is no folder, or it cannot be written
   */
  async lay(
    name: string,
    bytes: Uint8Array,
  ): Promise<{ readonly path: string; readonly remove: () => Promise<void> }> {
    const { directory } = this.#options;
    if (directory === undefined)
      throw new Fault('media-failed', 'asterisk.spool is not set', { temporary: false });
    const path = join(directory, name);
    try {
      await writePlain(path, bytes, this.#mode);
    } catch (cause) {
      throw new Fault('media-failed', 'a file could not be laid out for the switch', {
        temporary: true,
        cause,
      });
    }
    return { path, remove: () => rm(path, { force: true }) };
  }

  /** A clip that is missing is logged and left out: a call goes on without it. */
  async segments(items: readonly PlayItem[], language: string): Promise<readonly Segment[]> {
    const segments: Segment[] = [];
    let media: Medium[] = [];
    let ms = 0;
    const flush = () => {
      if (media.length > 0) segments.push({ kind: 'media', media, offsetMs: 0, ms });
      [media, ms] = [[], 0];
    };
    const add = (path: string, duration: number) => {
      media.push({ uri: `sound:${path}`, ms: duration });
      ms += duration;
    };
    const clip = (name: string) => {
      const found = this.clip(language, name);
      if (found !== undefined) add(found.path, found.ms);
    };
    for (const item of items) {
      if (item.kind === 'prompt') clip(item.name);
      else if (item.kind === 'stored') {
        const laid = await this.#lay(item.media);
        add(laid.path, laid.ms);
      } else if (item.kind === 'silence') {
        flush();
        segments.push({ kind: 'pause', ms: item.ms });
      } else for (const name of clips(item, this.#options.prompts.speech(language))) clip(name);
    }
    flush();
    return segments;
  }

  clip(language: string, name: string): { readonly path: string; readonly ms: number } | undefined {
    const { prompts, log } = this.#options;
    try {
      return { path: prompts.clip(language, name), ms: prompts.durationMs(language, name) };
    } catch (error) {
      log.error('a prompt is missing; going on without it', { language, name, error: String(error) });
      return undefined;
    }
  }

  async #lay(sound: StoredSound): Promise<{ path: string; ms: number }> {
    const { directory } = this.#options;
    const codec = codecOfType(sound.contentType);
    const wav = /^audio\/(x-)?wav\b/i.test(sound.contentType);
    if (directory === undefined) {
      throw new Fault('media-failed', 'asterisk.spool is not set: stored sound cannot be played', {
        temporary: false,
      });
    }
    if (codec === undefined && !wav) {
      throw new Fault('media-failed', `cannot play ${sound.contentType}`, { temporary: false });
    }
    const ms = Math.ceil(sound.bytes.length / (codec?.bytesPerMs ?? 16));
    const name = /^[\w-]{1,64}$/.test(sound.id)
      ? sound.id
      : createHash('sha256').update(sound.id).digest('hex');
    const base = join(directory, name);
    let laid = this.#laid.get(base);
    if (laid === undefined) {
      const path = `${base}.${codec?.extension ?? 'wav'}`;
      const raw = Buffer.from(sound.bytes.buffer, sound.bytes.byteOffset, sound.bytes.byteLength);
      laid = {
        path,
        bytes: raw.length,
        written: this.#write(path, codec === undefined ? raw : swap16(codec, raw)),
        busyUntil: 0,
      };
      this.#bytes += raw.length;
    } else this.#laid.delete(base);
    this.#laid.set(base, laid);
    laid.busyUntil = performance.now() + ms + 60_000;
    try {
      await laid.written;
    } catch (error) {
      if (this.#laid.get(base) === laid) this.#forget(base, laid);
      throw new Fault('media-failed', 'a stored sound could not be laid out for the switch', {
        temporary: true,
        cause: error,
      });
    }
    this.#evict();
    return { path: base, ms };
  }

  #evict(): void {
    const most = this.#options.maxBytes ?? 64 * 1024 * 1024;
    for (const [base, laid] of this.#laid) {
      if (this.#bytes <= most) return;
      if (laid.busyUntil > performance.now()) continue;
      this.#forget(base, laid);
      this.#remove(laid.path);
    }
  }

  /** Not before an earlier file of this name is gone: its removal must not hit the new one. */
  async #write(path: string, bytes: Uint8Array): Promise<void> {
    await this.#removals.get(path);
    await writePlain(path, bytes, this.#mode);
  }

  #remove(path: string): void {
    const removal = rm(path, { force: true })
      .catch(() => undefined)
      .finally(() => this.#removals.delete(path));
    this.#removals.set(path, removal);
  }

  #forget(base: string, laid: Laid): void {
    this.#laid.delete(base);
    this.#bytes -= laid.bytes;
  }
}

/**
 * Messages are for the switch alone: under one user with it nobody else reads them, else only its group, which its own
 * folder names.
 * @returns the mode for files there
 */
async function closeToOthers(directory: string, spool: string): Promise<number> {
  const owner = await stat(spool).catch(() => stat(dirname(spool)));
  const user = process.getuid?.();
  const own = await stat(directory);
  // As it was installed: a service that is held in may not change owners.
  if (own.uid === user && own.gid === owner.gid && (own.mode & 0o7777) === 0o2750) return 0o640;
  if (user !== 0 && owner.uid === user) {
    await chmod(directory, 0o700);
    return 0o600;
  }
  await chown(directory, user ?? -1, owner.gid);
  // Files take the group of the folder.
  await chmod(directory, 0o2750);
  return 0o640;
}

/** Nobody knows of the files of an earlier process any more. */
async function clearOld(directory: string): Promise<void> {
  const started = Date.now() - process.uptime() * 1000;
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const file = await stat(path).catch(() => undefined);
    if (file?.isFile() && file.mtimeMs < started) await rm(path, { force: true });
  }
}
