/** The world of the web server as programs see it. Who asks is named by a bearer token: a name that the test gave a principal. */
import { randomUUID } from 'node:crypto';
import type { Config } from '../../../../app/config.ts';
import type { Controller } from '../../../../app/controller/controller.ts';
import type { OperatorPrincipal, Principal, Scope } from '../../../../app/core/access/principal.ts';
import type { Mailbox } from '../../../../app/core/mailbox/mailbox.ts';
import type { Message } from '../../../../app/core/message/message.ts';
import type { LimitsSlice } from '../../../../app/gateways/web/api/limits.ts';
import type { AnyRoute } from '../../../../app/gateways/web/api/route.ts';
import { subscriberRoutes } from '../../../../app/gateways/web/api/routes/subscriber.ts';
import { HttpProblem } from '../../../../app/gateways/web/problem.ts';
import type { TextGateway } from '../../../../app/ports/gateway.ts';
import type { Links } from '../../../../app/ports/replication.ts';
import { babble } from '../../../audio/babble.ts';
import { openWebWorld } from '../web-world.ts';

export interface AskOptions {
  /** Name of a principal; `''` = nobody. Default: the first subscriber. */
  readonly who?: string;
  readonly body?: unknown;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type ApiWorld = Awaited<ReturnType<typeof openApiWorld>>;

export async function openApiWorld(
  limits?: LimitsSlice,
  more: (controller: Controller) => readonly AnyRoute[] = () => [],
  other: {
    readonly config?: Partial<Config>;
    readonly gateways?: readonly TextGateway[];
    readonly sync?: Links;
  } = {},
) {
  const people = new Map<string, Principal>();
  const world = await openWebWorld({
    ...other,
    limits,
    standard: { maxMessages: 300, maxBytes: 30_000_000 },
    api: (controller) => ({
      routes: [...subscriberRoutes(controller.serving), ...more(controller)],
      guard: {
        async whoIs({ headers }) {
          if (headers.authorization === undefined) return undefined;
          const who = people.get(headers.authorization.replace('Bearer ', ''));
          if (who === undefined) throw new HttpProblem(401, 'No.', { code: 'bad-credentials' });
          return who;
        },
      },
    }),
  });

  /** A subscriber, known to the API by the name. */
  const subscriber = async (name: string): Promise<Mailbox> => {
    const mailbox = await world.subscriber(name);
    people.set(name, { kind: 'subscriber', mailbox: mailbox.id, via: 'pin' });
    return mailbox;
  };

  const firstSubscriber = (): string => [...people].find(([, { kind }]) => kind === 'subscriber')?.[0] ?? '';
  const ask = (method: string, path: string, options: AskOptions = {}): Promise<Response> => {
    const { who = firstSubscriber(), body, type = 'application/json', headers = {} } = options;
    const isRaw = typeof body === 'string' || body instanceof Uint8Array;
    return fetch(`${world.web.address}/v1${path}`, {
      method,
      headers: {
        ...(who === '' ? {} : { authorization: `Bearer ${who}` }),
        ...(body === undefined ? {} : { 'content-type': type }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isRaw ? (body as string) : JSON.stringify(body) }),
    });
  };

  /** Leaves a message through the API; answers it as the store has it. */
  const leave = async (mailbox: Mailbox, body: object = { text: 'hello' }): Promise<Message> => {
    const response = await ask('POST', `/mailboxes/${mailbox.id}/messages`, { who: 'program', body });
    const said = (await response.json()) as { message?: string };
    const message = await world.store.messages.get(said.message as Message['id']);
    if (message === undefined) throw new Error(`${response.status} ${JSON.stringify(said)}`);
    return message;
  };

  const operator = (name: string, scopes: readonly Scope[], via: OperatorPrincipal['via'] = 'key'): void =>
    void people.set(name, { kind: 'operator', name, via, scopes });
  operator('program', ['messages:read', 'messages:write', 'mailboxes:read', 'mailboxes:write']);

  return { ...world, people, subscriber, operator, ask, leave };
}

/** Speech as telephones record it, as a part to deposit. */
export function spoken(ms: number, seed = 1) {
  return { contentType: 'audio/PCMU', data: Buffer.from(babble(ms, seed)).toString('base64') };
}

export const key = (): Record<string, string> => ({ 'idempotency-key': randomUUID() });
