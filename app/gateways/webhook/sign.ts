/** Signatures of Standard Webhooks (https://www.standardwebhooks.com), version 1: HMAC-SHA256 (RFC 2104). */
import { createHmac } from 'node:crypto';

const prefix = 'whsec_';

/** The bytes of a secret: in base64 after `whsec_`, else as they are. */
export function keyOf(secret: string): Buffer {
  return secret.startsWith(prefix) ? Buffer.from(secret.slice(prefix.length), 'base64') : Buffer.from(secret);
}

/** The secret of an address that a subscriber named: made of the system's own, so that whoever has one knows no other. */
export function secretFor(ofRules: string, address: string): string {
  const derived = createHmac('sha256', keyOf(ofRules))
    .update(`answerback webhook ${address}`)
    .digest('base64');
  return `${prefix}${derived}`;
}

/** @param at in seconds since 1970 */
export function signedHeaders(secret: string, id: string, at: number, body: string): Record<string, string> {
  const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${at}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${signature}` };
}
