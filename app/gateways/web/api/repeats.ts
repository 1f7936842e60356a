/** Requests that make something, named by whoever sends them: one that is sent twice makes it once. */
import { createHash, randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { principalKey } from '../../../core/access/principal.ts';
import { principalOf } from './guard.ts';

/**
 * The id of what a request makes: the same for the same key of the same principal at the same address, else a new one. Of keys of
 * other people none can be told.
 */
export function madeId(request: FastifyRequest): string {
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string') return randomUUID();
  const who = principalKey(principalOf(request));
  const path = request.url.split('?', 1)[0] ?? '';
  return createHash('sha256')
    .update(JSON.stringify([who, request.method, path, key]))
    .digest('base64url')
    .slice(0, 32);
}
