/** A message and its parts as one document, and back: for the archive, for exports, for another node. */
import { encodeBase64, base64Length } from '../core/envelope/base64.ts';
import {
  inlinesOf,
  readWhole,
  wholeMessage,
  writeWhole,
  type Inline,
  type KeptPart,
  type ReadInline,
  type WholeMessage,
} from '../core/envelope/whole-message.ts';
import { Fault } from '../core/errors.ts';
import type { E164 } from '../core/ids.ts';
import type { Message } from '../core/message/message.ts';
import type { Digest } from '../ports/digest.ts';
import type { MediaStore } from '../ports/store.ts';

/**
 * Most bytes of a message's parts together. While it is packed the document, a third longer, and the largest part are in
 * memory; while it is unpacked the same.
 */
export const mostPartBytes = 536_870_912;

export interface PackDeps {
  readonly media: Pick<MediaStore, 'get'>;
  readonly digest: Digest;
}

export type Packed =
  | { readonly kind: 'packed'; readonly document: Uint8Array }
  /** The bytes of a part are gone, or others than the message says. */
  | { readonly kind: 'lost'; readonly what: string }
  | { readonly kind: 'too-large' };

/**
 * The whole message as it is kept now; one that lies in the archive is such a document there already.
 * @param mailbox own number of its mailbox
 * @throws Fault of a store that is away; `invalid` if the message cannot be written
 */
export async function packMessage(deps: PackDeps, message: Message, mailbox: E164): Promise<Packed> {
  const kept = new Map((message.stored ?? []).map((part) => [part.of, part]));
  const sizes = message.envelope.parts.map((part, i) => kept.get(i)?.bytes ?? part.bytes);
  if (sizes.reduce((sum, bytes) => sum + bytes, 0) > mostPartBytes) return { kind: 'too-large' };
  try {
    const whole = wholeMessage(message, mailbox, await keptParts(deps, message));
    return { kind: 'packed', document: await documentOf(deps, whole) };
  } catch (error) {
    if (error instanceof Lost) return { kind: 'lost', what: error.message };
    throw error;
  }
}

/** How a part is kept is known by its digest from now on; the envelope's tells how it came. */
async function keptParts(deps: PackDeps, { stored = [] }: Message): Promise<KeptPart[]> {
  const kept: KeptPart[] = [];
  for (const part of stored)
    kept.push({ ...part, sha256: await deps.digest(await bytesAt(deps, part.media)) });
  return kept;
}

async function documentOf(deps: PackDeps, whole: WholeMessage): Promise<Uint8Array> {
  const inlines = inlinesOf(whole);
  const texts = writeWhole(whole).map((text) => new TextEncoder().encode(text));
  const length = inlines.reduce((sum, { bytes }) => sum + base64Length(bytes), 0);
  const document = new Uint8Array(texts.reduce((sum, text) => sum + text.length, length));
  let at = 0;
  const add = (piece: Uint8Array): void => {
    document.set(piece, at);
    at += piece.length;
  };
  for (const [i, text] of texts.entries()) {
    add(text);
    const inline = inlines[i];
    if (inline === undefined) continue;
    for (const piece of encodeBase64(await partBytes(deps, inline))) {
      add(piece);
      await turn();
    }
  }
  return document;
}

async function partBytes(deps: PackDeps, { media, bytes: length, sha256 }: Inline): Promise<Uint8Array> {
  const bytes = await bytesAt(deps, media);
  if (bytes.length !== length || (await deps.digest(bytes)) !== sha256)
    throw new Lost(`${media} has other bytes than the message says`);
  return bytes;
}

async function bytesAt({ media }: PackDeps, id: Inline['media']): Promise<Uint8Array> {
  const found = await media.get(id);
  if (found === undefined) throw new Lost(`${id} is gone`);
  return found.bytes;
}

class Lost extends Error {}

export interface Unpacked extends WholeMessage {
  readonly parts: readonly UnpackedPart[];
}

/** What is inline in a document: a part as it came, or as it is kept. */
export interface UnpackedPart extends Inline {
  /** Read and checked anew each time. @throws Fault `invalid`, not temporary: they are not what they were */
  bytesOf(): Promise<Uint8Array>;
}

/**
 * Takes a document apart; whether the bytes are right is looked at when they are asked for.
 * @throws Fault `invalid`, not temporary, for anything that is not exactly such a document
 */
export function unpackMessage(digest: Digest, document: Uint8Array): Unpacked {
  const { envelope, beside, inlines } = readWhole(document);
  return {
    envelope,
    beside,
    parts: inlines.map((inline) => ({ ...inline, bytesOf: () => checkedBytes(digest, inline) })),
  };
}

async function checkedBytes(digest: Digest, inline: ReadInline): Promise<Uint8Array> {
  const decoding = inline.decode();
  for (;;) {
    const step = decoding.next();
    if (step.done !== true) {
      await turn();
      continue;
    }
    if ((await digest(step.value)) === inline.sha256) return step.value;
    throw new Fault('invalid', `Envelope: ${inline.media} has other bytes than the document says`, {
      temporary: false,
      publicText: 'This message is damaged.',
    });
  }
}

/** Calls under way go before. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
