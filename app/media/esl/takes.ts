import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../core/errors.ts';
import type { Take } from '../../ports/media.ts';
import { plainStat, readPlain } from '../parts/plain-file.ts';
import { sharedFolder, type Carrier } from './carrier.ts';
import { makeShared } from './shared.ts';
import { readWave } from './wave.ts';

/** A wave file without sound: the head alone. */
const bareHeadBytes = 44;

/**
 * Recordings in a folder that the switch and this host both see. One that was gone on with has further files:
 * `<tag>.wav`, `<tag>,1.wav`, `<tag>,2.wav`; no tag has a comma. A fax is `<tag>.tif`.
 */
export class Takes {
  readonly #directory: string;
  readonly #carrier: Carrier;

  constructor(directory: string, carrier: Carrier = sharedFolder) {
    this.#directory = directory;
    this.#carrier = carrier;
  }

  async open(): Promise<void> {
    await makeShared(this.#directory);
  }

  /** Where the switch is to write the next file of a recording. */
  async nextFile(tag: string): Promise<string> {
    const files = await this.#filesOf(tag);
    // What still lies at the switch is not counted here: the time is a number that no file has yet.
    const number = this.#carrier.apart ? Date.now() : files.length;
    const name = number === 0 ? `${tag}.wav` : `${tag},${number}.wav`;
    return this.#carrier.target(join(this.#directory, name));
  }

  /** Where the switch is to write a fax. */
  nextFax(tag: string): string {
    return this.#carrier.target(this.faxFile(tag));
  }

  /** Brings here what the switch has of this recording; what cannot be brought now stays there, as a stray. @throws Fault */
  async bring(tag: string): Promise<void> {
    await this.bringAll((one) => one === tag);
  }

  /** The same of all recordings that are to be brought. @throws Fault */
  async bringAll(wanted: (tag: string) => boolean | Promise<boolean>): Promise<void> {
    for (const name of await this.#carrier.left()) {
      const { tag } = partsOf(name) ?? {};
      if (tag !== undefined && (await wanted(tag))) await this.#carrier.bring(join(this.#directory, name));
    }
  }

  faxFile(tag: string): string {
    return join(this.#directory, `${tag}.tif`);
  }

  /** All tags here, running recordings too. */
  async list(): Promise<{ readonly tag: string; readonly fax: boolean; readonly modified: Date }[]> {
    const found = new Map<string, { tag: string; fax: boolean; modified: Date }>();
    for (const name of await this.#names()) {
      const { tag, extension } = partsOf(name) ?? {};
      const modified = plainStat(join(this.#directory, name))?.mtime;
      if (tag === undefined || modified === undefined) continue;
      const known = found.get(tag);
      if (known === undefined || known.modified < modified)
        found.set(tag, { tag, fax: extension === 'tif', modified });
    }
    return [...found.values()];
  }

  /** Whether there is a recording of this tag. */
  async has(tag: string): Promise<boolean> {
    return (await this.#filesOf(tag)).length > 0;
  }

  /**
   * A recording as a take, `undefined` if nothing is in it.
   * @param silentMs so much silence at its end is not part of it
   */
  async take(tag: string, discarded: () => void, silentMs = 0): Promise<Take | undefined> {
    const whole = await this.#read(tag);
    if (whole === undefined) return undefined;
    const { contentType } = whole;
    const durationMs = Math.max(0, whole.durationMs - silentMs);
    if (durationMs === 0) return undefined;
    return {
      id: tag,
      tag,
      contentType,
      durationMs,
      bytes: async () => {
        const again = await this.#read(tag);
        if (again === undefined) throw gone();
        return again.bytes.subarray(0, Math.round((again.bytes.length * durationMs) / again.durationMs));
      },
      discard: () => this.remove(tag, discarded),
    };
  }

  /** The pages of a fax. */
  faxTake(tag: string, discarded: () => void): Take {
    const file = this.faxFile(tag);
    return {
      id: tag,
      tag,
      contentType: 'image/tiff',
      durationMs: 0,
      bytes: async () => {
        const bytes = await this.#file(file);
        if (bytes === undefined) throw gone();
        return bytes;
      },
      discard: async () => {
        await rm(file, { force: true });
        discarded();
      },
    };
  }

  /** Idempotent. */
  async remove(tag: string, discarded: () => void): Promise<void> {
    for (const file of await this.#filesOf(tag)) await rm(file, { force: true });
    discarded();
  }

  /** Removes a recording of which there is no more than the head of its files. */
  async removeEmpty(tag: string): Promise<void> {
    const files = await this.#filesOf(tag);
    if (files.every((file) => (plainStat(file)?.size ?? 0) <= bareHeadBytes))
      await this.remove(tag, () => undefined);
  }

  async #read(tag: string) {
    const waves = [];
    for (const file of await this.#filesOf(tag)) {
      const bytes = await this.#file(file);
      const wave = bytes === undefined ? undefined : readWave(bytes);
      if (wave !== undefined) waves.push(wave);
    }
    const [first] = waves;
    if (first === undefined) return undefined;
    // A call keeps its rate.
    const alike = waves.filter(({ contentType }) => contentType === first.contentType);
    return {
      contentType: first.contentType,
      bytes: Buffer.concat(alike.map(({ bytes }) => bytes)),
      durationMs: alike.reduce((sum, { durationMs }) => sum + durationMs, 0),
    };
  }

  async #filesOf(tag: string): Promise<string[]> {
    const names = (await this.#names()).filter(
      (name) => name === `${tag}.wav` || (name.startsWith(`${tag},`) && name.endsWith('.wav')),
    );
    const number = (name: string): number => Number(/,(\d+)\.wav$/.exec(name)?.[1] ?? 0);
    return names.sort((a, b) => number(a) - number(b)).map((name) => join(this.#directory, name));
  }

  async #names(): Promise<string[]> {
    try {
      return await readdir(this.#directory);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw new Fault('media-failed', 'the recordings of the switch cannot be listed', {
        temporary: true,
        cause: error,
      });
    }
  }

  async #file(path: string): Promise<Buffer | undefined> {
    try {
      return await readPlain(path);
    } catch (error) {
      throw new Fault('media-failed', 'a recording of the switch cannot be read', {
        temporary: true,
        cause: error,
      });
    }
  }
}

/** The tag that a file belongs to. */
function partsOf(name: string): { readonly tag: string; readonly extension: string } | undefined {
  const [, tag, extension] = /^([^,]+?)(?:,\d+)?\.(wav|tif)$/.exec(name) ?? [];
  return tag === undefined || extension === undefined ? undefined : { tag, extension };
}

function gone(): Fault {
  return new Fault('not-found', 'the recording is gone from the switch', { temporary: false });
}
