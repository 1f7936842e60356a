/** What a message says in words. */
import type { Message } from './message.ts';
import { mediaType } from '../conversion/media-type.ts';

/**
 * Index of the part that the words are in, where the message does not bear them beside it: plain text if there is some,
 * else what can be made plain.
 */
export function wordsPart({ envelope }: Message): number | undefined {
  const types = envelope.parts.map(({ contentType }) => mediaType(contentType));
  const found = ['text/plain', 'text/html'].map((type) => types.indexOf(type)).find((index) => index >= 0);
  return found;
}

/** To be read: subject and body. Empty if there is neither. */
export function writtenWords({ envelope }: Message, body: string | undefined): string {
  return [envelope.subject ?? '', body ?? '']
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .join('\n\n');
}

/** To be spoken: before these who sent them, where no number can be said. Empty if there are no words. */
export function spokenWords(message: Message, body: string | undefined): string {
  const words = writtenWords(message, body);
  const { number, name, address, private: hidden } = message.envelope.from;
  const who = hidden || /\d/.test(number ?? '') ? undefined : (name ?? address);
  return words === '' || who === undefined ? words : `${who.trim()}.\n\n${words}`;
}
