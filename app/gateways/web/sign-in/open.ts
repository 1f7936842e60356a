/** Who comes in over the web: the guard of all routes, and those by which people sign in. */
import type { Clock } from '../../../ports/clock.ts';
import type { Log } from '../../../ports/log.ts';
import type { Guard } from '../api/guard.ts';
import type { AnyRoute } from '../api/route.ts';
import { oidcRoutes } from '../api/routes/oidc.ts';
import { sessionRoutes, type SessionRouteDeps } from '../api/routes/session.ts';
import { createCookies } from './cookies.ts';
import { createGuard, type GuardDeps } from './guard.ts';
import { openOidc, type OidcSlice } from './oidc.ts';

export interface SignInSlice {
  /** Origin of the page; with https cookies go over TLS alone. */
  readonly publicUrl?: string | undefined;
  readonly oidc?: Omit<OidcSlice, 'clientSecret' | 'publicUrl'> | undefined;
  readonly oidcClientSecret?: string | undefined;
}

export interface SignInParts extends Omit<SessionRouteDeps, 'cookies' | 'sessions' | 'operators'> {
  readonly sessions: SessionRouteDeps['sessions'] & GuardDeps['sessions'];
  readonly keys: GuardDeps['keys'];
  readonly operators: GuardDeps['operators'];
  readonly standing: GuardDeps['standing'];
  readonly clock: Clock;
  readonly log: Log;
}

export function openSignIn(
  slice: SignInSlice,
  parts: SignInParts,
): { readonly guard: Guard; readonly routes: readonly AnyRoute[] } {
  const { publicUrl } = slice;
  const { log } = parts;
  const cookies = createCookies(publicUrl?.startsWith('https:') === true);
  const oidc =
    slice.oidc === undefined || publicUrl === undefined
      ? undefined
      : openOidc({ ...slice.oidc, publicUrl, clientSecret: slice.oidcClientSecret ?? '' }, { log });
  return {
    guard: createGuard({ ...parts, cookies, publicUrl }),
    routes: [...sessionRoutes({ ...parts, cookies }), ...oidcRoutes({ ...parts, cookies, oidc })],
  };
}
