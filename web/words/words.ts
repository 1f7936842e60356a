/** The words that the page speaks with just now. */
import { computed, signal } from '@preact/signals';
import { en } from './en.ts';
import { es } from './es.ts';

export type Words = typeof en;

const languages: Readonly<Record<string, Words>> = { en, es };
const kept = 'answerback.language';

/** Languages that the page itself speaks: those of the prompts may be more. */
export const spoken = Object.keys(languages);

function known(tag: string | null | undefined): string | undefined {
  const base = tag?.toLowerCase().split('-', 1)[0] ?? '';
  return base in languages ? base : undefined;
}

const first =
  known(localStorage.getItem(kept)) ??
  navigator.languages.map(known).find((one) => one !== undefined) ??
  'en';

export const language = signal(first);
export const words = computed(() => languages[language.value] ?? en);

/** Does nothing for a language that the page does not speak. */
export function speak(tag: string): void {
  const found = known(tag);
  if (found === undefined) return;
  localStorage.setItem(kept, found);
  language.value = found;
}
