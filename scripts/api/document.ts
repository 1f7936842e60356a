/** The description of the API without anything behind it: routes are described, not asked. */
import type { AnyRoute } from '../../app/gateways/web/api/route.ts';
import type { OperatorServices } from '../../app/gateways/web/api/operator-services.ts';
import { oidcRoutes, type OidcRouteDeps } from '../../app/gateways/web/api/routes/oidc.ts';
import { operatorRoutes } from '../../app/gateways/web/api/routes/operator.ts';
import { sessionRoutes, type SessionRouteDeps } from '../../app/gateways/web/api/routes/session.ts';
import { subscriberRoutes } from '../../app/gateways/web/api/routes/subscriber.ts';
import type { ApiServices } from '../../app/gateways/web/api/services.ts';
import { openWeb } from '../../app/gateways/web/open.ts';
import type { Log } from '../../app/ports/log.ts';

/** As much of OpenAPI 3.1 as the page is made of. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>;
}

export interface ApiOperation {
  readonly summary: string;
  readonly tags: readonly string[];
  readonly operationId: string;
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
}

/** Whatever is asked of it, nothing is there yet. */
const nothing = {} as ApiServices & OperatorServices & SessionRouteDeps & OidcRouteDeps;
const provider = {} as OidcRouteDeps['oidc'];

const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  within: (_fields, work) => work(),
  child: () => silent,
};

/** All routes there are. */
function allRoutes(): AnyRoute[] {
  return [
    ...sessionRoutes(nothing),
    ...oidcRoutes({ ...nothing, oidc: provider }),
    ...subscriberRoutes(nothing),
    ...operatorRoutes(nothing),
  ];
}

export async function apiDocument(): Promise<ApiDocument> {
  await using web = await openWeb(
    { host: '127.0.0.1', port: 0 },
    {
      log: silent,
      ready: async () => ({ ok: true, parts: {} }),
      onText: async () => undefined,
      onReport: async () => undefined,
      api: { guard: { whoIs: async () => undefined }, routes: allRoutes() },
    },
  );
  return web.describe() as ApiDocument;
}
