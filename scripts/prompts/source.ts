/** Reads prompts/<language>: what is to be said, and what was recorded in its place. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { clipNames } from '../../app/core/prompt/clip-names.ts';

/** Goes into every hash: raise it when sound.ts or render.ts make other sound of the same text. */
const recipe = 1;

const schema = z.strictObject({
  voice: z.string().regex(/^[a-z0-9_]+$/, 'name of a voice of flite'),
  prompts: z.record(
    z.string(),
    z.union([
      z.string().min(1),
      z.strictObject({ tone: z.number().min(50).max(3500), ms: z.int().min(10).max(5000) }),
    ]),
  ),
});

export type ClipSource =
  | { readonly kind: 'text'; readonly text: string; readonly voice: string }
  | { readonly kind: 'tone'; readonly hertz: number; readonly ms: number }
  | { readonly kind: 'recorded'; readonly file: string };

export interface Clip {
  readonly name: string;
  /** Changes with everything that changes the sound. */
  readonly hash: string;
  readonly source: ClipSource;
}

/**
 * The clips of one language.
 * @throws Error that names every missing and every unknown name, and recordings of unknown names.
 */
export function readClips(folder: string, language: string): Clip[] {
  const file = join(folder, 'prompts.yaml');
  const parsed = schema.safeParse(parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  const { voice, prompts } = parsed.data;
  const recorded = recordings(folder);
  const wanted = clipNames(language);
  const known = new Set(wanted);
  const missing = wanted.filter((name) => !Object.hasOwn(prompts, name));
  const extra = [...Object.keys(prompts), ...recorded.keys()].filter((name) => !known.has(name));
  if (missing.length > 0 || extra.length > 0) {
    const lines = [
      ...(missing.length > 0 ? [`  no text for: ${missing.join(', ')}`] : []),
      ...(extra.length > 0 ? [`  nobody says: ${extra.join(', ')}`] : []),
    ];
    throw new Error(`${file}:\n${lines.join('\n')}`);
  }
  return wanted.map((name) => clip(name, sourceOf(prompts[name] ?? '', voice, recorded.get(name))));
}

/** Languages are the folders with a prompts.yaml. */
export function languagesIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, 'prompts.yaml')));
}

type Given = z.output<typeof schema>['prompts'][string];

function sourceOf(given: Given, voice: string, recorded: string | undefined): ClipSource {
  if (recorded !== undefined) return { kind: 'recorded', file: recorded };
  if (typeof given === 'string') return { kind: 'text', text: given, voice };
  return { kind: 'tone', hertz: given.tone, ms: given.ms };
}

function clip(name: string, source: ClipSource): Clip {
  const hash = createHash('sha256').update(`${recipe}\n`);
  if (source.kind === 'recorded') hash.update(readFileSync(source.file));
  else hash.update(JSON.stringify(source));
  return { name, hash: hash.digest('hex').slice(0, 32), source };
}

function recordings(folder: string): Map<string, string> {
  const recorded = join(folder, 'recorded');
  if (!existsSync(recorded)) return new Map();
  const files = readdirSync(recorded).filter((file) => file.endsWith('.wav'));
  return new Map(files.map((file) => [file.slice(0, -4), join(recorded, file)]));
}
