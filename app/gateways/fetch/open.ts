/**
 * Content by HTTP from addresses that strangers name. Every hop is judged anew: scheme, port, resolved address, and whether
 * our credentials may go there.
 */
import type { lookup } from 'node:dns';
import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { FetchLimits, FetchResult, Fetcher } from '../../ports/fetch.ts';
import type { Log } from '../../ports/log.ts';
import { isInnerLiteral, NotPublic, publicLookup } from './public-address.ts';

export interface FetcherSlice {
  /** Hosts that are asked although their address is not public, as `host` or `host:port`: for tests and proxies. */
  readonly innerHosts?: readonly string[] | undefined;
  /** Credentials, and the one origin (scheme, host and port) that gets them. */
  readonly credentials?:
    | { readonly origin: string; readonly user: string; readonly password: string }
    | undefined;
}

export interface FetcherDeps {
  readonly log: Log;
  /** Stands for the system's resolver. */
  readonly lookup?: typeof lookup;
}

const mostHops = 4;
const mostCharacters = 2048;
/** What the far side may say again later. */
const passing: ReadonlySet<number> = new Set([404, 408, 423, 425, 429]);

export function openFetcher(slice: FetcherSlice, deps: FetcherDeps): Fetcher {
  const inner = new Set((slice.innerHosts ?? []).map((host) => host.toLowerCase()));
  const lookup = publicLookup(deps.lookup);
  const judge = (url: URL): RequestOptions | undefined => {
    const known = inner.has(url.host) || inner.has(url.hostname);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
    // A port of its own is asked for by whoever looks for something inside.
    if (!known && (url.port !== '' || isInnerLiteral(url.hostname))) return undefined;
    const { credentials } = slice;
    return {
      ...(known ? {} : { lookup }),
      ...(credentials !== undefined && url.origin === new URL(credentials.origin).origin
        ? { auth: `${credentials.user}:${credentials.password}` }
        : {}),
    };
  };
  return {
    async get(address, limits) {
      const timeout = AbortSignal.timeout(limits.timeoutMs);
      try {
        return await follow(address, { judge, limits, signal: timeout });
      } catch (error) {
        if (error instanceof NotPublic) return { kind: 'unsafe' };
        // The address stays out of the log: it names an account and a message.
        deps.log.info('content could not be fetched', {
          error: String((error as NodeJS.ErrnoException).code ?? error),
        });
        return { kind: 'unreachable' };
      }
    },
  };
}

interface Fetching {
  /** How a URL may be asked; `undefined` = not at all. */
  readonly judge: (url: URL) => RequestOptions | undefined;
  readonly limits: FetchLimits;
  readonly signal: AbortSignal;
}

async function follow(address: string, fetching: Fetching): Promise<FetchResult> {
  let url = parse(address);
  for (let hop = 0; hop < mostHops; hop += 1) {
    const how = url && fetching.judge(url);
    if (url === undefined || how === undefined) return { kind: 'unsafe' };
    const response = await ask(url, how, fetching.signal);
    const status = response.statusCode ?? 0;
    const { location } = response.headers;
    if (status < 300 || status >= 400 || location === undefined) return read(response, fetching.limits);
    response.destroy();
    const next = parse(location, url);
    // What was asked for under seal is not given in the open.
    if (url.protocol === 'https:' && next?.protocol === 'http:') return { kind: 'unsafe' };
    url = next;
  }
  return { kind: 'refused' };
}

/** Without the user and password that an address may bring. */
function parse(address: string, base?: URL): URL | undefined {
  if (address.length > mostCharacters || !URL.canParse(address, base?.href)) return undefined;
  const url = new URL(address, base);
  [url.username, url.password] = ['', ''];
  return url;
}

function ask(url: URL, how: RequestOptions, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    // Packed bytes could unfold without an end: they are asked for as they are.
    const headers = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'Answerback' };
    request(url, { ...how, headers, signal, agent: false, maxHeaderSize: 16_384 })
      .once('response', resolve)
      .once('error', reject)
      .end();
  });
}

async function read(response: IncomingMessage, { maxBytes }: FetchLimits): Promise<FetchResult> {
  try {
    const status = response.statusCode ?? 0;
    if (status !== 200) return { kind: status >= 500 || passing.has(status) ? 'unreachable' : 'refused' };
    const encoding = response.headers['content-encoding'] ?? 'identity';
    if (encoding.toLowerCase() !== 'identity') return { kind: 'refused' };
    const announced = Number(response.headers['content-length'] ?? Number.NaN);
    if (announced > maxBytes) return { kind: 'too-large' };
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of response) {
      length += (chunk as Buffer).length;
      if (length > maxBytes) return { kind: 'too-large' };
      chunks.push(chunk as Buffer);
    }
    const contentType = response.headers['content-type'];
    return {
      kind: 'fetched',
      ...(contentType === undefined ? {} : { contentType }),
      bytes: Buffer.concat(chunks),
    };
  } finally {
    response.destroy();
  }
}
