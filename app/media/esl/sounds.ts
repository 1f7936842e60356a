import { createHash } from 'node:crypto';
import { access, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../core/errors.ts';
import { wavOf } from '../../core/message/wav.ts';
import type { PlayItem, StoredSound } from '../../core/prompt/play-item.ts';
import { clips } from '../../core/prompt/say.ts';
import type { Log } from '../../ports/log.ts';
import type { PromptCatalog } from '../../ports/prompts.ts';
import { writePlain } from '../parts/plain-file.ts';
import type { Medium, Segment } from '../parts/segments.ts';
import type { Carrier } from './carrier.ts';
import { makeShared } from './shared.ts';

export interface SoundOptions {
  readonly prompts: PromptCatalog;
  /** Folder on a disk shared with the switch where stored sounds are laid. */
  readonly directory: string;
  readonly log: Log;
  /** Takes files to the switch. */
  readonly carrier: Carrier;
  /** Most sounds kept there; default 500. */
  readonly most?: number;
}

const mode = 0o640;

/** Turns play items into files that the switch plays: RIFF/WAVE, which it reads whatever codec is in it. */
export class Sounds {
  readonly #options: SoundOptions;
  /** Where each clip lies for the switch. */
  readonly #clips = new Map<string, Promise<string>>();
  /** Files by name, the least used first. */
  readonly #laid = new Map<string, Promise<void>>();

  constructor(options: SoundOptions) {
    this.#options = options;
  }

  async open(): Promise<void> {
    await makeShared(this.#options.directory);
  }

  async close(): Promise<void> {
    await rm(this.#options.directory, { recursive: true, force: true });
  }

  /** A clip that is missing is logged and left out: a call goes on without it. */
  async segments(items: readonly PlayItem[], language: string): Promise<readonly Segment[]> {
    const segments: Segment[] = [];
    let media: Medium[] = [];
    const flush = async (): Promise<void> => {
      const ms = media.reduce((sum, one) => sum + one.ms, 0);
      const offered = await Promise.all(media.map((one) => this.#offered(one)));
      if (media.length > 0) segments.push({ kind: 'media', media: offered, offsetMs: 0, ms });
      media = [];
    };
    const clip = async (name: string): Promise<void> => {
      const found = await this.#clip(language, name);
      if (found !== undefined) media.push(found);
    };
    for (const item of items) {
      if (item.kind === 'prompt') await clip(item.name);
      else if (item.kind === 'stored') media.push(await this.#lay(item.media));
      else if (item.kind === 'silence') {
        await flush();
        segments.push({ kind: 'pause', ms: item.ms });
      } else for (const name of clips(item, this.#options.prompts.speech(language))) await clip(name);
    }
    await flush();
    return segments;
  }

  /** One clip, where the switch finds it. */
  async clip(language: string, name: string): Promise<Medium | undefined> {
    const found = await this.#clip(language, name);
    return found === undefined ? undefined : this.#offered(found);
  }

  async #offered({ uri, ms }: Medium): Promise<Medium> {
    return { uri: await this.#options.carrier.offer(uri), ms };
  }

  async #clip(language: string, name: string): Promise<Medium | undefined> {
    const { prompts, log } = this.#options;
    try {
      const path = prompts.clip(language, name);
      const known = this.#clips.get(path) ?? this.#clipFile(path);
      this.#clips.set(path, known);
      known.catch(() => this.#clips.delete(path));
      return { uri: await known, ms: prompts.durationMs(language, name) };
    } catch (error) {
      log.error('a prompt is missing; going on without it', { language, name, error: String(error) });
      return undefined;
    }
  }

  /** Prompts are built as bare µ-law, which the switch plays only with a header before it. */
  async #clipFile(path: string): Promise<string> {
    try {
      await access(`${path}.wav`);
      return `${path}.wav`;
    } catch {
      const bytes = await readFile(`${path}.ulaw`);
      const own = createHash('sha256').update(path).update(bytes).digest('hex').slice(0, 16);
      const file = join(this.#options.directory, `prompt-${own}.wav`);
      await writePlain(file, wavOf('audio/PCMU', bytes) ?? bytes, mode);
      return file;
    }
  }

  async #lay(sound: StoredSound): Promise<Medium> {
    const isWave = /^audio\/(x-)?wav\b/i.test(sound.contentType);
    const file = isWave ? sound.bytes : wavOf(sound.contentType, sound.bytes);
    if (file === undefined)
      throw new Fault('media-failed', `cannot play ${sound.contentType}`, { temporary: false });
    const name = /^[\w-]{1,64}$/.test(sound.id)
      ? sound.id
      : createHash('sha256').update(sound.id).digest('hex');
    const path = join(this.#options.directory, `${name}.wav`);
    const laid = this.#laid.get(path) ?? writePlain(path, file, mode);
    this.#laid.delete(path);
    this.#laid.set(path, laid);
    try {
      await laid;
    } catch (cause) {
      this.#laid.delete(path);
      throw new Fault('media-failed', 'a stored sound could not be laid out for the switch', {
        temporary: true,
        cause,
      });
    }
    this.#evict();
    return { uri: path, ms: Math.ceil(sound.bytes.length / (/l16|wav/i.test(sound.contentType) ? 16 : 8)) };
  }

  #evict(): void {
    for (const path of this.#laid.keys()) {
      if (this.#laid.size <= (this.#options.most ?? 500)) return;
      this.#laid.delete(path);
      void rm(path, { force: true }).catch(() => undefined);
    }
  }
}
