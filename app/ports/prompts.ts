import type { SpeechRules } from '../core/prompt/speech-rules.ts';

/** Where the sound of prompts lies. Built by scripts/prompts.ts; a recorded file of the same name overrides. */
export interface PromptCatalog {
  /**
   * Absolute path without extension of a clip: the switch chooses among the formats beside it (.ulaw, .alaw, .wav).
   * Falls back from `en-GB` to `en`, then to the default language.
   * @throws Fault `not-found` if no language has the clip.
   */
  clip(language: string, name: string): string;
  /** How numbers, times and counted things are put together; same fallbacks. */
  speech(language: string): SpeechRules;
  /** Playing time in milliseconds. */
  durationMs(language: string, name: string): number;
}
