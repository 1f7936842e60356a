/** Metrics for Prometheus, at an address of their own: what stands before the web server does not lead there. */
import { fastify } from 'fastify';
import type { AddressInfo } from 'node:net';
import type { Log } from '../../ports/log.ts';
import { handleProblems } from './problem.ts';

export interface MetricsServerSlice {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
}

export interface MetricsServerDeps {
  text(): Promise<{ readonly contentType: string; readonly body: string }>;
  readonly log: Log;
}

export interface MetricsServer extends AsyncDisposable {
  /** As http://127.0.0.1:9464/metrics; `undefined` if it does not listen. */
  readonly address: string | undefined;
}

const REQUEST_MS = 10_000;

/**
 * Listens when this settles. An address that cannot be used is told in the log and nothing more: calls are answered without
 * metrics too.
 */
export async function openMetricsServer(
  slice: MetricsServerSlice,
  deps: MetricsServerDeps,
): Promise<MetricsServer> {
  const { log } = deps;
  const app = fastify({ requestTimeout: REQUEST_MS, forceCloseConnections: true, exposeHeadRoutes: false });
  handleProblems(app, log);
  app.get('/metrics', async (_request, reply) => {
    const { contentType, body } = await deps.text();
    return reply.type(contentType).header('cache-control', 'no-store').send(body);
  });
  const close = (): Promise<void> => app.close().then(() => {});
  try {
    await app.listen({ host: slice.host, port: slice.port });
  } catch (error) {
    log.warn('metrics are not served: the address cannot be used', { error, ...slice });
    return { address: undefined, [Symbol.asyncDispose]: close };
  }
  const { port } = app.server.address() as AddressInfo;
  const host = slice.host.includes(':') ? `[${slice.host}]` : slice.host;
  return { address: `http://${host}:${port}/metrics`, [Symbol.asyncDispose]: close };
}
