/**
 * The API over the services as the controller puts them together, on a real store, a real spool and real converters; the switch is
 * in memory. Who asks is named by a bearer token: a name that the test gave a principal.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { loadConfig, type Config } from '../../../../app/config.ts';
import type { AnyRoute } from '../../../../app/gateways/web/api/route.ts';
import { createController, type Controller } from '../../../../app/controller/controller.ts';
import type { Principal, Scope } from '../../../../app/core/access/principal.ts';
import type { E164 } from '../../../../app/core/ids.ts';
import { usualDepositLimits } from '../../../../app/core/mailbox/deposit-limits.ts';
import type { Mailbox } from '../../../../app/core/mailbox/mailbox.ts';
import type { Message } from '../../../../app/core/message/message.ts';
import { openFetcher } from '../../../../app/gateways/fetch/open.ts';
import { openSipGateway } from '../../../../app/gateways/sip/open.ts';
import type { LimitsSlice } from '../../../../app/gateways/web/api/limits.ts';
import { subscriberRoutes } from '../../../../app/gateways/web/api/routes/subscriber.ts';
import { openWeb } from '../../../../app/gateways/web/open.ts';
import { HttpProblem } from '../../../../app/gateways/web/problem.ts';
import { openScriptedMedia } from '../../../../app/media/scripted/open.ts';
import type { TextGateway } from '../../../../app/ports/gateway.ts';
import type { OutboundText } from '../../../../app/ports/media.ts';
import { openTokens } from '../../../../app/secrets/open-tokens.ts';
import { openTotp } from '../../../../app/secrets/open-totp.ts';
import { openTables } from '../../../../app/tables/open.ts';
import { openHasher } from '../../../../app/secrets/open.ts';
import { openJournal } from '../../../../app/storage/spool/journal.ts';
import { openSpool } from '../../../../app/storage/spool/open.ts';
import { openMetrics } from '../../../../app/telemetry/metrics.ts';
import { createStages } from '../../../../app/telemetry/stages.ts';
import { systemClock } from '../../../../app/telemetry/system-clock.ts';
import { systemDigest } from '../../../../app/telemetry/system-digest.ts';
import { systemRandom } from '../../../../app/telemetry/system-random.ts';
import { openTransform } from '../../../../app/transform/open.ts';
import { toolCommands } from '../../../../scripts/stack/ffmpeg.ts';
import { babble } from '../../../audio/babble.ts';
import { keptLog } from '../../../telemetry/kept-log.ts';
import { shippedTexts } from '../../../speech/shipped.ts';
import { openTestStore } from '../../../storage/local-store.ts';

export const access = '+12025550199' as E164;

export interface AskOptions {
  /** Name of a principal; `''` = nobody. Default: the first subscriber. */
  readonly who?: string;
  readonly body?: unknown;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type ApiWorld = Awaited<ReturnType<typeof openApiWorld>>;

export async function openApiWorld(
  limits: LimitsSlice = { perMinute: 1e6, perAddress: 1e6 },
  more: (controller: Controller) => readonly AnyRoute[] = () => [],
  other: { readonly config?: Partial<Config>; readonly gateways?: readonly TextGateway[] } = {},
) {
  const directory = await mkdtemp(join(tmpdir(), 'answerback-api-'));
  const test = await openTestStore();
  const log = keptLog();
  const texts: OutboundText[] = [];
  const media = openScriptedMedia({ onText: (text) => void texts.push(text) });
  const transform = openTransform(toolCommands(), { log });
  const spool = await openSpool({ directory: join(directory, 'spool') }, { log });
  const journal = openJournal({ directory: join(directory, 'spool') }, { log });
  const metrics = openMetrics();
  const { config } = loadConfig(undefined, {});
  const worker = { wake: () => undefined, wakeAt: () => undefined, idle: async () => undefined };
  const controller = createController({
    archive: undefined,
    digest: systemDigest,
    config: {
      ...config,
      numbers: { ...config.numbers, access: [access], ranges: [{ prefix: '+1202555', class: 'standard' }] },
      classes: {
        standard: {
          ...Object.values(config.classes)[0]!,
          deposits: { ...usualDepositLimits, enabled: false },
          maxMessages: 300,
          maxBytes: 30_000_000,
          welcome: false,
          notify: [{ gateway: 'sip', to: 'subscriber' }],
        },
      },
      ...other.config,
    },
    file: undefined,
    log,
    clock: systemClock,
    random: systemRandom,
    store: test.store,
    tokens: openTokens(),
    totp: openTotp({ issuer: 'Test' }),
    tables: openTables(),
    hasher: openHasher({ memoryKiB: 1024, passes: 1, atOnce: 2 }),
    spool,
    journal,
    media,
    transform,
    converters: [transform],
    documents: transform,
    fetcher: openFetcher({}, { log }),
    gateways: new Map(
      [openSipGateway({ from: access }, { media }), ...(other.gateways ?? [])].map((one) => [one.name, one]),
    ),
    scheduler: { worker: () => worker, [Symbol.asyncDispose]: async () => undefined },
    texts: shippedTexts,
    metrics,
    stages: createStages({ metrics, log }),
  });
  const people = new Map<string, Principal>();
  const web = await openWeb(
    { host: '127.0.0.1', port: 0, api: { limits } },
    {
      log,
      ready: async () => ({ ok: true, parts: {} }),
      onText: async () => {},
      onReport: async () => {},
      api: {
        routes: [...subscriberRoutes(controller.serving), ...more(controller)],
        guard: {
          async whoIs({ headers }) {
            if (headers.authorization === undefined) return undefined;
            const who = people.get(headers.authorization.replace('Bearer ', ''));
            if (who === undefined) throw new HttpProblem(401, 'No.', { code: 'bad-credentials' });
            return who;
          },
        },
      },
    },
  );

  let last = 1000;
  /** A subscriber, known to the API by the name. */
  const subscriber = async (name: string): Promise<Mailbox> => {
    const number = `+1202555${(last += 1)}` as E164;
    const made = await controller.serving.directory.create({ number, settings: { name } });
    if (made.kind !== 'done') throw new Error(JSON.stringify(made));
    people.set(name, { kind: 'subscriber', mailbox: made.mailbox.id, via: 'pin' });
    return made.mailbox;
  };

  const firstSubscriber = (): string => [...people].find(([, { kind }]) => kind === 'subscriber')?.[0] ?? '';
  const ask = (method: string, path: string, options: AskOptions = {}): Promise<Response> => {
    const { who = firstSubscriber(), body, type = 'application/json', headers = {} } = options;
    const isRaw = typeof body === 'string' || body instanceof Uint8Array;
    return fetch(`${web.address}/v1${path}`, {
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
    const message = await test.store.messages.get(said.message as Message['id']);
    if (message === undefined) throw new Error(`${response.status} ${JSON.stringify(said)}`);
    return message;
  };

  const operator = (name: string, scopes: readonly Scope[], via: 'key' | 'password' = 'key'): void =>
    void people.set(name, { kind: 'operator', name, via, scopes });
  operator('program', ['messages:read', 'messages:write', 'mailboxes:read', 'mailboxes:write']);

  return {
    ...test,
    log,
    texts,
    controller,
    serving: controller.serving,
    operating: controller.operating,
    web,
    people,
    subscriber,
    operator,
    ask,
    leave,
    async [Symbol.asyncDispose]() {
      await web[Symbol.asyncDispose]();
      await transform[Symbol.asyncDispose]();
      await spool[Symbol.asyncDispose]();
      await journal[Symbol.asyncDispose]();
      await media[Symbol.asyncDispose]();
      await test[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Speech as telephones record it, as a part to deposit. */
export function spoken(ms: number, seed = 1) {
  return { contentType: 'audio/PCMU', data: Buffer.from(babble(ms, seed)).toString('base64') };
}

export const key = (): Record<string, string> => ({ 'idempotency-key': randomUUID() });
