/** Opens the room: prompts and texts that scripts/prompts.ts built. */
import { readFile, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Fault } from '../core/errors.ts';
import type { TextsData } from '../core/notification/wording.ts';
import type { RulesData } from '../core/prompt/rules-data.ts';
import { compileRules } from '../core/prompt/speech-rules.ts';
import type { Log } from '../ports/log.ts';
import type { PromptCatalog } from '../ports/prompts.ts';
import type { Texts } from '../ports/texts.ts';
import { createPromptCatalog, type BuiltLanguage } from './prompt-catalog.ts';

/** The section `prompts` of the configuration. */
export interface PromptOptions {
  /** Folder with a folder for each language. */
  readonly directory: string;
  /** Language where another has no clip. */
  readonly language: string;
}

/**
 * Reads every `<language>/index.json` and `language.json` once: prompts built later need a restart.
 * @throws Fault `not-found` if the prompts of the default language were not built or their index cannot be read.
 */
export async function openPromptCatalog(
  options: PromptOptions,
  deps: { readonly log: Log },
): Promise<PromptCatalog & Texts & AsyncDisposable> {
  const directory = resolve(options.directory);
  const built: BuiltLanguage[] = [];
  for (const name of await languagesIn(directory)) {
    const clips = await readIndex(join(directory, name, 'index.json'));
    if (clips !== undefined) built.push({ name, clips, ...(await readContent(directory, name)) });
  }
  const language = built.find((one) => one.name === options.language);
  if (language === undefined) throw notBuilt(`no prompts of language ${options.language} in ${directory}`);
  deps.log.debug('prompts read', { languages: built.map((one) => one.name) });
  return {
    ...createPromptCatalog(directory, built, language),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function languagesIn(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (error) {
    throw notBuilt(`the prompts' folder ${directory} cannot be read`, error);
  }
}

/** `undefined` for a folder without an index. */
async function readIndex(file: string): Promise<ReadonlyMap<string, number> | undefined> {
  try {
    const given: unknown = JSON.parse(await readFile(file, 'utf8'));
    const rows = typeof given === 'object' && given !== null ? Object.entries(given) : [];
    return new Map(rows.filter((row): row is [string, number] => typeof row[1] === 'number'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw notBuilt(`${file} cannot be read`, error);
  }
}

/** Checked when it was built. */
async function readContent(
  directory: string,
  language: string,
): Promise<Pick<BuiltLanguage, 'speech' | 'texts'>> {
  const file = join(directory, language, 'language.json');
  try {
    const { rules, texts } = JSON.parse(await readFile(file, 'utf8')) as {
      rules: RulesData;
      texts: TextsData;
    };
    return { speech: compileRules(rules, language), texts };
  } catch (error) {
    throw notBuilt(`${file} cannot be read`, error);
  }
}

function notBuilt(text: string, cause?: unknown): Fault {
  return new Fault('not-found', `${text}: run npm run prompts`, { temporary: false, cause });
}
