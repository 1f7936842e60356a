/**
 * Base64 (RFC 4648, section 4) as bytes, piece by piece: a message may carry a film, and no text as long as that is ever
 * made. Both ways are generators so that whoever runs them can let other work have its turn in between.
 */
import { invalid } from './xml-element.ts';

/** Bytes worked on at once; whole groups of three. */
const pieceBytes = 786_432;

const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const codes = Uint8Array.from(characters, (character) => character.charCodeAt(0));
const padding = 61;
const isPadding = 64;
const isBlank = 65;
const isNothing = 255;
const values = new Uint8Array(256).fill(isNothing);
codes.forEach((code, value) => (values[code] = value));
values[padding] = isPadding;
for (const blank of [0x09, 0x0a, 0x0d, 0x20]) values[blank] = isBlank;

/** How long so many bytes are as base64. */
export function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

/** The characters as ASCII, in pieces of at most 1 MiB. */
export function* encodeBase64(bytes: Uint8Array): Generator<Uint8Array, void, undefined> {
  for (let from = 0; from < bytes.length; from += pieceBytes) {
    yield encodePiece(bytes.subarray(from, Math.min(from + pieceBytes, bytes.length)));
  }
}

function encodePiece(bytes: Uint8Array): Uint8Array {
  const text = new Uint8Array(base64Length(bytes.length)).fill(padding);
  let at = 0;
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const group = (byte(bytes, i) << 16) | (byte(bytes, i + 1) << 8) | byte(bytes, i + 2);
    text[at] = byte(codes, group >> 18);
    text[at + 1] = byte(codes, (group >> 12) & 63);
    if (left > 1) text[at + 2] = byte(codes, (group >> 6) & 63);
    if (left > 2) text[at + 3] = byte(codes, group & 63);
    at += 4;
  }
  return text;
}

/**
 * What the characters stand for; blanks between them (XML 1.0, section 2.3) count for nothing. Yields after each piece.
 * @throws Fault `invalid` for anything else: other characters, missing padding, bits that stand for nothing
 */
export function* decodeBase64(text: Uint8Array): Generator<undefined, Uint8Array, undefined> {
  const bytes = new Uint8Array(Math.ceil(text.length / 4) * 3);
  const state = { at: 0, group: 0, characters: 0, pads: 0 };
  for (let from = 0; from < text.length; from += pieceBytes) {
    decodePiece(text.subarray(from, Math.min(from + pieceBytes, text.length)), bytes, state);
    yield;
  }
  if (state.characters !== 0) throw wrong();
  return bytes.subarray(0, state.at);
}

interface Decoding {
  /** Where the next byte goes. */
  at: number;
  group: number;
  /** Of the group so far. */
  characters: number;
  pads: number;
}

function decodePiece(text: Uint8Array, bytes: Uint8Array, state: Decoding): void {
  let { at, group, characters, pads } = state;
  for (let i = 0; i < text.length; i += 1) {
    const value = byte(values, byte(text, i));
    if (value === isBlank) continue;
    // After padding comes nothing but the rest of it.
    if (value === isNothing || (pads > 0 && (value !== isPadding || characters === 0))) throw wrong();
    if (value === isPadding) pads += 1;
    group = (group << 6) | (value & 63);
    characters += 1;
    if (characters < 4) continue;
    if (pads > 2 || (pads > 0 && (group & (pads === 1 ? 0xff : 0xffff)) !== 0)) throw wrong();
    bytes[at] = group >> 16;
    if (pads < 2) bytes[at + 1] = group >> 8;
    if (pads < 1) bytes[at + 2] = group;
    at += 3 - pads;
    group = 0;
    characters = 0;
  }
  Object.assign(state, { at, group, characters, pads });
}

/** Within the bounds by what is asked of it. */
function byte(bytes: Uint8Array, i: number): number {
  return bytes[i] ?? 0;
}

function wrong() {
  return invalid('content is not base64');
}
