/**
 * The built page, served by the web server with everything behind it: sessions, API, a real store, a real spool and real
 * converters; the switch is in memory. Browsers come in as people do.
 */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { randomUUID } from 'node:crypto';
import { loadConfig } from '../../app/config.ts';
import { createController } from '../../app/controller/controller.ts';
import type { E164 } from '../../app/core/ids.ts';
import { usualDepositLimits } from '../../app/core/mailbox/deposit-limits.ts';
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import type { Message } from '../../app/core/message/message.ts';
import { openFetcher } from '../../app/gateways/fetch/open.ts';
import { openSipGateway } from '../../app/gateways/sip/open.ts';
import { operatorRoutes } from '../../app/gateways/web/api/routes/operator.ts';
import { subscriberRoutes } from '../../app/gateways/web/api/routes/subscriber.ts';
import { openWeb } from '../../app/gateways/web/open.ts';
import { openSignIn } from '../../app/gateways/web/sign-in/open.ts';
import { openScriptedMedia } from '../../app/media/scripted/open.ts';
import type { OutboundText } from '../../app/ports/media.ts';
import { openTokens } from '../../app/secrets/open-tokens.ts';
import { openTotp } from '../../app/secrets/open-totp.ts';
import { openHasher } from '../../app/secrets/open.ts';
import { openJournal } from '../../app/storage/spool/journal.ts';
import { openSpool } from '../../app/storage/spool/open.ts';
import { openMetrics } from '../../app/telemetry/metrics.ts';
import { createStages } from '../../app/telemetry/stages.ts';
import { systemClock } from '../../app/telemetry/system-clock.ts';
import { systemDigest } from '../../app/telemetry/system-digest.ts';
import { systemRandom } from '../../app/telemetry/system-random.ts';
import { openTables } from '../../app/tables/open.ts';
import { openTransform } from '../../app/transform/open.ts';
import { openBrowser } from '../../scripts/stack/browser.ts';
import { toolCommands } from '../../scripts/stack/ffmpeg.ts';
import { keptLog } from '../telemetry/kept-log.ts';
import { shippedTexts } from '../speech/shipped.ts';
import { openTestStore } from '../storage/local-store.ts';

const access = '+12025550199' as E164;
export const pin = '482915';

export type PageWorld = Awaited<ReturnType<typeof openPageWorld>>;
type Leave = Parameters<ReturnType<typeof createController>['serving']['deposits']['take']>[0];

/** @param options `page`: folder of the built page; default: this checkout's */
export async function openPageWorld(options: { readonly page?: string } = {}) {
  const page = options.page ?? resolve('web/dist');
  if (options.page === undefined && !existsSync(join(page, 'index.html')))
    throw new Error('the page is not built: run npm run web:build');
  const directory = await mkdtemp(join(tmpdir(), 'answerback-page-'));
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
  let ago = 0;
  const clock = { now: () => new Date(systemClock.now().getTime() - ago) };
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
          maxMessages: 20_000,
          maxBytes: 50_000_000,
          maxSeconds: 3600,
          welcome: false,
          notify: [{ gateway: 'sip', to: 'subscriber' }],
        },
      },
    },
    file: undefined,
    log,
    clock,
    random: systemRandom,
    store: test.store,
    hasher: openHasher({ memoryKiB: 64, passes: 1, atOnce: 2 }),
    tables: openTables(),
    tokens: openTokens(),
    totp: openTotp({ issuer: 'Test' }),
    spool,
    journal,
    media,
    transform,
    converters: [transform],
    documents: transform,
    fetcher: openFetcher({}, { log }),
    gateways: new Map([['sip', openSipGateway({ from: access }, { media })]]),
    scheduler: { worker: () => worker, [Symbol.asyncDispose]: async () => undefined },
    texts: shippedTexts,
    metrics,
    stages: createStages({ metrics, log }),
  });
  const { serving, admission, operating } = controller;
  const signIn = openSignIn({}, { ...admission, clock, log });
  const web = await openWeb(
    { host: '127.0.0.1', port: 0, page, api: { limits: { perMinute: 1e6, perAddress: 1e6 } } },
    {
      log,
      ready: async () => ({ ok: true, parts: {} }),
      onText: async () => {},
      onReport: async () => {},
      api: {
        guard: signIn.guard,
        routes: [...signIn.routes, ...subscriberRoutes(serving), ...operatorRoutes(operating)],
      },
    },
  );
  const { browser, [Symbol.asyncDispose]: closeBrowser } = await openBrowser();
  let last = 1000;

  return {
    ...test,
    log,
    web,
    serving,
    operators: admission.operators,
    browser,
    texts,
    access,
    /** Whoever comes and leaves something does so that many milliseconds ago. */
    longAgo(ms: number): void {
      ago = ms;
    },
    /** A mailbox with the PIN above. */
    async subscriber(name: string): Promise<Mailbox> {
      const number = `+1202555${(last += 1)}` as E164;
      const made = await serving.directory.create({ number, settings: { name, timeZone: 'Etc/UTC' } });
      if (made.kind !== 'done') throw new Error(JSON.stringify(made));
      await serving.authentication.setPin(made.mailbox, pin);
      return made.mailbox;
    },
    /** Leaves a message as other gateways do. */
    async leave(
      mailbox: Mailbox,
      what: Partial<Omit<Leave, 'mailbox'>>,
      transcript?: string,
    ): Promise<Message> {
      const result = await serving.deposits.take({
        id: randomUUID(),
        from: { private: false },
        parts: [],
        urgent: false,
        ...what,
        mailbox,
      });
      if (result.kind !== 'stored') throw new Error(result.kind);
      const { id } = result.message;
      if (transcript !== undefined) await test.store.messages.setTranscript(id, transcript);
      return result.message;
    },
    /** A browser of its own: nobody is signed in. */
    async visit(path = '/', more: BrowserContextOptions = {}): Promise<Page> {
      const context = await browser.newContext({
        baseURL: web.address,
        locale: 'en-US',
        viewport: { width: 1280, height: 800 },
        permissions: ['microphone', 'clipboard-read', 'clipboard-write'],
        ...more,
      });
      const opened = await context.newPage();
      await opened.goto(path);
      return opened;
    },
    async [Symbol.asyncDispose]() {
      await closeBrowser();
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

/** As somebody who knows the PIN. */
export async function signInAs(page: Page, mailbox: Mailbox): Promise<void> {
  await page.getByLabel('Your number').fill(mailbox.number);
  await page.getByLabel('PIN', { exact: true }).fill(pin);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
}

/** Everything that the browser complained of while it was open. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // What the server answered with a status is in the network, not in the script.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  return complaints;
}
