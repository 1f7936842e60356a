/** A route of the API: its address, who may use it, what it takes and answers, in one place. */
import type { FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { z } from 'zod';
import type { Demand } from '../../../core/access/principal.ts';
import { problem } from './schema/problem.ts';

export type Method = Extract<HTTPMethods, 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'>;

type Schema = z.ZodType;

/** Bodies of other types than JSON, as they come. */
export interface RawBody {
  /** Media types, as `audio/*`. */
  readonly types: readonly string[];
  readonly describe: string;
}

/** What is answered that is not JSON: media types, or a schema of what is. */
export type Answered = Schema | { readonly types: readonly string[]; readonly describe: string } | 'nothing';

export interface RouteFacts extends Demand {
  readonly method: Method;
  /** As fastify writes it, from `/v1` on: `/mailboxes/:id`. */
  readonly url: string;
  /** A verb and what it is done to, in a few words. */
  readonly summary: string;
  readonly describe?: string;
  /** Groups routes in the documentation. */
  readonly tag: string;
  /** Unique name for programs, as `listMessages`. */
  readonly name: string;
}

export interface RouteSpec<
  P extends Schema = Schema,
  Q extends Schema = Schema,
  B extends Schema = Schema,
> extends RouteFacts {
  readonly params?: P;
  readonly query?: Q;
  readonly headers?: Schema;
  readonly body?: B;
  readonly raw?: RawBody;
  /** Most bytes of the body; absent: the server's own limit. */
  readonly bodyLimit?: number;
  /** Asked for so often that its answer is written without being judged by its schema; see quick-answers.ts. */
  readonly quick?: true;
  /** What is answered, by status; problems come besides. */
  readonly answers: Readonly<Record<number, Answered>>;
  readonly handle: (asked: Asked<P, Q, B>, reply: FastifyReply) => Promise<unknown>;
}

/** A request whose parts were found to be as they are to be. */
export interface Asked<P extends Schema, Q extends Schema, B extends Schema> {
  readonly request: FastifyRequest;
  readonly params: z.output<P>;
  readonly query: z.output<Q>;
  readonly body: z.output<B>;
}

/** Every route, whatever it takes. */
export type AnyRoute = RouteSpec;

/** Keeps what a route takes from its schemas. */
export function route<P extends Schema, Q extends Schema, B extends Schema>(
  spec: RouteSpec<P, Q, B>,
): AnyRoute {
  return spec;
}

/** What the documentation says of it, as fastify's plugin for OpenAPI wants it. */
export function schemaOf(spec: AnyRoute): Record<string, unknown> {
  const { params, query, headers, body, raw, answers, summary, describe, tag, name } = spec;
  return {
    summary,
    ...(describe === undefined ? {} : { description: describe }),
    tags: [tag],
    operationId: name,
    security: securityOf(spec),
    ...(params === undefined ? {} : { params }),
    ...(query === undefined ? {} : { querystring: query }),
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined ? {} : { body }),
    ...(raw === undefined ? {} : { consumes: [...raw.types], body: bytes(raw.describe) }),
    response: { ...Object.fromEntries(Object.entries(answers).map(answerOf)), ...problems },
  };
}

function answerOf([status, answered]: [string, Answered]): [string, unknown] {
  if (answered === 'nothing') return [status, z.undefined().describe('Done; there is nothing to say.')];
  if (answered instanceof z.ZodType)
    return [status, { description: answered.meta()?.description ?? 'Done.', content: json(answered) }];
  const content = answered.types.map((type) => [type, { schema: bytes(answered.describe) }]);
  return [status, { description: answered.describe, content: Object.fromEntries(content) }];
}

function json(schema: Schema) {
  return { 'application/json': { schema } };
}

function bytes(describe: string): Schema {
  return z.any().meta({ description: describe, format: 'binary', type: 'string' });
}

const problems = {
  default: { description: 'A problem.', content: { 'application/problem+json': { schema: problem } } },
};

function securityOf({ access, scope }: Demand): Record<string, readonly string[]>[] {
  if (access === 'public') return [];
  return [{ key: scope === undefined ? [] : [scope] }, { session: [] }];
}
