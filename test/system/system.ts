/** The whole product for a test: real store, real Asterisk, the controller as a process, and telephones around it. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../../app/ports/store.ts';
import { openConfiguredSealing } from '../../app/open-sealing.ts';
import { openStore } from '../../app/storage/open.ts';
import {
  controllerAccess,
  openLocalAsterisk,
  type LocalAsterisk,
  type LocalAsteriskOptions,
} from '../../scripts/stack/asterisk.ts';
import type { Trunk } from '../../scripts/stack/render.ts';
import { openController, type Controller } from '../../scripts/stack/controller.ts';
import { openLocalStore, type LocalStore } from '../../scripts/stack/store.ts';
import { openPhone, type Phone, type PhoneOptions } from '../phone/phone.ts';
import { silentLog } from '../ports/silent-log.ts';

export const access = '+12025550199';
export const database = 'answerback';

/** With ANSWERBACK_TEST_SEALED all is as without, and messages are sealed. */
const isSealed = process.env['ANSWERBACK_TEST_SEALED'] !== undefined;
const sealed = {
  masterKeys: `test:${Buffer.alloc(32, 7).toString('base64')}`,
  encryption: { master: 'environment' as const },
};

export interface SystemOptions {
  /** Merged over the defaults, section by section. */
  readonly config?: Readonly<Record<string, Record<string, unknown> | readonly unknown[]>>;
  /** Fields of the class `standard`. */
  readonly standard?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the trunk's caller IDs are believed; default true. */
  readonly trusted?: boolean;
  /** Hand-overs that the dialplan tries while the controller is away. */
  readonly tries?: number;
  /** Telephones that may register. */
  readonly phones?: LocalAsteriskOptions['phones'];
  /** SIP over TLS. */
  readonly tls?: LocalAsteriskOptions['tls'];
  /** Text added to rendered files of the switch, by name. */
  readonly dialplan?: LocalAsteriskOptions['extra'];
  /** More trunks than the one to the mobile network. */
  readonly lines?: readonly Trunk[];
}

export interface System extends AsyncDisposable {
  readonly local: LocalStore;
  readonly asterisk: LocalAsterisk;
  /** The controller running now. */
  readonly controller: Controller;
  /** A view into the same database, for what a test looks up. */
  readonly store: Store;
  /** The far side of the trunk: the mobile network with the subscribers' phones. Gets their texts and calls. */
  readonly network: Phone;
  readonly directory: string;
  /** Starts a controller again after its end, with the same configuration; `wrapper` as of openController. */
  restart(wrapper?: readonly string[]): Promise<Controller>;
  /** A telephone that calls in over the trunk. */
  phone(number: string, options?: Partial<PhoneOptions>): Promise<Phone>;
}

/** Opens everything; closing ends it in reverse and removes its folder. */
export async function openSystem(options: SystemOptions = {}): Promise<System> {
  const directory = await mkdtemp(join(tmpdir(), 'answerback-system-'));
  const closing: (() => PromiseLike<unknown>)[] = [() => rm(directory, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const step of closing.toReversed()) await step();
  };
  try {
    await chmod(directory, 0o755);
    const local = await openLocalStore({ directory: join(directory, 'store') });
    closing.push(() => local[Symbol.asyncDispose]());
    // The far side must be there before Asterisk is: its address is part of the trunk.
    const network = await openPhone({
      server: { host: '127.0.0.1', port: 9 },
      number: 'network',
      onCall: 'answer',
    });
    closing.push(() => network[Symbol.asyncDispose]());
    const trunks = [{ name: 'trunk', host: '127.0.0.1', port: network.port }, ...(options.lines ?? [])];
    const asterisk = await openLocalAsterisk({
      directory: join(directory, 'asterisk'),
      trunks,
      ...(options.tries === undefined ? {} : { tries: options.tries }),
      ...(options.dialplan === undefined ? {} : { extra: options.dialplan }),
      ...(options.phones === undefined ? {} : { phones: options.phones }),
      ...(options.tls === undefined ? {} : { tls: options.tls }),
    });
    closing.push(() => asterisk[Symbol.asyncDispose]());
    const start = (wrapper: readonly string[] = []): Promise<Controller> =>
      openController({
        wrapper,
        directory: join(directory, 'controller'),
        config: configFor(options, asterisk, network.port),
        ...(process.env['ANSWERBACK_TEST_LOG'] === undefined
          ? {}
          : { onLine: (line) => process.stdout.write(`${JSON.stringify(line)}\n`) }),
        env: {
          MONGODB_URL: local.url,
          ...controllerAccess(asterisk).env,
          ...(isSealed ? { ANSWERBACK_MASTER_KEYS: sealed.masterKeys } : {}),
          ...options.env,
        },
      });
    let controller = await start();
    closing.push(() => controller[Symbol.asyncDispose]());
    const store = await openStore({ url: local.url, database, timeoutMs: 20_000 }, { log: silentLog });
    closing.push(() => store[Symbol.asyncDispose]());
    const sealing = isSealed
      ? await openConfiguredSealing(
          {
            encryption: {
              ...sealed.encryption,
              database: 'answerback_keys',
              url: undefined,
              file: undefined,
            },
            store: { url: local.url, database, timeoutMs: 20_000 },
          },
          { masterKeys: sealed.masterKeys, transitToken: undefined },
          { log: silentLog },
        )
      : undefined;
    if (sealing !== undefined) closing.push(() => sealing[Symbol.asyncDispose]());
    const server = { host: asterisk.sipHost, port: asterisk.sipPort };
    return {
      local,
      asterisk,
      store: sealing?.store(store) ?? store,
      network,
      directory,
      get controller() {
        return controller;
      },
      async restart(wrapper) {
        if (controller.running) throw new Error('the controller is still running');
        controller = await start(wrapper);
        return controller;
      },
      async phone(number, phoneOptions = {}) {
        const phone = await openPhone({ server, number, ...phoneOptions });
        closing.push(() => phone[Symbol.asyncDispose]());
        return phone;
      },
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function configFor(
  options: SystemOptions,
  asterisk: LocalAsterisk,
  trunkPort: number,
): Record<string, unknown> {
  const defaults: Record<string, unknown> = {
    numbers: { access: [access], country: 'US', ranges: [{ prefix: '+1202555', class: 'standard' }] },
    // Tests leave many messages in a short time.
    classes: { standard: { deposits: { enabled: false }, ...options.standard } },
    trunks: [
      { name: 'trunk', host: '127.0.0.1', port: trunkPort, trusted: options.trusted ?? true },
      ...(options.lines ?? []),
    ],
    asterisk: controllerAccess(asterisk).config,
    web: { port: 0 },
    log: { level: 'debug' },
    ...(isSealed ? { encryption: sealed.encryption } : {}),
  };
  for (const [key, value] of Object.entries(options.config ?? {})) {
    const before = defaults[key];
    defaults[key] =
      Array.isArray(value) || before === undefined ? value : { ...(before as object), ...(value as object) };
  }
  return defaults;
}
