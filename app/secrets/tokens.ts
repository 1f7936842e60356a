import { createHash, randomBytes } from 'node:crypto';
import type { Tokens } from '../ports/tokens.ts';

export const systemTokens: Tokens = {
  make: (bytes) => randomBytes(bytes).toString('base64url'),
  digest: (token) => createHash('sha256').update(token, 'utf8').digest('hex'),
};
