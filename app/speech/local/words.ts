/** What pocketsphinx says that it heard. */

export interface Word {
  readonly text: string;
  /** How sure it is, from 0 to 1. */
  readonly probability: number;
}

/** Reads lines of JSON, one for each piece of sound: fields `w` = words, each with `t` = text and `p` = probability. */
export function readWords(output: string): Word[][] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => {
      const { w } = JSON.parse(line) as { readonly w?: readonly { t?: unknown; p?: unknown }[] };
      return (w ?? []).flatMap(({ t, p }) => wordOf(String(t), Number(p)));
    });
}

/** Silence and noise stand in brackets; a number in brackets says which pronunciation it was. */
function wordOf(text: string, probability: number): Word[] {
  const plain = text.replace(/\(\d+\)$/, '');
  return /^[<[+]/.test(plain)
    ? []
    : [{ text: plain, probability: Number.isNaN(probability) ? 0 : probability }];
}

const unsure = '…';

/**
 * The words in one line; where they are doubtful there is "…". `undefined` if hardly any is not.
 * @param least probability that a word must have
 */
export function transcriptOf(pieces: readonly (readonly Word[])[], least: number): string | undefined {
  const words = pieces.flat().map(({ text, probability }) => (probability >= least ? text : unsure));
  if (words.every((word) => word === unsure)) return undefined;
  return words.filter((word, i) => word !== unsure || words[i - 1] !== unsure).join(' ');
}
