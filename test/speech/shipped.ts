import { join } from 'node:path';
import { compileRules, type SpeechRules } from '../../app/core/prompt/speech-rules.ts';
import { readRules } from '../../scripts/prompts/rules.ts';
import { checkout } from '../../scripts/stack/machine.ts';

export const shippedPrompts = join(checkout, 'prompts');

const compiled = new Map<string, SpeechRules>();

/** Rules of a language as the checkout has them. */
export function shippedSpeech(language: string): SpeechRules {
  const rules = compiled.get(language) ?? compileRules(readRules(shippedPrompts, language), language);
  compiled.set(language, rules);
  return rules;
}
