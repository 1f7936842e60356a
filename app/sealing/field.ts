/** Short texts that are sealed: `s1.` and base64url of id of the key (16 bytes) || nonce (12) || AES-256-GCM with its tag (16). */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { broken } from './faults.ts';
import type { OpenKey, Openers } from './keyring.ts';

const prefix = 's1.';
const idBytes = 16;
const nonceBytes = 12;
const tagBytes = 16;
/** Of a token: 72 bits, so that of a million words hardly two look the same. */
const tokenBytes = 9;

export function isSealedText(text: string): boolean {
  return text.startsWith(prefix);
}

/** @param about what it is, as `transcript/<id>`: another one cannot be put in its place */
export function sealText(key: OpenKey, about: string, text: string): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key.fields, nonce);
  cipher.setAAD(Buffer.from(about));
  const body = cipher.update(text, 'utf8');
  cipher.final();
  const all = Buffer.concat([Buffer.from(key.id, 'hex'), nonce, body, cipher.getAuthTag()]);
  return prefix + all.toString('base64url');
}

/** @throws Fault `seal-broken`, `key-lost`, `key-unavailable` */
export async function openText(keys: Openers, about: string, sealed: string): Promise<string> {
  const all = Buffer.from(sealed.slice(prefix.length), 'base64url');
  if (!isSealedText(sealed) || all.length < idBytes + nonceBytes + tagBytes) throw broken('a text is cut');
  const key = await keys.opening(all.toString('hex', 0, idBytes));
  const decipher = createDecipheriv('aes-256-gcm', key.fields, all.subarray(idBytes, idBytes + nonceBytes));
  decipher.setAAD(Buffer.from(about));
  decipher.setAuthTag(all.subarray(all.length - tagBytes));
  const body = decipher.update(all.subarray(idBytes + nonceBytes, all.length - tagBytes));
  try {
    decipher.final();
  } catch (error) {
    throw broken('a text is not what was sealed', error);
  }
  return body.toString('utf8');
}

/** What stands for a word in the index: the same in one mailbox, and another in each. */
export function blindToken(key: OpenKey, token: string): string {
  return `~${createHmac('sha256', key.words).update(token).digest().subarray(0, tokenBytes).toString('base64url')}`;
}
