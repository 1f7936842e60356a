import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PromptCatalog } from '../../app/ports/prompts.ts';
import { babble } from '../audio/babble.ts';

/** Long enough for keys to be pressed while they play. */
const longMs: Readonly<Record<string, number>> = { 'greeting-default': 2500, 'enter-reference': 2000 };
const usualMs = 300;

/** Every clip that is asked for is a noise of its own, so that a phone can tell which one it hears. */
export class NoisePrompts implements PromptCatalog {
  readonly directory: string;
  readonly #sounds = new Map<string, Buffer>();
  readonly #written = new Set<string>();

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async open(directory: string): Promise<NoisePrompts> {
    mkdirSync(join(directory, 'en'), { recursive: true });
    return new NoisePrompts(directory);
  }

  clip(_language: string, name: string): string {
    const path = join(this.directory, 'en', name);
    if (!this.#written.has(name)) writeFileSync(`${path}.ulaw`, this.sound(name));
    this.#written.add(name);
    return path;
  }

  durationMs(_language: string, name: string): number {
    return this.sound(name).length / 8;
  }

  /** The sound of a clip, or of any other thing with a name. */
  sound(name: string): Buffer {
    const known = this.#sounds.get(name);
    if (known !== undefined) return known;
    const seed = [...Buffer.from(name)].reduce((sum, byte) => (Math.imul(sum, 31) + byte) >>> 0, 7);
    const made = babble(longMs[name] ?? usualMs, seed);
    this.#sounds.set(name, made);
    return made;
  }

  /** What is enough of it to be sure. */
  beginning(name: string): Buffer {
    return this.sound(name).subarray(0, usualMs * 8);
  }
}
