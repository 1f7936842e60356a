/** What a telephone can play of a message. */
import { isTimed, mediaType } from '../conversion/media-type.ts';
import type { MessageKind } from '../profile/class-of-service.ts';
import { keptType } from './kept.ts';
import type { Message } from './message.ts';
import { wordsPart, writtenWords } from './words.ts';

/** What a message without its own form for a telephone is turned into. */
export const soundForm = 'audio/pcmu';

/** Something to hear of a message: a part with sound, or its words, which are spoken. */
export type Piece = { readonly kind: 'part'; readonly index: number } | { readonly kind: 'words' };

/** Kinds whose words are read out; what was said is heard as it was said. */
const readOut: readonly MessageKind[] = ['text', 'email', 'image'];

/** All that is to be heard, in order; the words stand where they are written. */
export function piecesOf(message: Message): Piece[] {
  const { kind, parts } = message.envelope;
  const at = wordsPart(message);
  const hasWords =
    readOut.includes(kind) && (at !== undefined || writtenWords(message, message.transcript) !== '');
  const pieces = parts.flatMap(({ contentType }, index): Piece[] => {
    if (isTimed(contentType)) return [{ kind: 'part', index }];
    return hasWords && index === at ? [{ kind: 'words' }] : [];
  });
  return hasWords && at === undefined ? [{ kind: 'words' }, ...pieces] : pieces;
}

/** Whether a telephone switch plays it as it is: G.711, G.722, or linear at 8 kHz (RFC 4856). */
export function isPlayable(contentType: string): boolean {
  const type = mediaType(contentType);
  if (type === 'audio/l16') return !/;\s*(rate=(?!8000\b)|channels=(?!1\b))/i.test(contentType);
  return type === 'audio/pcmu' || type === 'audio/pcma' || type === 'audio/g722';
}

/** Whether nothing has to be made to hear it. */
export function isPlayableAsItCame(message: Message): boolean {
  return piecesOf(message).every(
    (piece) => piece.kind === 'part' && isPlayable(keptType(message, piece.index)),
  );
}

/** Playing time of a content in milliseconds, by its bytes where nothing else tells it; 0 = not known. */
export function playingMs(contentType: string, bytes: Uint8Array): number {
  if (!isPlayable(contentType)) return 0;
  return Math.round(bytes.length / (mediaType(contentType) === 'audio/l16' ? 16 : 8));
}
