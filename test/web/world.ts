/** The world of the web server as people see it: the built page, with sessions, in a browser. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { randomUUID } from 'node:crypto';
import { loadConfig, type Config } from '../../app/config.ts';
import type { Controller } from '../../app/controller/controller.ts';
import type { Operating } from '../../app/controller/operating.ts';
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import type { Message } from '../../app/core/message/message.ts';
import type { OperatorServices } from '../../app/gateways/web/api/operator-services.ts';
import { operatorRoutes } from '../../app/gateways/web/api/routes/operator.ts';
import { subscriberRoutes } from '../../app/gateways/web/api/routes/subscriber.ts';
import { openSignIn } from '../../app/gateways/web/sign-in/open.ts';
import type { Converter } from '../../app/ports/convert.ts';
import type { Endpoints } from '../../app/ports/endpoints.ts';
import type { TextGateway } from '../../app/ports/gateway.ts';
import type { Store } from '../../app/ports/store.ts';
import { systemClock } from '../../app/telemetry/system-clock.ts';
import { openBrowser } from '../../scripts/stack/browser.ts';
import { openWebWorld } from '../gateways/web/web-world.ts';

export const pin = '482915';

export type PageWorld = Awaited<ReturnType<typeof openPageWorld>>;
type Leave = Parameters<Controller['serving']['deposits']['take']>[0];

/** Links in notices lead there; tests go to the same place of the server that they opened. */
export const publicUrl = 'https://page.example';

interface PageWorldOptions {
  /** Folder of the built page; default: this checkout's. */
  readonly page?: string;
  /** What writes down voice messages; default: nothing does. */
  readonly converters?: readonly Converter[];
  readonly config?: Partial<Config>;
  readonly gateways?: readonly TextGateway[];
  /** Trunks and phones; default: the switch tells of none. */
  readonly endpoints?: Endpoints;
  /** What operators see, in place of what the controller gives them. */
  readonly operating?: (own: Operating, store: Store) => OperatorServices;
}

export async function openPageWorld(options: PageWorldOptions = {}) {
  const page = options.page ?? resolve('web/dist');
  if (options.page === undefined && !existsSync(join(page, 'index.html')))
    throw new Error('the page is not built: run npm run web:build');
  let ago = 0;
  const clock = { now: () => new Date(systemClock.now().getTime() - ago) };
  const world = await openWebWorld({
    page,
    clock,
    converters: options.converters,
    gateways: options.gateways,
    endpoints: options.endpoints,
    config: { web: { ...loadConfig(undefined, {}).config.web, publicUrl }, ...options.config },
    standard: {
      maxMessages: 20_000,
      maxBytes: 50_000_000,
      maxSeconds: 3600,
      transcribe: options.converters !== undefined,
    },
    api({ serving, admission, operating: own, store }, log) {
      const operating = options.operating?.(own, store) ?? own;
      const { guard, routes } = openSignIn({}, { ...admission, clock, log });
      return { guard, routes: [...routes, ...subscriberRoutes(serving), ...operatorRoutes(operating)] };
    },
  });
  const { serving, admission, happening } = world.controller;
  const { browser, [Symbol.asyncDispose]: closeBrowser } = await openBrowser();

  return {
    ...world,
    happening,
    operators: admission.operators,
    browser,
    /** Whoever comes and leaves something does so that many milliseconds ago. */
    longAgo(ms: number): void {
      ago = ms;
    },
    /** A mailbox with the PIN above. */
    async subscriber(name: string): Promise<Mailbox> {
      const mailbox = await world.subscriber(name, { timeZone: 'Etc/UTC' });
      await serving.authentication.setPin(mailbox, pin);
      return mailbox;
    },
    /** Leaves a message as other gateways do. */
    async leave(
      mailbox: Mailbox,
      what: Partial<Omit<Leave, 'mailbox'>>,
      transcript?: string,
      times?: string,
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
      if (transcript !== undefined)
        await world.store.messages.setTranscript(id, transcript, times === undefined ? {} : { times });
      return result.message;
    },
    /** A browser of its own: nobody is signed in. */
    async visit(path = '/', more: BrowserContextOptions = {}): Promise<Page> {
      const context = await browser.newContext({
        baseURL: world.web.address,
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
      await world[Symbol.asyncDispose]();
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
