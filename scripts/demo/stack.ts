/** Everything that the story needs, started anew in a folder of its own: store, Asterisk, controller and two telephones. */
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import type { Store } from '../../app/ports/store.ts';
import { openStore } from '../../app/storage/open.ts';
import { openLog } from '../../app/telemetry/open.ts';
import { buildPrompts } from '../prompts/build.ts';
import { controllerAccess, openLocalAsterisk, type LocalAsterisk } from '../stack/asterisk.ts';
import { openController, type Controller } from '../stack/controller.ts';
import { checkout } from '../stack/machine.ts';
import { openLocalStore, type LocalStore } from '../stack/store.ts';
import { openBaresip, type Baresip } from './baresip.ts';
import { access, caller, subscriber } from './cast.ts';
import { Closers } from './closers.ts';
import { openMobileNetwork, type Texting } from './mobile-network.ts';
import { freeSwitchPort } from './sip-port.ts';

export interface DemoStack extends AsyncDisposable {
  /** Where calls and texts go, as 127.0.0.1:5060. */
  readonly server: string;
  /** The controller's store, read to see what became of a call. */
  readonly store: Store;
  readonly controller: Controller;
  readonly caller: Baresip;
  /** The far side of the trunk: as the mobile network behind it would. */
  readonly subscriber: Baresip;
  /** The subscriber's texts: over SIP, or over SMPP. */
  readonly texting: Texting;
  /** Folder of the built prompts. */
  readonly prompts: string;
}

export interface DemoStackOptions {
  readonly directory: string;
  /** Texts go over SMPP, to an SMSC on this machine. */
  readonly smpp: boolean;
  /** Ends the waits of the telephones. */
  readonly signal: AbortSignal;
}

/** Starts all of it in an empty folder. Closing it ends everything again. */
export async function openDemoStack(options: DemoStackOptions): Promise<DemoStack> {
  const closers = new Closers();
  try {
    return await open(options, closers);
  } catch (error) {
    await closers[Symbol.asyncDispose]().catch(() => undefined);
    throw error;
  }
}

async function open({ directory, smpp, signal }: DemoStackOptions, closers: Closers): Promise<DemoStack> {
  if (process.env['ASTERISK_ARI_URL'])
    throw new Error('the demo starts a switch of its own: run it without ASTERISK_ARI_URL');
  const prompts = join(checkout, 'var/prompts');
  await mkdir(prompts, { recursive: true });
  const database = `demo-${process.pid}`;
  const port = await freeSwitchPort();
  const phone = { server: `127.0.0.1:${port}`, textsTo: access, signal };
  const [callerPhone, subscriberPhone] = await closers.addAll<[Baresip, Baresip]>([
    openBaresip({ ...phone, ...caller, directory: join(directory, 'caller') }),
    openBaresip({ ...phone, ...subscriber, directory: join(directory, 'subscriber') }),
  ]);
  // The trunk's far side is the subscriber's telephone.
  const trunks = [{ name: 'trunk', host: '127.0.0.1', port: subscriberPhone.sipPort }];
  const [localStore, asterisk] = await closers.addAll<[LocalStore, LocalAsterisk]>([
    openLocalStore({ directory: join(directory, 'store') }),
    openLocalAsterisk({ directory: join(directory, 'asterisk'), trunks, sipPort: port, prompts, access }),
  ]);
  await buildPrompts({ source: join(checkout, 'prompts'), out: prompts });
  signal.throwIfAborted();
  const { url } = localStore;
  if (process.env['MONGODB_URL']) closers.add(dropping(url, database));
  const mobile = smpp ? closers.add(await openMobileNetwork(signal)) : undefined;
  const log = createWriteStream(join(directory, 'controller.log'));
  const controller = closers.add(
    await openController({
      directory: join(directory, 'controller'),
      config: {
        numbers: { access: [access] },
        trunks: trunks.map((trunk) => ({ ...trunk, trusted: true })),
        asterisk: controllerAccess(asterisk).config,
        store: { url, database },
        prompts: { directory: prompts },
        web: { port: 0 },
        ...(mobile === undefined ? {} : overSmpp(mobile.binds)),
      },
      env: { ...controllerAccess(asterisk).env, ...mobile?.env },
      onLine: (line) => void log.write(`${JSON.stringify(line)}\n`),
    }),
  );
  const store = closers.add(
    await openStore({ url, database, timeoutMs: 5000 }, { log: openLog({ level: 'silent' }) }),
  );
  return {
    server: phone.server,
    store,
    controller,
    caller: callerPhone,
    subscriber: subscriberPhone,
    texting: mobile ?? subscriberPhone,
    prompts,
    async [Symbol.asyncDispose]() {
      // Calls under way end first, so that the controller need not wait for them.
      await Promise.allSettled([callerPhone, subscriberPhone].map((one) => one[Symbol.asyncDispose]()));
      await closers[Symbol.asyncDispose]();
    },
  };
}

function overSmpp(smpp: readonly object[]) {
  return { smpp, classes: { standard: { notify: [{ gateway: 'smpp', to: 'subscriber' }] } } };
}

/** A store that is not ours is left as it was. */
function dropping(url: string, database: string): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      const client = new MongoClient(url, { serverSelectionTimeoutMS: 3000 });
      try {
        await client.db(database).dropDatabase();
      } finally {
        await client.close();
      }
    },
  };
}
