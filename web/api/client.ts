/** One way to ask the server: JSON in and out, problems as values, versions as entity tags. */
import type { FieldProblem, Problem, ProblemCode } from '../../app/gateways/web/api/schema/problem.ts';

export interface Trouble {
  /** 0: the server was not reached. */
  readonly status: number;
  readonly code: ProblemCode | 'offline';
  readonly fields: readonly FieldProblem[];
  /** Seconds. */
  readonly retryAfter: number | undefined;
}

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly trouble: Trouble };

export interface AskOptions {
  /** Becomes JSON; a Blob goes as it is. */
  readonly body?: object;
  /** The version that the change is made from. */
  readonly version?: number;
  /** The same for a repeat of the same request. */
  readonly key?: string;
  readonly signal?: AbortSignal;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

const offline: Trouble = { status: 0, code: 'offline', fields: [], retryAfter: undefined };

let onSignedOut = (): void => {};

/** Called when the server does not know us any more. */
export function whenSignedOut(then: () => void): void {
  onSignedOut = then;
}

/**
 * @param path below /v1
 * @throws AbortError once `signal` says so; nothing else
 */
export async function ask<T>(method: Method, path: string, options: AskOptions = {}): Promise<Answer<T>> {
  let response: Response;
  try {
    response = await fetch(`/v1${path}`, request(method, options));
  } catch {
    options.signal?.throwIfAborted();
    return { ok: false, trouble: offline };
  }
  const said = await jsonOf(response);
  options.signal?.throwIfAborted();
  if (response.ok) return { ok: true, value: said as T };
  const trouble = troubleOf(response.status, said as Partial<Problem> | undefined);
  if (trouble.status === 401 && path !== '/session') onSignedOut();
  return { ok: false, trouble };
}

function request(method: Method, { body, version, key, signal }: AskOptions): RequestInit {
  const headers = new Headers({ accept: 'application/json, application/problem+json' });
  if (version !== undefined) headers.set('if-match', `"v${version}"`);
  if (key !== undefined) headers.set('idempotency-key', key);
  if (body !== undefined) headers.set('content-type', body instanceof Blob ? body.type : 'application/json');
  return {
    method,
    headers,
    credentials: 'same-origin',
    ...(signal === undefined ? {} : { signal }),
    ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }),
  };
}

async function jsonOf(response: Response): Promise<unknown> {
  if (!/json/.test(response.headers.get('content-type') ?? '')) return undefined;
  return response.json().catch(() => undefined);
}

function troubleOf(
  status: number,
  { code = 'failed', fields = [], retryAfter }: Partial<Problem> = {},
): Trouble {
  return { status, code, fields, retryAfter };
}

/** As a query, without what is not given. */
export function query(of: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(of).filter(([, value]) => value !== undefined && value !== '');
  if (given.length === 0) return '';
  return `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}
