/** What an operator signs in with, as it is shown once. */
import { operatorWords } from '../../words/operator.ts';
import type { Secret } from './once.tsx';

/** Without those that look like others. */
const letters = 'abcdefghjkmnpqrstuvwxyz23456789';
const groups = 4;
const groupLength = 5;

/** Twenty characters by chance, some 99 bits: nobody needs to think of one that is good enough. */
export function madeUpPassword(): string {
  return Array.from({ length: groups }, () => Array.from({ length: groupLength }, letter).join('')).join('-');
}

/** Each as likely as the others. */
function letter(): string {
  const fair = 256 - (256 % letters.length);
  for (;;) {
    const [byte = 0] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < fair) return letters[byte % letters.length] ?? '';
  }
}

/** The key of an `otpauth:` address, in groups that are read and typed easily. */
export function authenticatorOf(address: string): Secret {
  const value = new URL(address).searchParams.get('secret') ?? '';
  return {
    name: operatorWords.value.authenticatorKey,
    value,
    shown: value.replaceAll(/(.{4})(?=.)/g, '$1 '),
  };
}
