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
  return digestOf(request)?.toString('base64url').slice(0, 32) ?? randomUUID();
}

/** The same in the form of a UUID (RFC 9562, version 8). */
export function madeUuid(request: FastifyRequest): string {
  const hex = digestOf(request)?.toString('hex');
  if (hex === undefined) return randomUUID();
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

function digestOf(request: FastifyRequest): Buffer | undefined {
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string') return undefined;
  const who = principalKey(principalOf(request));
  const path = request.url.split('?', 1)[0] ?? '';
  return createHash('sha256')
    .update(JSON.stringify([who, request.method, path, key]))
    .digest();
}
