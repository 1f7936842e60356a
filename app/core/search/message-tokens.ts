/**
 * What a message is found by: one list of short texts that the store keeps beside it and indexes. A word is itself, and `@`
 * comes before what is known of the sender: no folded word has it.
 */
import type { Message } from '../message/message.ts';
import { foldWords, isCommon } from './fold-words.ts';

/** Different words of one message that it is found by, the first ones: some three pages. Each costs the store an entry. */
export const mostWords = 200;

/** Those of an address (RFC 5321: 256 octets at most) or a number; longer ones are not kept. */
const longestSender = 256;

/** Of a sender's number in E.164 or as the network wrote it, or of an e-mail address. */
export function senderToken(numberOrAddress: string): string {
  return `@${numberOrAddress.normalize('NFKC').toLowerCase().trim()}`;
}

/** Of a word of the sender's name. */
export function nameToken(word: string): string {
  return `@${word}`;
}

/** Of what a message says, each once. */
export function wordTokens(text: string): string[] {
  const words = new Set<string>();
  for (const word of foldWords(text)) {
    if (words.size === mostWords) break;
    if (!isCommon(word)) words.add(word);
  }
  return [...words];
}

/** All of a message: sender, title and words. Of a sender who asked for privacy there is nothing. */
export function messageTokens({ envelope, transcript }: Pick<Message, 'envelope' | 'transcript'>): string[] {
  const { from, subject } = envelope;
  const whole = [from.number, from.address].filter(
    (text) => text !== undefined && text.length <= longestSender,
  );
  const sender = from.private
    ? []
    : [...whole.map((text) => senderToken(text ?? '')), ...foldWords(from.name ?? '').map(nameToken)];
  const words = wordTokens([subject, transcript].filter((text) => text !== undefined).join('\n'));
  return [...new Set([...sender.slice(0, mostWords), ...words])];
}
