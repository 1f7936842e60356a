/**
 * Whether our own page made a browser send a request, or a program that is none. Browsers say where a request comes from
 * (`Sec-Fetch-Site`, else `Origin`) and let no page say otherwise.
 */
import type { FastifyRequest } from 'fastify';

const safe: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/**
 * @param publicUrl origin of the page
 * @param withCookie browsers alone have cookies, and those say where they come from: who says nothing is refused
 */
export function isFromOwnSite(
  { method, headers }: Pick<FastifyRequest, 'method' | 'headers'>,
  publicUrl: string | undefined,
  withCookie: boolean,
): boolean {
  if (safe.has(method)) return true;
  const { 'sec-fetch-site': site, origin, host } = headers;
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  if (origin === undefined) return !withCookie;
  return origin === publicUrl || (host !== undefined && hostOf(origin) === host);
}

function hostOf(origin: string): string | undefined {
  try {
    const { host, protocol } = new URL(origin);
    return protocol === 'http:' || protocol === 'https:' ? host : undefined;
  } catch {
    return undefined;
  }
}
