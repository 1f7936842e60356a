/** Reads prompts/<language>: what is to be said, and what was recorded in its place. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { clipNames } from '../../app/core/prompt/clip-names.ts';
import { promptNames } from '../../app/core/prompt/prompt-name.ts';
import type { RulesData } from '../../app/core/prompt/rules-data.ts';
import { compileRules } from '../../app/core/prompt/speech-rules.ts';
import type { TextsData } from '../../app/core/notification/wording.ts';
import { complete, lineage, readYaml } from './layers.ts';
import { readRules } from './rules.ts';
import { readTexts } from './texts.ts';

/** Goes into every hash: raise it when sound.ts or render.ts make other sound of the same text. */
const recipe = 1;

const voiceSchema = z.union([
  z.string().regex(/^[a-z0-9_]+$/, 'name of a voice of flite'),
  z.strictObject({
    engine: z.enum(['espeak-ng', 'flite']),
    name: z.string().regex(/^[A-Za-z0-9_+-]+$/, 'name of a voice'),
    speed: z.int().min(80).max(300).default(160).describe('Words a minute; espeak-ng only.'),
    pitch: z.int().min(0).max(99).default(50).describe('espeak-ng only.'),
  }),
]);

const schema = z.strictObject({
  voice: voiceSchema,
  prompts: z.record(
    z.string(),
    z.union([
      z.string().min(1),
      z.strictObject({ tone: z.number().min(50).max(3500), ms: z.int().min(10).max(5000) }),
    ]),
  ),
});

export type Voice = z.output<typeof voiceSchema>;

export type ClipSource =
  | { readonly kind: 'text'; readonly text: string; readonly voice: Voice }
  | { readonly kind: 'tone'; readonly hertz: number; readonly ms: number }
  | { readonly kind: 'recorded'; readonly file: string };

export interface Clip {
  readonly name: string;
  /** Changes with everything that changes the sound. */
  readonly hash: string;
  readonly source: ClipSource;
}

export interface LanguageSource {
  readonly clips: readonly Clip[];
  readonly rules: RulesData;
  readonly texts: TextsData;
  /** What is not as it should be, though the language can be spoken. */
  readonly warnings: readonly string[];
}

/**
 * One language as its folder has it.
 * @throws Error that says what is wrong in a file, or names every missing and unknown prompt where another language cannot
 * stand in
 */
export function readLanguage(source: string, language: string): LanguageSource {
  const folder = join(source, language);
  const rules = readRules(source, language);
  const { texts, missing } = readTexts(source, language);
  const [own, ...inherited] = lineage(language).map((one) => readPrompts(join(source, one)));
  const wanted = clipNames(compileRules(rules, language));
  const base = inherited.filter((one) => one !== undefined);
  if (own === undefined && base.length === 0) throw new Error(`${join(folder, 'prompts.yaml')} is missing`);
  const warnings = checkNames(join(folder, 'prompts.yaml'), {
    language,
    wanted,
    own: own?.names ?? [],
    base: base.length === 0 ? undefined : base.flatMap((one) => one.names),
  });
  if (missing.length > 0 && base.length === 0)
    warnings.push(`${join(folder, 'texts.yaml')}:\n  no text for: ${missing.join(', ')}`);
  const clips = wanted.flatMap((name) => own?.sourceOf(name) ?? []);
  return { clips: clips.map(({ name, from }) => clip(name, from)), rules, texts, warnings };
}

interface Prompts {
  readonly names: readonly string[];
  sourceOf(name: string): { readonly name: string; readonly from: ClipSource } | undefined;
}

/** `undefined` if the folder has no prompts.yaml. */
function readPrompts(folder: string): Prompts | undefined {
  const file = join(folder, 'prompts.yaml');
  if (!existsSync(file)) return undefined;
  const parsed = schema.safeParse(readYaml(file));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  const { voice, prompts } = parsed.data;
  const recorded = recordings(folder);
  return {
    names: [...new Set([...Object.keys(prompts), ...recorded.keys()])],
    sourceOf(name) {
      const text = Object.hasOwn(prompts, name) ? prompts[name] : undefined;
      const from = sourceOf(text, voice, recorded.get(name));
      return from === undefined ? undefined : { name, from };
    },
  };
}

/** Languages are the folders with a file of a language. */
export function languagesIn(folder: string): string[] {
  const files = ['prompts.yaml', 'rules.yaml', 'texts.yaml'];
  return readdirSync(folder).filter((name) => files.some((file) => existsSync(join(folder, name, file))));
}

interface Names {
  readonly language: string;
  readonly wanted: readonly string[];
  /** Those that its folder has a text for. */
  readonly own: readonly string[];
  /** Those of the language that it is a region of, if there is one. */
  readonly base: readonly string[] | undefined;
}

/** @returns what another language stands in for, and what nobody says */
function checkNames(file: string, { language, wanted, own, base }: Names): string[] {
  const [known, there] = [new Set(wanted), new Set([...own, ...(base ?? [])])];
  const missing = wanted.filter((name) => !there.has(name));
  const extra = own.filter((name) => !known.has(name));
  // Pieces of numbers and times are a language's own: no other can stand in.
  const others = new Set<string>(promptNames);
  const pieces = missing.filter((name) => !others.has(name) && !/^noun-.*-(none|one|other)$/.test(name));
  // What a region lacks is told of its language.
  const told = base === undefined ? missing : pieces;
  const said = (what: string, names: readonly string[]): string[] =>
    names.length === 0 ? [] : [`  ${what}: ${names.join(', ')}`];
  const lines = [...said('no text for', told), ...said('nobody says', extra)];
  if (lines.length === 0) return [];
  const text = `${file}:\n${lines.join('\n')}`;
  if (language === complete || pieces.length > 0) throw new Error(text);
  return [text];
}

type Given = z.output<typeof schema>['prompts'][string];

function sourceOf(
  given: Given | undefined,
  voice: Voice,
  recorded: string | undefined,
): ClipSource | undefined {
  if (recorded !== undefined) return { kind: 'recorded', file: recorded };
  if (given === undefined) return undefined;
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
