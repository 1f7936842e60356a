/** Messages by telephone: what is written is spoken, what has sound is played. */
import { derivedId } from '../core/conversion/derived-id.ts';
import { mediaType } from '../core/conversion/media-type.ts';
import { isTemporary } from '../core/errors.ts';
import { isPlayable, piecesOf, playingMs, soundForm, type Piece } from '../core/message/heard.ts';
import { keptPart, keptType } from '../core/message/kept.ts';
import type { Message } from '../core/message/message.ts';
import type { StoredSound } from '../core/prompt/play-item.ts';
import type { Content, ConvertOptions } from '../ports/convert.ts';
import type { Log } from '../ports/log.ts';
import type { Conversions } from './conversions.ts';

export type Aloud =
  | { readonly kind: 'sound'; readonly sounds: readonly StoredSound[]; readonly lengthMs: number }
  /** Its bytes are gone. */
  | { readonly kind: 'gone' }
  /** Nothing here can turn it into sound. */
  | { readonly kind: 'unable' };

interface ReadAloudDeps {
  readonly conversions: Conversions;
  readonly log: Log;
}

/**
 * Everything of a message that can be heard, in order; a piece that cannot is left out while there is another.
 * @throws Fault (temporary) of a store or converter that is away or busy; with the signal's reason
 */
export async function readAloud(
  deps: ReadAloudDeps,
  message: Message,
  options: ConvertOptions,
): Promise<Aloud> {
  const sounds: StoredSound[] = [];
  let lengthMs = 0;
  let gone = false;
  for (const piece of piecesOf(message)) {
    const made = await attempt(deps, message, piece, options);
    if (made === 'gone') gone = true;
    if (typeof made === 'string') continue;
    sounds.push({
      id: idOf(message, piece, made, options),
      contentType: made.contentType,
      bytes: made.bytes,
    });
    lengthMs += playingMs(made.contentType, made.bytes);
  }
  if (sounds.length > 0) return { kind: 'sound', sounds, lengthMs };
  return { kind: gone ? 'gone' : 'unable' };
}

async function attempt(
  { conversions, log }: ReadAloudDeps,
  message: Message,
  piece: Piece,
  options: ConvertOptions,
): Promise<Content | 'gone' | 'unable'> {
  try {
    if (piece.kind === 'words') return (await conversions.words(message, soundForm, options)) ?? 'unable';
    const contentType = keptType(message, piece.index);
    const form = isPlayable(contentType) ? mediaType(contentType) : soundForm;
    if (!conversions.leads(contentType, form)) return 'unable';
    return (await conversions.part(message, piece.index, form, options)) ?? 'gone';
  } catch (error) {
    if (isTemporary(error)) throw error;
    log.warn('a part of a message cannot be heard', { error, message: message.id });
    return 'unable';
  }
}

/** The same for the same sound: a name that the switch keeps it under. */
function idOf(message: Message, piece: Piece, { bytes }: Content, { language }: ConvertOptions): string {
  if (piece.kind === 'words') return `${message.id}/spoken-${bytes.length}@${language}`;
  const part = keptPart(message, piece.index);
  if (part === undefined) return '';
  const { media, contentType } = part;
  return isPlayable(contentType) ? media : derivedId(media, contentType, soundForm, language);
}
