import { join } from 'node:path';
import { compileRules, type SpeechRules } from '../../app/core/prompt/speech-rules.ts';
import { createVocabulary } from '../../app/core/notification/commands.ts';
import { createWording } from '../../app/core/notification/wording.ts';
import type { Texts } from '../../app/ports/texts.ts';
import { readRules } from '../../scripts/prompts/rules.ts';
import { readTexts } from '../../scripts/prompts/texts.ts';
import { checkout } from '../../scripts/stack/machine.ts';

export const shippedPrompts = join(checkout, 'prompts');

const compiled = new Map<string, SpeechRules>();

/** Rules of a language as the checkout has them. */
export function shippedSpeech(language: string): SpeechRules {
  const rules = compiled.get(language) ?? compileRules(readRules(shippedPrompts, language), language);
  compiled.set(language, rules);
  return rules;
}

const read = (language: string) => readTexts(shippedPrompts, language).texts;

/** Texts of a language as the checkout has them. */
export const shippedTexts: Texts = {
  wording: (language) => createWording(read(language), shippedSpeech(language).category),
  languages: ['en', 'es'],
  vocabulary: createVocabulary(['en', 'es'].map(read)),
};
