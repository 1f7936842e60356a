/** Texts as they are given to an engine that speaks them. */
import { Fault } from '../../core/errors.ts';

/** No word is longer; engines take a line without spaces for one. */
const longestWord = 60;

/**
 * What is to be said, in one line: no control characters, no invisible ones, nothing that an engine reads as a command.
 * A text of more than `most` characters ends with the last sentence before that, or the last word.
 * @throws Fault `invalid` if no letter and no digit is in it
 */
export function speakable(bytes: Uint8Array, most: number): string {
  const text = new TextDecoder('utf-8').decode(bytes).normalize('NFC');
  const plain = text
    .replaceAll(/\r?\n[\t ]*\r?\n\s*/g, '. ')
    // espeak-ng takes what stands in double brackets for phonemes.
    .replaceAll(/\[{2,}|\]{2,}/g, ' ')
    // Controls, formats as those for right-to-left, private and unassigned characters, halves of pairs, U+FFFD.
    .replaceAll(/[\p{C}\p{Z}\s\uFFFD]+/gu, ' ')
    // A line of signs, or a letter that is held down.
    .replaceAll(/([^\p{N}])\1{4,}/gu, '$1$1$1$1')
    .replaceAll(new RegExp(`\\S{${longestWord}}(?=\\S)`, 'gu'), '$& ')
    .trim();
  if (!/[\p{L}\p{N}]/u.test(plain)) throw nothing();
  return cut(plain, most);
}

/** Parts of a text of no more than `mostBytes` in UTF-8, at ends of sentences or between words. */
export function partsOf(text: string, mostBytes: number): string[] {
  const parts: string[] = [];
  let rest = text;
  while (Buffer.byteLength(rest) > mostBytes) {
    const head = cut(headOf(rest, mostBytes), mostBytes, true);
    parts.push(head);
    rest = rest.slice(head.length).trimStart();
  }
  if (rest !== '') parts.push(rest);
  return parts;
}

function cut(text: string, most: number, always = false): string {
  if (text.length <= most && !always) return text;
  const head = text.slice(0, most);
  const sentence = Math.max(...['. ', '! ', '? ', '。', '！', '？'].map((end) => head.lastIndexOf(end)));
  if (sentence > head.length / 2) return head.slice(0, sentence + 1);
  const word = head.lastIndexOf(' ');
  return word > head.length / 2 ? head.slice(0, word) : whole(head);
}

/** The longest beginning of so many bytes. */
function headOf(text: string, mostBytes: number): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(mostBytes));
  return text.slice(0, read);
}

/** Without half a character at its end. */
function whole(text: string): string {
  return text.replace(/[\uD800-\uDBFF]$/, '');
}

function nothing(): Fault {
  return new Fault('invalid', 'there is nothing to say in the text', { temporary: false });
}
