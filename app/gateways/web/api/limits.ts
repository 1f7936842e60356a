/** How often somebody may ask: by address before it is known who they are, then by session, key or link. */
import { fastifyRateLimit } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { principalKey } from '../../../core/access/principal.ts';
import { HttpProblem } from '../problem.ts';

export interface LimitsSlice {
  /** Most requests a minute of one session, key or link. */
  readonly perMinute: number;
  /** Most requests a minute from one address, whoever they are from. */
  readonly perAddress: number;
}

export interface Limits {
  /** @throws HttpProblem 429 */
  address(request: FastifyRequest): Promise<void>;
  /** @throws HttpProblem 429 */
  principal(request: FastifyRequest): Promise<void>;
}

/** So many at once are counted; of more the one that asked the longest ago is forgotten. */
const mostCounted = 20_000;
/** Addresses of one customer's network (IPv6) count as one. */
const ipv6Subnet = 64;

export async function openLimits(app: FastifyInstance, slice: LimitsSlice): Promise<Limits> {
  await app.register(fastifyRateLimit, {
    global: false,
    timeWindow: 60_000,
    cache: mostCounted,
    ipv6Subnet,
  });
  const address = app.createRateLimit({ max: slice.perAddress });
  const principal = app.createRateLimit({
    max: slice.perMinute,
    keyGenerator: ({ principal: who, ip }) => (who === undefined ? `nobody:${ip}` : principalKey(who)),
  });
  return {
    address: async (request) => judge(await address(request)),
    principal: async (request) => judge(await principal(request)),
  };
}

type Counted = Awaited<ReturnType<ReturnType<FastifyInstance['createRateLimit']>>>;

function judge(counted: Counted): void {
  if (counted.isAllowed || !counted.isExceeded) return;
  throw new HttpProblem(429, 'There were too many requests. Wait a little.', {
    retryAfter: Math.max(1, counted.ttlInSeconds),
  });
}
