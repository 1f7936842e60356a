/** The web server with everything that signs people in, on a real store, with a clock that the test moves. */
import { z } from 'zod';
import type { Scope } from '../../../../app/core/access/principal.ts';
import type { Mailbox } from '../../../../app/core/mailbox/mailbox.ts';
import type { Message } from '../../../../app/core/message/message.ts';
import { route } from '../../../../app/gateways/web/api/route.ts';
import { openWeb } from '../../../../app/gateways/web/open.ts';
import { openSignIn, type SignInSlice } from '../../../../app/gateways/web/sign-in/open.ts';
import { openTokens } from '../../../../app/secrets/open-tokens.ts';
import { openTotp } from '../../../../app/secrets/open-totp.ts';
import { openHasher } from '../../../../app/secrets/open.ts';
import { createApiKeys } from '../../../../app/services/api-keys.ts';
import { createLinks } from '../../../../app/services/links.ts';
import { createOperatorSignIn } from '../../../../app/services/operator-sign-in.ts';
import { createOperators } from '../../../../app/services/operators.ts';
import { createSessions, type SessionRule } from '../../../../app/services/sessions.ts';
import { createSignIn } from '../../../../app/services/sign-in.ts';
import { createStanding } from '../../../../app/services/standing.ts';
import { createWhoIsIn } from '../../../../app/services/who-is-in.ts';
import { systemRandom as random } from '../../../../app/telemetry/system-random.ts';
import { silentLog as log } from '../../../ports/silent-log.ts';
import { openAccessWorld, weak } from '../../../services/access-world.ts';
import { sampleMessage } from '../../../storage/sample.ts';
import { Browser } from './browser.ts';

const rule: SessionRule = { idleMinutes: 60, hours: 24, operatorIdleMinutes: 30, operatorHours: 12 };
const dayMs = 86_400_000;

/** Something of each kind, to be let in to or not. */
const probes = (['subscriber', 'operator'] as const).flatMap((access) =>
  (['GET', 'POST'] as const).map((method) =>
    route({
      access,
      method,
      url: `/probe/${access}`,
      tag: 'probe',
      name: `${method}-${access}`,
      summary: 'Tell who asks',
      ...(access === 'operator' ? { scope: 'operations:write' as const } : {}),
      answers: { 200: z.any() },
      handle: async ({ request }) => request.principal,
    }),
  ),
);

export async function openSignInWorld(slice: SignInSlice = {}, proxies: readonly string[] = ['127.0.0.1']) {
  const access = await openAccessWorld();
  const { store, clock, plan, profiles, auditor, authentication } = access;
  const tokens = openTokens();
  const totp = openTotp({ issuer: 'Test' });
  const deps = { store, clock, random, log, auditor, tokens, profiles, plan };
  const sessions = createSessions({ ...deps, rule });
  const keys = createApiKeys(deps);
  const operators = createOperators({ ...deps, hasher: openHasher(weak), totp });
  const links = createLinks({ ...deps, publicUrl: 'https://voicemail.example' });
  let work: Promise<unknown>[] = [];
  const signIn = openSignIn(slice, {
    ...deps,
    sessions,
    keys,
    operators,
    signIn: createSignIn({
      ...deps,
      authentication,
      sessions,
      links,
      later: (one) => void work.push(one),
    }),
    operatorSignIn: createOperatorSignIn({ operators, sessions, auditor }),
    whoIsIn: createWhoIsIn(deps),
    standing: createStanding(deps),
  });
  const web = await openWeb(
    // What tests say about the address of their browsers is believed.
    { host: '127.0.0.1', port: 0, proxies },
    {
      log,
      ready: async () => ({ ok: true, parts: {} }),
      onText: async () => {},
      onReport: async () => {},
      api: { guard: signIn.guard, routes: [...signIn.routes, ...probes] },
    },
  );
  return {
    ...access,
    // Getters would be read once only.
    lastCode: () => access.code,
    compared: () => access.verified,
    web,
    sessions,
    keys,
    operators,
    links,
    tokens,
    browser: () => new Browser(web.address),
    /** What nobody waits for. */
    async settled(): Promise<void> {
      const running = work;
      work = [];
      await Promise.all(running);
    },
    async message(mailbox: Mailbox, change: Partial<Message> = {}): Promise<Message> {
      const now = clock.now().getTime();
      const message = sampleMessage({
        mailbox: mailbox.id,
        referenceExpires: new Date(now + 7 * dayMs),
        expires: new Date(now + 30 * dayMs),
        ...change,
      });
      await store.messages.insert(message);
      return message;
    },
    /** Makes an operator; answers the secret of the authenticator. */
    async operator(name: string, password: string, role: 'admin' | 'support' | 'billing' = 'admin') {
      const made = await operators.add(name, role, password, 'test');
      if (made.kind !== 'made') throw new Error(made.kind);
      return new URL(made.url).searchParams.get('secret') ?? '';
    },
    async key(scopes: readonly Scope[], more: { mailbox?: Mailbox; expires?: Date } = {}) {
      const { mailbox, expires } = more;
      return keys.add(
        {
          name: 'test',
          scopes,
          ...(mailbox === undefined ? {} : { mailbox: mailbox.id }),
          ...(expires === undefined ? {} : { expires }),
        },
        'test',
      );
    },
    async [Symbol.asyncDispose]() {
      await web[Symbol.asyncDispose]();
      await Promise.allSettled(work);
      await access[Symbol.asyncDispose]();
    },
  };
}

export type SignInWorld = Awaited<ReturnType<typeof openSignInWorld>>;
