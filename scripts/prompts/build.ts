/** Builds the sound of every prompt of every language; what did not change is taken from the cache or left alone. */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../stack/machine.ts';
import { render } from './render.ts';
import { sampleRate, toALaw, toMuLaw } from './sound.ts';
import { languagesIn, readLanguage } from './source.ts';
import type { Clip, LanguageSource } from './source.ts';

export interface BuildOptions {
  /** The folder prompts/ with a folder for each language. */
  readonly source: string;
  /** Gets `<language>/<name>.ulaw`, `.alaw`, `index.json` (name to milliseconds) and `language.json` (rules and texts). */
  readonly out: string;
  /** Keeps the sound of every text by its hash; `prompts` in the user's cache folder if absent. */
  readonly cache?: string;
  readonly onProgress?: (done: number, of: number) => void;
}

export interface BuildResult {
  readonly clips: number;
  /** How many were spoken anew, not found in the cache. */
  readonly spoken: number;
  /** How many files of `out` changed. */
  readonly written: number;
  /** What languages lack, and another one speaks for them. */
  readonly warnings: readonly string[];
}

const formats = { ulaw: toMuLaw, alaw: toALaw } as const;
const manifest = 'built.json';
/** So many texts are spoken before their sound is kept: a build that is stopped goes on from there. */
const batch = 200;

/** @throws Error naming missing and unknown prompts, or with what the synthesiser wrote. Then nothing has changed. */
export async function buildPrompts(options: BuildOptions): Promise<BuildResult> {
  const cache = options.cache ?? join(cacheFolder(), 'prompts');
  const languages = languagesIn(options.source);
  const read = new Map(languages.map((one) => [one, readLanguage(options.source, one)]));
  const all = [...read.values()];
  const stale = [...read].filter(([name, language]) => !isBuilt(join(options.out, name), language));
  const absent = unique(stale.flatMap(([, { clips }]) => clips)).filter(({ hash }) => !isCached(cache, hash));
  await speak(cache, absent, (done) => options.onProgress?.(done, absent.length));
  let written = 0;
  for (const [name, language] of stale) written += publish(cache, join(options.out, name), language);
  // Says to whoever looks at the times of files that nothing in the source is newer.
  const now = new Date();
  for (const name of languages) utimesSync(join(options.out, name, 'index.json'), now, now);
  return {
    clips: all.flatMap(({ clips }) => clips).length,
    spoken: absent.length,
    written,
    warnings: all.flatMap(({ warnings }) => warnings),
  };
}

async function speak(
  cache: string,
  absent: readonly Clip[],
  onProgress: (done: number) => void,
): Promise<void> {
  for (let begin = 0; begin < absent.length; begin += batch) {
    const some = absent.slice(begin, begin + batch);
    for (const [hash, samples] of await render(some, cache, (done) => onProgress(begin + done))) {
      for (const [format, encode] of Object.entries(formats))
        replaceFile(cached(cache, hash, format), encode(samples));
    }
  }
}

/** Copies from the cache what is not there yet and removes what nobody says any more; the index comes last. */
function publish(cache: string, folder: string, language: LanguageSource): number {
  const { clips } = language;
  mkdirSync(folder, { recursive: true });
  const built = readManifest(folder);
  const index: Record<string, number> = {};
  let written = 0;
  for (const { name, hash } of clips) {
    const current = built[name] === hash;
    for (const format of Object.keys(formats)) {
      const bytes = readFileSync(cached(cache, hash, format));
      index[name] = Math.round((bytes.length * 1000) / sampleRate);
      const file = join(folder, `${name}.${format}`);
      if (current && existsSync(file)) continue;
      replaceFile(file, bytes);
      written += 1;
    }
  }
  const wanted = new Set(clips.flatMap(filesOf));
  // Only sound: another builder's unfinished files are its own.
  const sounds = readdirSync(folder).filter((file) => /\.[au]law$/.test(file));
  for (const file of sounds) if (!wanted.has(file)) rmSync(join(folder, file), { force: true });
  replaceFile(join(folder, 'language.json'), contentOf(language));
  replaceFile(join(folder, 'index.json'), `${JSON.stringify(index, undefined, 2)}\n`);
  replaceFile(
    join(folder, manifest),
    JSON.stringify(Object.fromEntries(clips.map((one) => [one.name, one.hash]))),
  );
  return written;
}

function isBuilt(folder: string, language: LanguageSource): boolean {
  const { clips } = language;
  const built = readManifest(folder);
  if (Object.keys(built).length !== clips.length || !clips.every((one) => built[one.name] === one.hash))
    return false;
  if (!existsSync(join(folder, 'language.json'))) return false;
  if (readFileSync(join(folder, 'language.json'), 'utf8') !== contentOf(language)) return false;
  const present = new Set(readdirSync(folder));
  return present.has('index.json') && clips.flatMap(filesOf).every((file) => present.has(file));
}

function contentOf({ rules, texts }: LanguageSource): string {
  return `${JSON.stringify({ rules, texts }, undefined, 2)}\n`;
}

function filesOf({ name }: Clip): string[] {
  return Object.keys(formats).map((format) => `${name}.${format}`);
}

function readManifest(folder: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(join(folder, manifest), 'utf8')) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function unique(clips: readonly Clip[]): Clip[] {
  return [...new Map(clips.map((clip) => [clip.hash, clip])).values()];
}

function cached(cache: string, hash: string, format: string): string {
  return join(cache, `${hash}.${format}`);
}

function isCached(cache: string, hash: string): boolean {
  return Object.keys(formats).every((format) => existsSync(cached(cache, hash, format)));
}

/** A reader sees the old file or the new one, never a part; two builders at once do no harm. */
function replaceFile(file: string, content: string | Uint8Array): void {
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, content);
  renameSync(fresh, file);
}
