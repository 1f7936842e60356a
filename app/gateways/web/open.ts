/** The web server: the page, the API, webhooks and health. */
import { fastifyFormbody } from '@fastify/formbody';
import { fastify } from 'fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { AddressInfo } from 'node:net';
import type { Certificate, KeyPair } from '../../ports/certificates.ts';
import type { Readiness } from '../../ports/health.ts';
import { serveApi, type ApiParts, type ApiSlice } from './api/serve-api.ts';
import type { RouteFacts } from './api/route.ts';
import { servePages } from './pages.ts';
import { answer, handleProblems } from './problem.ts';
import { serveTwilio } from './twilio.ts';
import type { TwilioWebhookDeps } from './twilio.ts';

export interface WebSlice {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** It speaks HTTPS with it, and no HTTP. */
  readonly tls?: Certificate | undefined;
  /** Reverse proxies whose word about the address of clients is believed. */
  readonly proxies?: readonly string[] | undefined;
  /** Without it there are no webhooks. */
  readonly twilio?: { readonly publicUrl: string } | undefined;
  readonly twilioAuthToken?: string | undefined;
  readonly api?: ApiSlice | undefined;
  /** Absolute path of the folder with the built page; absent: there is none. */
  readonly page?: string | undefined;
}

export interface WebDeps extends TwilioWebhookDeps {
  /** Whether this controller can do its work, and which parts can. */
  ready(): Promise<Readiness>;
  /** Without it there is no API. */
  readonly api?: ApiParts | undefined;
}

export interface Web extends AsyncDisposable {
  /** As http://127.0.0.1:8080 */
  readonly address: string;
  /** Of the API. */
  readonly routes: readonly RouteFacts[];
  /** Its description (OpenAPI 3.1). */
  describe(): unknown;
}

const BODY_BYTES = 64 * 1024;
/** For all of a request to come: a recording over a slow line takes a while. */
const REQUEST_MS = 60_000;
const READY_MS = 3000;
/** For requests that are being answered when it closes. */
const CLOSE_MS = 5000;

const usualApi: ApiSlice = { limits: { perMinute: 600, perAddress: 6000 } };

const HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** Listens when this settles. Closing lets requests that are being answered end, and refuses new ones. */
export async function openWeb(slice: WebSlice, deps: WebDeps): Promise<Web> {
  const app = createApp(slice);
  app.removeAllContentTypeParsers();
  await app.register(fastifyFormbody);
  app.addHook('onSend', async (_request, reply) => {
    for (const [name, value] of Object.entries(HEADERS))
      if (!reply.hasHeader(name)) void reply.header(name, value);
  });
  handleProblems(app, deps.log);
  serveHealth(app, deps);
  if (slice.twilio && slice.twilioAuthToken) {
    serveTwilio(app, { publicUrl: slice.twilio.publicUrl, authToken: slice.twilioAuthToken }, deps);
  }
  const routes = deps.api === undefined ? [] : await serveApi(app, slice.api ?? usualApi, deps.api);
  if (slice.page !== undefined) await servePages(app, slice.page);
  await app.listen({ host: slice.host, port: slice.port });
  const { port } = app.server.address() as AddressInfo;
  const host = slice.host.includes(':') ? `[${slice.host}]` : slice.host;
  const scheme = slice.tls === undefined ? 'http' : 'https';
  return {
    address: `${scheme}://${host}:${port}`,
    routes,
    describe: () => (deps.api === undefined ? undefined : app.swagger()),
    async [Symbol.asyncDispose]() {
      deps.api?.close?.();
      // Connections that never asked anything do not count as idle: they would hold it for a minute.
      const late = setTimeout(() => app.server.closeAllConnections(), CLOSE_MS);
      await app.close();
      clearTimeout(late);
    },
  };
}

/** A new certificate is for connections that come from then on. */
function createApp({ tls, proxies = [] }: WebSlice): FastifyInstance {
  const options = {
    bodyLimit: BODY_BYTES,
    requestTimeout: REQUEST_MS,
    trustProxy: proxies.length === 0 ? false : [...proxies],
    forceCloseConnections: 'idle',
    exposeHeadRoutes: true,
    // A path that cannot be decoded never reaches the hooks.
    frameworkErrors: (_error: unknown, _request: unknown, reply: FastifyReply) =>
      void answer(reply.headers(HEADERS), 400),
  } as const;
  if (tls === undefined) return fastify(options);
  const secure = (pair: KeyPair) => ({ key: pair.key, cert: pair.cert, minVersion: 'TLSv1.2' as const });
  const app = fastify({ ...options, https: secure(tls) });
  tls.onChange?.((pair) => app.server.setSecureContext(secure(pair)));
  // Whoever answers does not see what is under HTTP.
  return app;
}

function serveHealth(app: FastifyInstance, deps: WebDeps): void {
  app.get('/health/live', async () => ({ ok: true }));
  app.get('/health/ready', async (_request, reply) => {
    const state = await readiness(deps);
    return reply.status(state.ok ? 200 : 503).send(state);
  });
}

/** A part that does not say in time counts as away. */
async function readiness(deps: WebDeps): Promise<Readiness> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Readiness>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, parts: {} }), READY_MS);
  });
  try {
    return await Promise.race([deps.ready(), late]);
  } catch (error) {
    deps.log.warn('readiness could not be told', { error });
    return { ok: false, parts: {} };
  } finally {
    clearTimeout(timer);
  }
}
