/**
 * The web server with everything behind it as the controller puts it together: a real store, a real spool and real converters;
 * the switch is in memory. What comes in, by the API or by browsers, is the matter of `api/world.ts` and `test/web/world.ts`.
 */
import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, type Config } from '../../../app/config.ts';
import { createController, type Controller } from '../../../app/controller/controller.ts';
import type { E164 } from '../../../app/core/ids.ts';
import { usualDepositLimits } from '../../../app/core/mailbox/deposit-limits.ts';
import type { Mailbox } from '../../../app/core/mailbox/mailbox.ts';
import { openFetcher } from '../../../app/gateways/fetch/open.ts';
import { openSipGateway } from '../../../app/gateways/sip/open.ts';
import type { LimitsSlice } from '../../../app/gateways/web/api/limits.ts';
import type { ApiParts } from '../../../app/gateways/web/api/serve-api.ts';
import { openWeb } from '../../../app/gateways/web/open.ts';
import { openScriptedMedia } from '../../../app/media/scripted/open.ts';
import type { Clock } from '../../../app/ports/clock.ts';
import type { Converter } from '../../../app/ports/convert.ts';
import type { Endpoints } from '../../../app/ports/endpoints.ts';
import type { TextGateway } from '../../../app/ports/gateway.ts';
import type { Log } from '../../../app/ports/log.ts';
import type { OutboundText } from '../../../app/ports/media.ts';
import type { Links } from '../../../app/ports/replication.ts';
import { openTokens } from '../../../app/secrets/open-tokens.ts';
import { openTotp } from '../../../app/secrets/open-totp.ts';
import { openHasher } from '../../../app/secrets/open.ts';
import { openJournal } from '../../../app/storage/spool/journal.ts';
import { openSpool } from '../../../app/storage/spool/open.ts';
import { openTables } from '../../../app/tables/open.ts';
import { openMetrics } from '../../../app/telemetry/metrics.ts';
import { createStages } from '../../../app/telemetry/stages.ts';
import { systemClock } from '../../../app/telemetry/system-clock.ts';
import { systemDigest } from '../../../app/telemetry/system-digest.ts';
import { systemRandom } from '../../../app/telemetry/system-random.ts';
import { openTransform } from '../../../app/transform/open.ts';
import { toolCommands } from '../../../scripts/stack/ffmpeg.ts';
import { shippedTexts } from '../../speech/shipped.ts';
import { openTestStore } from '../../storage/local-store.ts';
import { keptLog } from '../../telemetry/kept-log.ts';

export const access = '+12025550199' as E164;

export interface WebWorldOptions {
  /** What is served, and who knows people by what they bring. */
  readonly api: (controller: Controller, log: Log) => ApiParts;
  /** Of the one class of service, where it is not as the product ships it. */
  readonly standard: Partial<Config['classes'][string]>;
  readonly config?: Partial<Config> | undefined;
  /** Besides the one that texts by SIP. */
  readonly gateways?: readonly TextGateway[] | undefined;
  readonly limits?: LimitsSlice | undefined;
  /** Lines to other nodes. */
  readonly sync?: Links | undefined;
  /** Folder of the built page; absent: there is none. */
  readonly page?: string | undefined;
  readonly clock?: Clock | undefined;
  /** Trunks and phones; absent: the switch tells of none. */
  readonly endpoints?: Endpoints | undefined;
  /** Besides what this machine makes of media. */
  readonly converters?: readonly Converter[] | undefined;
}

export async function openWebWorld(options: WebWorldOptions) {
  const { limits = { perMinute: 1e6, perAddress: 1e6 }, clock = systemClock, page } = options;
  const directory = await mkdtemp(join(tmpdir(), 'answerback-web-'));
  const test = await openTestStore();
  const log = keptLog();
  const texts: OutboundText[] = [];
  const told = new EventEmitter();
  const media = openScriptedMedia({
    onText(text) {
      texts.push(text);
      told.emit('text');
    },
  });
  const transform = openTransform(toolCommands(), { log });
  const spool = await openSpool({ directory: join(directory, 'spool') }, { log });
  const journal = openJournal({ directory: join(directory, 'spool') }, { log });
  const metrics = openMetrics();
  const works = new Map<string, (signal: AbortSignal) => Promise<void>>();
  const gateways = [openSipGateway({ from: access }, { media }), ...(options.gateways ?? [])];
  const controller = createController({
    archive: undefined,
    sync: options.sync,
    digest: systemDigest,
    config: configOf(options),
    file: undefined,
    log,
    clock,
    random: systemRandom,
    store: test.store,
    tokens: openTokens(),
    totp: openTotp({ issuer: 'Test' }),
    tables: openTables(),
    hasher: openHasher({ memoryKiB: 64, passes: 1, atOnce: 2 }),
    spool,
    journal,
    media,
    transform,
    converters: [transform, ...(options.converters ?? [])],
    documents: transform,
    fetcher: openFetcher({}, { log }),
    gateways: new Map(gateways.map((one) => [one.name, one])),
    endpoints: options.endpoints,
    scheduler: {
      worker(name, _everyMs, work) {
        works.set(name, work);
        return nobody;
      },
      [Symbol.asyncDispose]: async () => undefined,
    },
    texts: shippedTexts,
    metrics,
    stages: createStages({ metrics, log }),
  });
  const web = await openWeb(
    { host: '127.0.0.1', port: 0, page, api: { limits } },
    { ...noTexts, log, ready: async () => ({ ok: true, parts: {} }), api: options.api(controller, log) },
  );
  let last = 1000;

  return {
    ...test,
    log,
    texts,
    access,
    media,
    controller,
    serving: controller.serving,
    operating: controller.operating,
    web,
    /** Does what is due of a worker; none is woken by itself here. */
    runDue: async (name: string): Promise<void> => works.get(name)?.(AbortSignal.timeout(30_000)),
    /** The latest text to somebody that says so, or the next one. */
    async textTo({ number }: Mailbox, says: RegExp): Promise<string> {
      for (;;) {
        const found = texts.findLast(({ to, body }) => to === number && says.test(body));
        if (found !== undefined) return found.body;
        await once(told, 'text');
      }
    },
    async subscriber(name: string, settings: Partial<Mailbox['settings']> = {}): Promise<Mailbox> {
      const number = `+1202555${(last += 1)}` as E164;
      const made = await controller.serving.directory.create({ number, settings: { name, ...settings } });
      if (made.kind !== 'done') throw new Error(JSON.stringify(made));
      return made.mailbox;
    },
    async [Symbol.asyncDispose]() {
      await web[Symbol.asyncDispose]();
      await controller.happening.events.stop();
      for (const part of [transform, spool, journal, media, test]) await part[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** What is due is never done by itself here. */
const nobody = { wake: () => undefined, wakeAt: () => undefined, idle: async () => undefined };
const noTexts = { onText: async () => {}, onReport: async () => {} };

function configOf({ standard, config: changed }: WebWorldOptions): Config {
  const { config } = loadConfig(undefined, {});
  const shipped = Object.values(config.classes)[0]!;
  return {
    ...config,
    numbers: { ...config.numbers, access: [access], ranges: [{ prefix: '+1202555', class: 'standard' }] },
    classes: {
      standard: {
        ...shipped,
        // Tests leave more than people do.
        deposits: { ...usualDepositLimits, enabled: false },
        welcome: false,
        notify: [{ gateway: 'sip', to: 'subscriber' }],
        ...standard,
      },
    },
    ...changed,
  };
}
