/** A real OpenID Connect provider on this machine, with people whose groups the test chooses. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import { Browser } from './browser.ts';

const client = { id: 'answerback', secret: 'a secret of tests, long enough' };

export interface OidcServer extends AsyncDisposable {
  readonly issuer: string;
  readonly client: typeof client;
  /** What the provider says of somebody. */
  readonly people: Map<string, Record<string, unknown>>;
  /** Goes where `url` leads, signs in there and agrees; answers where the browser is sent then. */
  signIn(url: string, name: string): Promise<string>;
}

export async function openOidcServer(redirectUri: string): Promise<OidcServer> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const people = new Map<string, Record<string, unknown>>();
  const provider = new Provider(issuer, {
    clients: [{ client_id: client.id, client_secret: client.secret, redirect_uris: [redirectUri] }],
    claims: { openid: ['sub'], profile: ['preferred_username', 'groups'], email: ['email'] },
    pkce: { required: () => true },
    cookies: { keys: ['of tests'] },
    findAccount: async (_context: unknown, sub: string) => ({
      accountId: sub,
      claims: async () => ({ sub, ...people.get(sub) }),
    }),
  });
  server.on('request', provider.callback());
  return {
    issuer,
    client,
    people,
    signIn: (url, name) => walk(new Browser(issuer), url, name, redirectUri),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function walk(browser: Browser, url: string, login: string, end: string): Promise<string> {
  let next = url;
  for (let steps = 0; steps < 20; steps += 1) {
    if (next.startsWith(end)) return next;
    let answer = await browser.ask('GET', next);
    if (answer.status === 200) {
      const page = await answer.text();
      const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1] ?? '';
      const form = new URLSearchParams({ prompt, login, password: 'x' });
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      answer = await browser.ask('POST', next, { body: form.toString(), headers });
    }
    const location = answer.headers.get('location');
    if (location === null) throw new Error(`${next}: ${answer.status} ${await answer.text()}`);
    next = new URL(location, next).href;
  }
  throw new Error('the provider leads nowhere');
}
