import type { Vocabulary } from '../core/notification/commands.ts';
import type { Wording } from '../core/notification/wording.ts';

/** What is written to subscribers, in every language that has a folder. */
export interface Texts {
  /** Texts of a language (BCP 47): its own, else those of the language that it is a region of, else the default one. */
  wording(language: string): Wording;
  /** Those that subscribers may choose, as they say their own name; the default one first. */
  readonly languages: readonly string[];
  /** What subscribers may answer. */
  readonly vocabulary: Vocabulary;
}
