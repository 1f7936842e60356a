import { join } from 'node:path';
import { Fault } from '../core/errors.ts';
import { createVocabulary } from '../core/notification/commands.ts';
import { createWording, type TextsData, type Wording } from '../core/notification/wording.ts';
import type { SpeechRules } from '../core/prompt/speech-rules.ts';
import type { PromptCatalog } from '../ports/prompts.ts';
import type { Texts } from '../ports/texts.ts';

/** The language that lacks nothing. */
const complete = 'en';
/** A language that does not say its own name is a region of one, and is not offered beside it. */
const ownName = 'setting-language-this';

/** What was built of a language. */
export interface BuiltLanguage {
  /** Its folder. */
  readonly name: string;
  /** Milliseconds of each clip, by name. */
  readonly clips: ReadonlyMap<string, number>;
  readonly speech: SpeechRules;
  readonly texts: TextsData;
}

/**
 * Looks clips up in what was built: in the language, in those that it is a region of, in the default one, then in
 * English, which is complete.
 * @param language the default one, which has been built
 */
export function createPromptCatalog(
  directory: string,
  built: readonly BuiltLanguage[],
  language: BuiltLanguage,
): PromptCatalog & Texts {
  const byTag = new Map(built.map((one) => [one.name.toLowerCase(), one]));
  const english = byTag.get(complete);
  const candidates = (wanted: string): BuiltLanguage[] => {
    const parts = wanted.toLowerCase().split('-');
    const tags = parts.map((_, i) => parts.slice(0, parts.length - i).join('-'));
    return [
      ...tags.flatMap((tag) => byTag.get(tag) ?? []),
      language,
      ...(english === undefined ? [] : [english]),
    ];
  };
  const find = (wanted: string, name: string): { readonly folder: string; readonly ms: number } => {
    for (const { name: folder, clips } of candidates(wanted)) {
      const ms = clips.get(name);
      if (ms !== undefined) return { folder, ms };
    }
    throw new Fault('not-found', `no prompt ${name} in ${wanted} or ${language.name}`, { temporary: false });
  };
  const words = (one: BuiltLanguage, otherwise?: Wording): Wording =>
    createWording(one.texts, one.speech.category, otherwise);
  const usual = words(language, english === undefined ? undefined : words(english));
  const wordings = new Map(built.map((one) => [one, words(one, usual)] as const));
  const hasName = ({ clips }: BuiltLanguage): boolean => clips.has(ownName);
  const spoken = candidates(language.name).find(hasName);
  return {
    clip: (wanted, name) => join(directory, find(wanted, name).folder, name),
    durationMs: (wanted, name) => find(wanted, name).ms,
    wording: (wanted) => wordings.get(candidates(wanted)[0] ?? language) ?? usual,
    languages: [language, ...built.filter((one) => one !== spoken && one !== language && hasName(one))].map(
      (one) => one.name,
    ),
    vocabulary: createVocabulary([language, ...built].map((one) => one.texts)),
    speech: (wanted) => (candidates(wanted)[0] ?? language).speech,
  };
}
