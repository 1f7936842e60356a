/** Operators sign in at an OpenID Connect provider: authorization code with PKCE (RFC 7636), state and nonce. */
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  discovery,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  type Configuration,
} from 'openid-client';
import { z } from 'zod';
import { operatorRoles, type OperatorRole } from '../../../core/access/principal.ts';
import type { Log } from '../../../ports/log.ts';
import { once } from '../../../services/once.ts';

export interface OidcSlice {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
  readonly nameClaim: string;
  readonly roleClaim: string;
  /** Values of the claim that make somebody that. */
  readonly roles: Readonly<Record<OperatorRole, readonly string[]>>;
  /** Origin of the page. */
  readonly publicUrl: string;
}

export type OidcResult =
  | { readonly kind: 'known'; readonly name: string; readonly role: OperatorRole }
  /** The provider knows them, and no role is theirs. */
  | { readonly kind: 'no-role'; readonly name: string }
  /** Forged, late, repeated, refused by the provider, or the provider does not answer. */
  | { readonly kind: 'failed' };

export interface Oidc {
  /** Where to send the browser, and what it is to keep until it comes back. @throws if the provider does not answer */
  begin(): Promise<{ readonly url: string; readonly round: string }>;
  /** @param url path and query that the browser came back to; @param round what it has kept */
  finish(url: string, round: string | undefined): Promise<OidcResult>;
}

/** Below the page's origin; told to the provider. */
export const callbackPath = '/v1/session/oidc/callback';
/** Longest wait for the provider, in seconds. */
const patience = 10;

const roundForm = z.object({ state: z.string(), nonce: z.string(), verifier: z.string() });
type Round = z.infer<typeof roundForm>;

export function openOidc(slice: OidcSlice, { log }: { readonly log: Log }): Oidc {
  const provider = once(() => discover(slice));
  return {
    async begin() {
      const config = await provider();
      const round: Round = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() };
      const url = buildAuthorizationUrl(config, {
        redirect_uri: slice.publicUrl + callbackPath,
        scope: slice.scope,
        state: round.state,
        nonce: round.nonce,
        code_challenge: await calculatePKCECodeChallenge(round.verifier),
        code_challenge_method: 'S256',
      });
      return { url: url.href, round: Buffer.from(JSON.stringify(round)).toString('base64url') };
    },
    async finish(url, given) {
      const round = readRound(given);
      if (round === undefined) return { kind: 'failed' };
      try {
        return judge(slice, await claimsOf(await provider(), new URL(url, slice.publicUrl), round, slice));
      } catch (error) {
        log.warn('a sign-in at the provider failed', { error: errorFacts(error) });
        return { kind: 'failed' };
      }
    },
  };
}

async function discover({ issuer, clientId, clientSecret }: OidcSlice): Promise<Configuration> {
  const server = new URL(issuer);
  // The configuration allows it for this machine alone.
  const execute = server.protocol === 'http:' ? [allowInsecureRequests] : [];
  return discovery(server, clientId, clientSecret, undefined, { execute, timeout: patience });
}

type Claims = Readonly<Record<string, unknown>>;

async function claimsOf(
  config: Configuration,
  url: URL,
  { state, nonce, verifier }: Round,
  { roleClaim, nameClaim }: OidcSlice,
): Promise<Claims> {
  const tokens = await authorizationCodeGrant(config, url, {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: verifier,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  if (claims === undefined) throw new TypeError('there is no ID token');
  if (claims[roleClaim] !== undefined && claims[nameClaim] !== undefined) return claims;
  if (config.serverMetadata().userinfo_endpoint === undefined) return claims;
  // Many providers put little into the token itself.
  return { ...(await fetchUserInfo(config, tokens.access_token, claims.sub)), ...claims };
}

function judge({ nameClaim, roleClaim, roles }: OidcSlice, claims: Claims): OidcResult {
  const told = [claims[nameClaim], claims['email'], claims['sub']].find(
    (one) => typeof one === 'string' && one !== '',
  );
  // With a sign that no name of an operator kept here has.
  const name = `oidc:${String(told)
    .replaceAll(/[\p{C}\p{Z}]+/gu, ' ')
    .slice(0, 80)}`;
  const value = claims[roleClaim];
  const values = (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');
  const role = operatorRoles.find((one) => roles[one].some((wanted) => values.includes(wanted)));
  return role === undefined ? { kind: 'no-role', name } : { kind: 'known', name, role };
}

/** What the cookie of a sign-in says, if it is one of ours. */
export function readRound(given: string | undefined): Round | undefined {
  try {
    return roundForm.parse(JSON.parse(Buffer.from(given ?? '', 'base64url').toString('utf8')));
  } catch {
    return undefined;
  }
}

/** No token or code of a provider stands in the log. */
function errorFacts(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { code } = error as { code?: unknown };
  return [error.name, ...(typeof code === 'string' ? [code] : [])].join(' ');
}
