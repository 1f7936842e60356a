/** What pocketsphinx says that it heard. */

export interface Word {
  readonly text: string;
  /** From the beginning of the whole sound. */
  readonly startMs: number;
  readonly endMs: number;
  /** How sure it is, from 0 to 1. */
  readonly probability: number;
}

interface Said {
  readonly t?: unknown;
  readonly p?: unknown;
  readonly b?: unknown;
  readonly d?: unknown;
}

/**
 * Reads lines of JSON, one for each piece of sound: fields `w` = words, each with `t` = text, `p` = probability, `b` = where it
 * begins in the piece and `d` = how long it takes, both in seconds.
 * @param startsMs where the pieces begin
 */
export function readWords(output: string, startsMs: readonly number[]): Word[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .flatMap((line, i) => {
      const { w } = JSON.parse(line) as { readonly w?: readonly (Said | null)[] | null };
      return (Array.isArray(w) ? w : []).flatMap((one) => wordOf(one ?? {}, startsMs[i] ?? 0));
    });
}

/** Silence and noise stand in brackets; a number in brackets says which pronunciation it was. */
function wordOf({ t, p, b, d }: Said, pieceMs: number): Word[] {
  const text = String(t).replace(/\(\d+\)$/, '');
  if (/^[<[+]/.test(text)) return [];
  const startMs = pieceMs + numberOf(b) * 1000;
  return [{ text, probability: numberOf(p), startMs, endMs: startMs + numberOf(d) * 1000 }];
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0;
}

const unsure = '…';

/**
 * The words that are said; where they are doubtful there is "…" once. `undefined` if hardly any is not.
 * @param least probability that a word must have
 */
export function sureWords(words: readonly Word[], least: number): Word[] | undefined {
  const sure: Word[] = [];
  for (const word of words) {
    const text = word.probability >= least ? word.text : unsure;
    const last = sure.at(-1);
    if (text === unsure && last?.text === unsure) sure[sure.length - 1] = { ...last, endMs: word.endMs };
    else sure.push({ ...word, text });
  }
  return sure.every(({ text }) => text === unsure) ? undefined : sure;
}
