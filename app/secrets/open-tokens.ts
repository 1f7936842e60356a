import { createHash, randomBytes } from 'node:crypto';
import type { Tokens } from '../ports/tokens.ts';

const tokens: Tokens = {
  make: (bytes) => randomBytes(bytes).toString('base64url'),
  digest: (token) => createHash('sha256').update(token, 'utf8').digest('hex'),
};

export function openTokens(): Tokens {
  return tokens;
}
