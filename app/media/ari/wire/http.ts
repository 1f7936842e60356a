import { Agent, request } from 'node:http';
import { AriDown, AriError, AriTimeout, type RequestFailure } from './errors.ts';

export interface HttpOptions {
  /** Base of ARI without `/ari`. */
  readonly url: string;
  readonly authorization: string;
  readonly timeoutMs: number;
  /** Told of each request that has ended; `asked` by `performance.now()`. */
  readonly onAnswer?: (path: string, asked: number, failed: RequestFailure | undefined) => void;
}

export interface AriHttp {
  /** `path` is relative to `/ari/` and already encoded. */
  send(method: string, path: string, body?: unknown): Promise<Buffer>;
  close(): void;
}

/** ARI over keep-alive HTTP: for answers with binary bodies and for what Asterisk cannot do over its WebSocket. */
export function openHttp(options: HttpOptions): AriHttp {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const base = options.url.replace(/\/+$/, '');
  const send = (method: string, path: string, body?: unknown, again = true): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const headers = {
        authorization: options.authorization,
        ...(text === undefined ? {} : { 'content-type': 'application/json' }),
        'content-length': text === undefined ? 0 : Buffer.byteLength(text),
      };
      const sent = request(`${base}/ari/${path}`, { method, agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', (error) => reject(new AriDown(error.message)));
        response.on('end', () => {
          const status = response.statusCode ?? 500;
          if (status >= 400) reject(new AriError(method, path, status, response.statusMessage ?? ''));
          else resolve(Buffer.concat(chunks));
        });
      });
      const timer = setTimeout(() => {
        reject(new AriTimeout(method, path, options.timeoutMs));
        sent.destroy();
      }, options.timeoutMs);
      sent.on('close', () => clearTimeout(timer));
      sent.on('error', (error) => {
        // Asterisk closes idle connections: a reused one may be dead already, and nothing was done then.
        if (sent.reusedSocket && again) send(method, path, body, false).then(resolve, reject);
        else reject(new AriDown(error.message));
      });
      sent.end(text);
    });
  const timed: AriHttp['send'] = (method, path, body) => {
    const asked = performance.now();
    const sending = send(method, path, body);
    sending.then(
      () => options.onAnswer?.(path, asked, undefined),
      (error: unknown) => options.onAnswer?.(path, asked, failureOf(error)),
    );
    return sending;
  };
  return { send: timed, close: () => agent.destroy() };
}

function failureOf(error: unknown): RequestFailure {
  if (error instanceof AriError) return 'refused';
  return error instanceof AriTimeout ? 'timeout' : 'down';
}
