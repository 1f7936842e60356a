import type { MediaId, MessageId } from '../ids.ts';
import { isTimed, topLevel } from './media-type.ts';

/**
 * Name of a part in another form: the same each time, so that it is found again. The language is part of it where words
 * become sound or sound words.
 * @param form media type without parameters, in lower case
 */
export function derivedId(part: MediaId, contentType: string, form: string, language: string): MediaId {
  const heard = !isTimed(contentType) && isTimed(form);
  const written = isTimed(contentType) && topLevel(form) === 'text';
  return `${part}>${form}${heard || written ? `@${language}` : ''}` as MediaId;
}

/**
 * The same of the words of a message.
 * @param length of the words: a transcript that comes later makes them others
 */
export function wordsId(message: MessageId, length: number, form: string, language: string): MediaId {
  return derivedId(`${message}/words-${length}` as MediaId, 'text/plain', form, language);
}
