/** Whom a message is from, as people call them. */
import type { MessageItem } from '../api/messages.ts';
import { spaced } from './times.ts';
import type { Words } from './words.ts';

type From = Pick<MessageItem, 'from'>;

export function senderName({ list }: Words, { from }: From): string {
  const { name, number, address } = from;
  if (name !== undefined) return name;
  if (from.private) return list.privateCaller;
  return number === undefined ? (address ?? list.unknownSender) : spaced(number);
}

/** Below the name: by what it can be reached. */
export function senderAddress({ from }: From): string | undefined {
  const { name, number, address } = from;
  if (name === undefined) return number === undefined ? undefined : address;
  return number === undefined ? address : spaced(number);
}

/** One or two letters for a person without a picture; none for those who are only a number. */
export function initials({ from }: From): string {
  const words = (from.name ?? from.address ?? '').split(/[\s._@-]+/).filter((word) => /^\p{L}/u.test(word));
  return words
    .slice(0, 2)
    .map((word) => Array.from(word)[0]?.toLocaleUpperCase() ?? '')
    .join('');
}
