import { join } from 'node:path';
import { Fault } from '../core/errors.ts';
import type { PromptCatalog } from '../ports/prompts.ts';

/** Milliseconds of each clip, by language and name. */
export type PromptIndex = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Looks clips up in what was built; a clip that a language lacks is taken from the next one. */
export function createPromptCatalog(directory: string, index: PromptIndex, language: string): PromptCatalog {
  const find = (wanted: string, name: string): { readonly folder: string; readonly ms: number } => {
    for (const folder of [wanted, wanted.split('-')[0] ?? wanted, language]) {
      const ms = index.get(folder)?.get(name);
      if (ms !== undefined) return { folder, ms };
    }
    throw new Fault('not-found', `no prompt ${name} in ${wanted} or ${language}`, { temporary: false });
  };
  return {
    clip: (wanted, name) => join(directory, find(wanted, name).folder, name),
    durationMs: (wanted, name) => find(wanted, name).ms,
  };
}
