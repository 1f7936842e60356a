import { isReference } from '../reference/reference.ts';
import { commandWords, type CommandWord, type TextsData } from './wording.ts';

/** What a subscriber's text asks for. Without a reference it is about the latest message that they were told of. */
export type Command =
  /**
   * `reference` is ten digits as written: where their check digit is wrong they open nothing, and nothing is done to
   * the latest message in their place.
   */
  | { readonly kind: 'play' | 'text' | 'save' | 'delete' | 'call'; readonly reference?: string }
  /** `words` are what is looked for, as they were written; empty where there are none. */
  | { readonly kind: 'find'; readonly words: string }
  | { readonly kind: 'stop' | 'start' | 'help' | 'unknown' };

/** The words of all languages together: nobody must know in which language a mailbox is kept. */
export interface Vocabulary {
  readonly commands: ReadonlyMap<string, CommandWord>;
  /** Left out before looking at what remains. */
  readonly polite: ReadonlySet<string>;
}

/** A word that means two things in two languages means what it does in the first. */
export function createVocabulary(languages: readonly TextsData[]): Vocabulary {
  const commands = new Map<string, CommandWord>();
  for (const { commands: given } of languages) {
    for (const kind of commandWords)
      for (const word of split(given[kind])) if (!commands.has(word)) commands.set(word, kind);
  }
  return { commands, polite: new Set(languages.flatMap(({ polite }) => split(polite))) };
}

function split(words: string | undefined): string[] {
  return plain(words ?? '')
    .split(/\s+/)
    .filter((word) => word !== '');
}

/** Longer texts are no commands: three SMS. */
const mostCharacters = 480;

/**
 * Reads a reply in any case, of any language, with a reference anywhere; linear in its length. A word in the middle
 * of a sentence is no command: "stop by for dinner" stops nothing.
 */
export function parseCommand(body: string, vocabulary: Vocabulary): Command {
  if (body.length > mostCharacters) return { kind: 'unknown' };
  const sought = soughtWords(body, vocabulary);
  if (sought !== undefined) return { kind: 'find', words: sought };
  const { reference, rest } = takeReference(plain(body));
  const asked = askedFor(rest, vocabulary);
  if (asked === 'unknown' || asked === 'stop' || asked === 'start' || asked === 'help')
    return { kind: asked };
  if (asked === undefined && reference === undefined) return { kind: 'unknown' };
  return { kind: asked ?? 'play', ...(reference === undefined ? {} : { reference }) };
}

/** What follows the word for finding where a text begins with that; what is looked for may be any words, commands too. */
function soughtWords(body: string, { commands }: Vocabulary): string | undefined {
  const [whole, first = ''] = /^\s*([\p{L}\p{M}]+)(?![\p{L}\p{M}\p{N}])[\s:,]*/u.exec(body) ?? [];
  if (whole === undefined || commands.get(plain(first)) !== 'find') return undefined;
  return body.slice(whole.length).trim();
}

/** Full-width digits, accents and case do not matter. */
function plain(body: string): string {
  return body.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** The first valid reference, else the first ten digits; none of the tens stay in the rest. */
function takeReference(text: string): { reference: string | undefined; rest: string } {
  // The number to tap, as it stood in our text: access number, pauses, reference.
  const tapped = text.replace(/\+\d{7,15}[,pw;]*/g, ' ');
  const found: string[] = [];
  const rest = tapped.replace(/\d(?:[ .-]?\d){9}(?!\d)#?/g, (run, at: number) => {
    if (/\d/.test(tapped[at - 1] ?? '')) return run;
    found.push(run.replace(/\D/g, ''));
    return ' ';
  });
  return { reference: found.find(isReference) ?? found[0], rest };
}

/** The one command that the words make; `undefined` if there are none, `unknown` if there are others or several. */
function askedFor(
  rest: string,
  { commands, polite }: Vocabulary,
): Exclude<CommandWord, 'find'> | 'unknown' | undefined {
  const tokens = rest
    .replace(/\bopt[\s-]+out\b/g, 'optout')
    .replace(/[^\p{L}\p{N}?]+/gu, ' ')
    .trim()
    .split(' ')
    .filter((token) => token !== '');
  const found = new Set<CommandWord>();
  let others = 0;
  for (const token of tokens) {
    const kind =
      commands.get(token) ??
      commands.get(token.replace(/\?+$/, '')) ??
      (/^\?+$/.test(token) ? 'help' : undefined);
    if (kind !== undefined) found.add(kind);
    else if (!polite.has(token)) others += 1;
  }
  if (tokens.length === 0) return undefined;
  const [only, ...more] = found;
  // To find comes first and has something after it.
  if (only === undefined || only === 'find' || more.length > 0 || others > 0) return 'unknown';
  return only;
}
