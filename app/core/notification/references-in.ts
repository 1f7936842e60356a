import type { Reference } from '../ids.ts';
import { isReference } from '../reference/reference.ts';

/** Our own texts are shorter, forwarded ones a little longer. */
const mostCharacters = 2000;
/** Such as stand in one notice, and a few more. */
const mostFound = 3;

/** References that stand in a text, also behind the number that is tapped to hear a message. */
export function referencesIn(body: string): Reference[] {
  const text = body.slice(0, mostCharacters).replace(/\+\d{7,15}[,pw;]*/g, ' ');
  const found = new Set<Reference>();
  for (const [run] of text.matchAll(/(?<!\d)\d(?:[ .-]?\d){9}(?!\d)/g)) {
    const digits = run.replace(/\D/g, '');
    if (isReference(digits)) found.add(digits);
    if (found.size === mostFound) break;
  }
  return [...found];
}
