/** What somebody writes to look for, as the tokens of messages (see message-tokens). */
import { isAddress } from '../mail/address.ts';
import { foldWords, isCommon, isDense } from './fold-words.ts';
import { nameToken, senderToken } from './message-tokens.ts';

/** One thing that a message must have: any of these tokens, whole or as their beginning. */
export interface SearchTerm {
  readonly anyOf: readonly string[];
  /** Words that begin so. */
  readonly beginning: boolean;
}

export type SearchTerms =
  | { readonly kind: 'terms'; readonly terms: readonly SearchTerm[] }
  /** There is no word in it, or none but those that every message has. */
  | { readonly kind: 'no-words' }
  | { readonly kind: 'too-long' };

/** Longest text that is looked for, in UTF-16 units, and most words of it. */
export const longestSearch = 200;
export const mostTerms = 8;
/** Shortest beginning of a word: what begins with a letter or two is nearly everything. */
const leastBeginning = 3;
/** The same of signs that stand for whole syllables or words. */
const leastDense = 1;

/**
 * Every word must be there, in the message's words or in its sender's name, in any order. A word with `*` after it is the
 * beginning of one. Nothing else has a meaning: quotes, operators and patterns part words as spaces do.
 */
export function searchTerms(text: string): SearchTerms {
  if (text.length > longestSearch) return { kind: 'too-long' };
  // Taken apart where folding would, so that a star belongs to the word before it.
  const found = text.match(/[^\s*]+\*?/g) ?? [];
  const terms = new Map<string, SearchTerm>();
  for (const piece of found) {
    const words = foldWords(piece);
    for (const [i, word] of words.entries()) {
      const beginning =
        i === words.length - 1 &&
        /[\p{L}\p{N}\p{M}]\*$/u.test(piece) &&
        word.length >= (isDense(word) ? leastDense : leastBeginning);
      if (beginning || !isCommon(word))
        terms.set(`${word}${beginning ? '*' : ''}`, { anyOf: [word, nameToken(word)], beginning });
    }
  }
  if (terms.size === 0) return { kind: 'no-words' };
  if (terms.size > mostTerms) return { kind: 'too-long' };
  return { kind: 'terms', terms: [...terms.values()] };
}

/**
 * A sender by number, e-mail address or name.
 * @param number what was written, as a number in E.164, where it is one
 */
export function senderTerms(text: string, number: string | undefined): SearchTerms {
  if (text.length > longestSearch) return { kind: 'too-long' };
  const whole = text.trim();
  // A number is found as it was written too: short codes, and what another network made of it.
  const wholes = [
    ...(number === undefined ? [] : [number]),
    ...(number !== undefined || isAddress(whole) || /^[+\d]+$/.test(whole) ? [whole] : []),
  ];
  if (wholes.length > 0) {
    const anyOf = [...new Set(wholes.map(senderToken))];
    return { kind: 'terms', terms: [{ anyOf, beginning: false }] };
  }
  const names = foldWords(whole);
  if (names.length === 0) return { kind: 'no-words' };
  if (names.length > mostTerms) return { kind: 'too-long' };
  return {
    kind: 'terms',
    terms: [...new Set(names)].map((name) => ({ anyOf: [nameToken(name)], beginning: false })),
  };
}
