/**
 * When the words of a transcript are said. Kept as short as can be, a line a part: its index, then for each word the pause before
 * it, a dot, and how long it takes, both in hundredths of a second. As `0 22.17 0.88`.
 */

export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** A word, and when it is said in which part of the message. */
export interface SpokenWord extends Span {
  readonly word: string;
  /** Index of the part. */
  readonly part: number;
}

/** What is written with a transcript. */
export interface BesideTranscript {
  /** When its words are said; absent: not known. */
  readonly times?: string;
  /** What it is found by (core/search); absent: its words. */
  readonly words?: readonly string[];
}

const unitMs = 10;
const spans = /^\d{1,8}\.\d{1,8}( \d{1,8}\.\d{1,8})*$/;

/** Those of one part. What goes back in time begins where the word before it ends. */
export function packSpans(words: readonly Span[]): string {
  let at = 0;
  return words
    .map(({ startMs, endMs }) => {
      const begin = Math.max(at, Math.round(startMs / unitMs));
      const end = Math.max(begin, Math.round(endMs / unitMs));
      const packed = `${begin - at}.${end - begin}`;
      at = end;
      return packed;
    })
    .join(' ');
}

/**
 * Of the parts that words were understood of, in their order. `undefined` unless each of them says when: nobody could tell the
 * words apart then.
 */
export function packTimes(
  parts: readonly { readonly index: number; readonly text: string; readonly spans: string | undefined }[],
): string | undefined {
  const lines = parts.map(({ index, text, spans: packed }) => {
    const own = packed?.split(' ');
    const count = wordsIn(text).length;
    // A long text is cut: what is said later is not in it.
    return own === undefined || own.length < count ? undefined : [index, ...own.slice(0, count)].join(' ');
  });
  return lines.length === 0 || lines.includes(undefined) ? undefined : lines.join('\n');
}

/** The words of a transcript with their times; `undefined` where these are of other words, or none. */
export function spokenWords(transcript: string, times: string): SpokenWord[] | undefined {
  const words = wordsIn(transcript);
  const spoken = times.split('\n').flatMap((line) => readLine(line));
  if (spoken.length !== words.length) return undefined;
  return words.map((word, i) => ({ word, part: 0, startMs: 0, endMs: 0, ...spoken[i] }));
}

function readLine(line: string): (Span & { readonly part: number })[] {
  const space = line.indexOf(' ');
  const [index, packed] = [line.slice(0, space), line.slice(space + 1)];
  if (!/^\d{1,3}$/.test(index) || !spans.test(packed)) return [];
  let at = 0;
  return packed.split(' ').map((one) => {
    const [pause = 0, length = 0] = one.split('.').map(Number);
    const begin = at + pause;
    at = begin + length;
    return { part: Number(index), startMs: begin * unitMs, endMs: at * unitMs };
  });
}

/** What stands between spaces. */
function wordsIn(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
