/** What the benches run on: store, one Asterisk with both voice mails, our controller, and the network that takes its texts. */
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import type { Store } from '../../app/ports/store.ts';
import { openStore } from '../../app/storage/open.ts';
import { openPhone, type Phone } from '../../test/phone/phone.ts';
import { openLocalAsterisk, type LocalAsterisk } from '../stack/asterisk.ts';
import { openController, type Controller } from '../stack/controller.ts';
import { openLocalStore, type LocalStore } from '../stack/store.ts';
import { nativeExtra } from './native.ts';
import { benchPrompts } from './sound.ts';

export const access = '+12025550199';
const database = 'answerback';
const quiet = { log: (line: string) => process.stderr.write(`${line}\n`) };

/** `quiet` subscribers are sent no texts, as native sends none; `texted` ones get a text for each message. */
export type Kind = 'quiet' | 'texted';

/** How many subscribers of each kind there are. */
export const subscribers = 1000;

export function subscriberNumber(kind: Kind, n: number): string {
  return `+1202555${kind === 'quiet' ? 1 : 2}${String(n % subscribers).padStart(3, '0')}`;
}

export function callerNumber(n: number): string {
  return `+1202556${String(n % 10_000).padStart(4, '0')}`;
}

export interface Stage extends AsyncDisposable {
  readonly directory: string;
  readonly local: LocalStore;
  readonly asterisk: LocalAsterisk;
  readonly server: { readonly host: string; readonly port: number };
  /** A view into the controller's database. */
  readonly store: Store;
  readonly client: MongoClient;
  /** Far side of the trunk. */
  readonly network: Phone;
  /** The controller running now. */
  readonly controller: Controller;
  startController(): Promise<Controller>;
  stopController(): Promise<void>;
}

export interface StageOptions {
  /** With encryption at rest. */
  readonly sealed?: boolean;
  /** Folder of the store, kept; absent: a new one, removed with the rest. */
  readonly store?: string | undefined;
}

/** Opens all; the controller is not started yet. Closing ends it in reverse and removes its folder. */
export async function openStage({ sealed = false, store: kept }: StageOptions = {}): Promise<Stage> {
  const stack = new AsyncStack();
  try {
    const directory = await mkdtemp(join(tmpdir(), 'answerback-bench-'));
    stack.add(() => rm(directory, { recursive: true, force: true }));
    await chmod(directory, 0o755);
    const prompts = await benchPrompts(join(directory, 'prompts'));
    const local = stack.use(await openLocalStore({ directory: kept ?? join(directory, 'store'), ...quiet }));
    const network = stack.use(
      await openPhone({ server: { host: '127.0.0.1', port: 9 }, number: 'network', onCall: 'answer' }),
    );
    const asterisk = stack.use(
      await openLocalAsterisk({
        directory: join(directory, 'asterisk'),
        trunks: [{ name: 'trunk', host: '127.0.0.1', port: network.port }],
        prompts,
        // Neither way has a use for it, and it costs both.
        manager: false,
        extra: nativeExtra(prompts),
      }),
    );
    const store = stack.use(
      await openStore({ url: local.url, database, timeoutMs: 10_000 }, { log: silent }),
    );
    const client = new MongoClient(local.url, { maxPoolSize: 4 });
    stack.add(() => client.close());
    let controller: Controller | undefined;
    stack.add(async () => controller?.[Symbol.asyncDispose]());
    return {
      directory,
      local,
      asterisk,
      store,
      client,
      network,
      server: { host: asterisk.sipHost, port: asterisk.sipPort },
      get controller() {
        if (controller === undefined) throw new Error('the controller is not started');
        return controller;
      },
      async startController() {
        controller = await openController({
          directory: join(directory, 'controller'),
          config: {
            ...configFor(asterisk, network.port, prompts),
            ...(sealed ? { encryption: { master: 'environment' } } : {}),
          },
          env: {
            MONGODB_URL: local.url,
            ASTERISK_ARI_PASSWORD: asterisk.password,
            ...(sealed ? { ANSWERBACK_MASTER_KEYS: `bench:${randomBytes(32).toString('base64')}` } : {}),
          },
        });
        return controller;
      },
      async stopController() {
        await controller?.[Symbol.asyncDispose]();
        controller = undefined;
      },
      [Symbol.asyncDispose]: () => stack.close(),
    };
  } catch (error) {
    await stack.close();
    throw error;
  }
}

/** Numbers of both kinds, and otherwise what a new installation has. */
function configFor(asterisk: LocalAsterisk, trunkPort: number, prompts: string): Record<string, unknown> {
  const texts = { gateway: 'sip', to: 'subscriber' };
  return {
    numbers: {
      access: [access],
      country: 'US',
      ranges: [
        { prefix: '+12025551', class: 'quiet' },
        { prefix: '+12025552', class: 'texted' },
      ],
    },
    classes: {
      quiet: { notify: [], welcome: false },
      texted: { notify: [texts], welcome: false },
    },
    trunks: [{ name: 'trunk', host: '127.0.0.1', port: trunkPort, trusted: true }],
    asterisk: { url: asterisk.ariUrl, user: asterisk.user, spool: asterisk.spool },
    prompts: { directory: prompts },
    web: { port: 0 },
  };
}

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silent,
  within: <T>(_fields: object, work: () => T) => work(),
};

/** Closers in reverse order; Node 20 has no AsyncDisposableStack. */
class AsyncStack {
  readonly #closers: (() => PromiseLike<unknown>)[] = [];

  add(closer: () => PromiseLike<unknown>): void {
    this.#closers.push(closer);
  }

  use<T extends AsyncDisposable>(one: T): T {
    this.add(() => one[Symbol.asyncDispose]());
    return one;
  }

  async close(): Promise<void> {
    for (const closer of this.#closers.splice(0).toReversed()) await closer();
  }
}
