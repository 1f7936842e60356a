import { invalid } from './xml-element.ts';

/** A document without the characters of its `content` elements, which lie apart in their order. */
export interface CutDocument {
  readonly rest: string;
  readonly contents: readonly Uint8Array[];
}

/** Longest document without its contents, in bytes: an envelope, and all words that a message may have. */
const restBytes = 4_194_304;
/** More elements than any message has: 1000 parts, each kept in less space. */
const mostTags = 12_000;

const lessThan = 0x3c;
const name = new TextEncoder().encode('<content');
const isBlank = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;

/**
 * Takes the contents out of a document so that the rest is short enough to be parsed. In XML no value has a bare `<`, so
 * that what looks like the element is the element; what is hidden in comments and the like is refused by the parser.
 * @throws Fault `invalid` if what is left is too long, has too many elements or is not UTF-8
 */
export function cutContents(document: Uint8Array): CutDocument {
  const pieces: Uint8Array[] = [];
  const contents: Uint8Array[] = [];
  let from = 0;
  let length = 0;
  let tags = 0;
  const keep = (to: number): void => {
    length += to - from;
    if (length > restBytes) throw invalid('the document is too long');
    pieces.push(document.subarray(from, to));
    from = to;
  };
  for (let at = document.indexOf(lessThan); at >= 0; at = document.indexOf(lessThan, at + 1)) {
    tags += 1;
    if (tags > mostTags) throw invalid('the document has too many elements');
    const opened = openTag(document, at);
    if (opened === undefined) continue;
    const close = opened.empty ? opened.end : document.indexOf(lessThan, opened.end);
    if (close < 0) throw invalid('a content does not end');
    keep(opened.end);
    contents.push(document.subarray(opened.end, close));
    from = close;
  }
  keep(document.length);
  return { rest: textOf(pieces, length), contents };
}

/** The tag that opens a content here, if one does; `end` is behind it. */
function openTag(
  document: Uint8Array,
  at: number,
): { readonly end: number; readonly empty: boolean } | undefined {
  for (let i = 0; i < name.length; i += 1) if (document[at + i] !== name[i]) return undefined;
  let end = at + name.length;
  while (isBlank(document[end])) end += 1;
  const empty = document[end] === 0x2f;
  if (empty) end += 1;
  return document[end] === 0x3e ? { end: end + 1, empty } : undefined;
}

function textOf(pieces: readonly Uint8Array[], length: number): string {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw invalid('it is not UTF-8', error);
  }
}
