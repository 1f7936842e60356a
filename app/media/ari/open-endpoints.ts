/** Asks Asterisk for its endpoints: takes over no application and changes nothing. */
import { Fault } from '../../core/errors.ts';
import type { Endpoint, Endpoints } from '../../ports/endpoints.ts';

export interface EndpointsOptions {
  /** Base address without `/ari`. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Longest wait for an answer, in milliseconds. */
  readonly timeoutMs: number;
}

interface Found {
  readonly resource?: unknown;
  readonly state?: unknown;
  readonly channel_ids?: unknown;
}

export function openEndpoints({ url, user, password, timeoutMs }: EndpointsOptions): Endpoints {
  const address = `${url.replace(/\/+$/, '')}/ari/endpoints/PJSIP`;
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return {
    async list() {
      const body = await ask(address, authorization, timeoutMs);
      return (Array.isArray(body) ? (body as Found[]) : []).flatMap(endpointOf);
    },
  };
}

async function ask(address: string, authorization: string, timeoutMs: number): Promise<unknown> {
  try {
    const response = await fetch(address, {
      headers: { authorization },
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status !== 200) throw new Error(`status ${response.status}`);
    return await response.json();
  } catch (error) {
    throw new Fault('media-unavailable', 'ARI: endpoints are not told', {
      temporary: true,
      publicText: 'The switch does not answer.',
      cause: error,
    });
  }
}

function endpointOf({ resource, state, channel_ids: channels }: Found): Endpoint[] {
  if (typeof resource !== 'string') return [];
  const known = state === 'online' || state === 'offline' ? state : 'unknown';
  return [{ name: resource, state: known, calls: Array.isArray(channels) ? channels.length : 0 }];
}
