/** Errors over HTTP as `application/problem+json` (RFC 9457): nothing of the inside gets out. */
import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { Fault } from '../../core/errors.ts';
import type { Log } from '../../ports/log.ts';
import type { FieldProblem, Problem, ProblemCode } from './api/schema/problem.ts';

const RETRY_AFTER_SECONDS = 5;

/** What a problem says besides its status and words. */
export interface ProblemFacts {
  /** What went wrong, for programs; default: by the status. */
  readonly code?: ProblemCode;
  readonly fields?: readonly FieldProblem[];
  /** Seconds after which the same may work. */
  readonly retryAfter?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Ends a request with this status and words for the far side. */
export class HttpProblem extends Error {
  readonly statusCode: number;
  readonly facts: ProblemFacts;

  constructor(statusCode: number, detail: string, facts: ProblemFacts = {}) {
    super(detail);
    this.name = 'HttpProblem';
    this.statusCode = statusCode;
    this.facts = facts;
  }
}

/** After wrong tries of what only one knows. */
export function tooManyTries(until: Date, now: Date): HttpProblem {
  return new HttpProblem(429, 'There were too many wrong tries. Try again later.', {
    code: 'locked',
    retryAfter: Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1000)),
  });
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
  if (error instanceof HttpProblem) return answer(reply, error.statusCode, error.message, error.facts);
  if (hasZodFastifySchemaValidationErrors(error))
    return answer(reply, 400, 'What was sent is not as it is to be.', {
      code: 'invalid',
      fields: fieldsOf(error),
    });
  const status = error instanceof Fault ? 500 : (error.statusCode ?? 500);
  // Fastify's own: body too large, wrong media type, malformed request.
  if (status >= 400 && status < 500) return answer(reply, status);
  log.error('a web request failed', { error, method: request.method, route: request.routeOptions.url });
  if (!(error instanceof Fault && error.temporary)) return answer(reply, 500);
  return answer(reply, 503, error.publicText, { retryAfter: RETRY_AFTER_SECONDS });
}

const places: Readonly<Record<string, string>> = {
  querystring: 'query.',
  headers: 'header.',
  params: 'path.',
};

const mostFields = 20;

type Invalid = Pick<FastifyError, 'validationContext'> & {
  readonly validation: readonly {
    readonly instancePath: string;
    readonly keyword: string;
    readonly message?: string | undefined;
  }[];
};

function fieldsOf({ validation, validationContext = 'body' }: Invalid): FieldProblem[] {
  const place = places[validationContext] ?? '';
  return validation.slice(0, mostFields).map(({ instancePath, keyword, message }) => ({
    field: `${place}${instancePath.slice(1).replaceAll('/', '.')}`.slice(0, 200),
    code: keyword,
    ...(message === undefined ? {} : { detail: message.slice(0, 300) }),
  }));
}

const codes: Readonly<Record<number, ProblemCode>> = {
  400: 'malformed',
  401: 'no-credentials',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  406: 'not-acceptable',
  409: 'conflict',
  410: 'gone',
  412: 'version-changed',
  413: 'too-large',
  415: 'media-type',
  416: 'range',
  422: 'refused',
  428: 'version-required',
  429: 'rate-limited',
  503: 'unavailable',
};

/** Answers that carry no more than a status, a title, a code and, perhaps, words meant for the far side. */
export function answer(
  reply: FastifyReply,
  status: number,
  detail?: string,
  {
    code = codes[status] ?? (status < 500 ? 'malformed' : 'failed'),
    fields,
    retryAfter,
    headers,
  }: ProblemFacts = {},
): FastifyReply {
  if (retryAfter !== undefined) void reply.header('retry-after', retryAfter);
  if (headers !== undefined) void reply.headers(headers);
  const problem: Problem = {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code,
    ...(detail ? { detail } : {}),
    ...(fields === undefined ? {} : { fields: [...fields] }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
  return reply.status(status).type('application/problem+json').send(JSON.stringify(problem));
}
