/** Errors over HTTP as `application/problem+json` (RFC 9457): nothing of the inside gets out. */
import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Fault } from '../../core/errors.ts';
import type { Log } from '../../ports/log.ts';

const RETRY_AFTER_SECONDS = 5;

/** Ends a request with this status and words for the far side. */
export class HttpProblem extends Error {
  readonly statusCode: number;

  constructor(statusCode: number, detail: string) {
    super(detail);
    this.name = 'HttpProblem';
    this.statusCode = statusCode;
  }
}

export function handleProblems(app: FastifyInstance, log: Log): void {
  app.setNotFoundHandler((_request, reply) => answer(reply, 404, 'There is nothing at this address.'));
  app.setErrorHandler((error: FastifyError | Fault | HttpProblem, request, reply) =>
    fail(error, request, reply, log),
  );
}

function fail(
  error: FastifyError | Fault | HttpProblem,
  request: FastifyRequest,
  reply: FastifyReply,
  log: Log,
): FastifyReply {
  if (error instanceof HttpProblem) return answer(reply, error.statusCode, error.message);
  const status = error instanceof Fault ? 500 : (error.statusCode ?? 500);
  // Fastify's own: body too large, wrong media type, malformed request.
  if (status >= 400 && status < 500) return answer(reply, status);
  log.error('a web request failed', { error, method: request.method, route: request.routeOptions.url });
  if (!(error instanceof Fault && error.temporary)) return answer(reply, 500);
  void reply.header('retry-after', RETRY_AFTER_SECONDS);
  return answer(reply, 503, error.publicText);
}

/** Answers that carry no more than a status, a title and, perhaps, words meant for the far side. */
export function answer(reply: FastifyReply, status: number, detail?: string): FastifyReply {
  return reply
    .status(status)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: 'about:blank',
        title: STATUS_CODES[status],
        status,
        ...(detail ? { detail } : {}),
      }),
    );
}
