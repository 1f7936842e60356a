/** Posts to addresses that subscribers name, under the same rules as what is fetched: the public internet alone. */
import type { lookup } from 'node:dns';
import { request as requestHttp, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Poster, PostRequest, PostResult } from '../../ports/post.ts';
import { isInnerLiteral, NotPublic, publicLookup } from './public-address.ts';

export interface PosterDeps {
  /** Stands for the system's resolver. */
  readonly lookup?: typeof lookup;
}

export function openPoster(deps: PosterDeps = {}): Poster {
  const lookup = publicLookup(deps.lookup);
  return {
    async post(address, request) {
      if (!URL.canParse(address)) return { kind: 'unsafe' };
      const url = new URL(address);
      const { trusted } = request;
      if (url.protocol !== 'https:' && !(trusted && url.protocol === 'http:')) return { kind: 'unsafe' };
      // A port of its own is asked for by whoever looks for something inside.
      if (!trusted && (url.port !== '' || isInnerLiteral(url.hostname))) return { kind: 'unsafe' };
      try {
        return await send(url, request, trusted ? {} : { lookup });
      } catch (error) {
        if (error instanceof NotPublic) return { kind: 'unsafe' };
        return { kind: 'unreachable', why: (error as NodeJS.ErrnoException).code ?? (error as Error).name };
      }
    },
  };
}

function send(url: URL, { headers, body, timeoutMs }: PostRequest, how: RequestOptions): Promise<PostResult> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    const asked = request(url, {
      ...how,
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body), 'user-agent': 'Answerback' },
      signal: AbortSignal.timeout(timeoutMs),
      agent: false,
      maxHeaderSize: 16_384,
    });
    asked.once('error', reject);
    asked.once('response', (response) => {
      resolve({ kind: 'answered', status: response.statusCode ?? 0 });
      // However long it is: nobody reads it.
      response.destroy();
    });
    asked.end(body);
  });
}
