/** Store and switch together, and the configuration that tells the controller of them. */
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { line as lineSchema } from '../../app/config/line.ts';
import {
  controllerAccess,
  openLocalAsterisk,
  type LocalAsterisk,
  type LocalAsteriskOptions,
} from './asterisk.ts';
import { openLocalStore, type LocalStore } from './store.ts';

export interface StackOptions {
  /** Data, logs and spool; kept when the stack is closed. */
  readonly directory: string;
  /** Configuration file that the controller's begins with. */
  readonly config?: string;
  /** Keys that win over those of the file, in its own form. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** For the switch; trunks are taken from the configuration. */
  readonly asterisk?: Omit<LocalAsteriskOptions, 'directory' | 'trunks'>;
  readonly log?: (line: string) => void;
}

export interface Stack extends AsyncDisposable {
  readonly store: LocalStore;
  /** Absent where ASTERISK_ARI_URL names another switch. */
  readonly asterisk: LocalAsterisk | undefined;
  /** The controller's configuration, see app/config.ts and openController. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What the controller's environment needs. */
  readonly env: Readonly<Record<string, string>>;
}

interface Settings {
  trunks?: { name: string; host?: string; port?: number; line?: unknown }[];
  asterisk?: Record<string, unknown>;
  spool?: Record<string, unknown>;
  store?: Record<string, unknown>;
  [key: string]: unknown;
}

/** Opens store and switch; both serve when this settles. Closing ends what was started here, in reverse order. */
export async function openStack(options: StackOptions): Promise<Stack> {
  const directory = resolve(options.directory);
  await mkdir(directory, { recursive: true });
  const settings = await readSettings(options);
  const log = options.log ?? (() => undefined);
  const store = await openLocalStore({ directory: join(directory, 'store'), log });
  try {
    const asterisk = process.env['ASTERISK_ARI_URL']
      ? undefined
      : await openSwitch(options, directory, settings);
    return {
      store,
      asterisk,
      config: withSwitch({ ...settings, store: { ...settings.store, url: store.url } }, asterisk, directory),
      env: {
        MONGODB_URL: store.url,
        ...(asterisk === undefined ? {} : controllerAccess(asterisk).env),
      },
      async [Symbol.asyncDispose]() {
        await asterisk?.[Symbol.asyncDispose]();
        await store[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
}

async function readSettings(options: StackOptions): Promise<Settings> {
  const file =
    options.config === undefined ? {} : ((parse(await readFile(options.config, 'utf8')) ?? {}) as Settings);
  const settings: Settings = { ...file, ...options.settings };
  // The switch itself is at 5060: another port for whoever plays the network.
  settings.trunks ??= [{ name: 'trunk', host: '127.0.0.1', port: 5070 }];
  return settings;
}

async function openSwitch(
  options: StackOptions,
  directory: string,
  settings: Settings,
): Promise<LocalAsterisk> {
  const trunks = (settings.trunks ?? []).map(({ name, host = '127.0.0.1', port = 5060, line }) => ({
    name,
    host,
    port,
    line: line === undefined ? undefined : lineSchema.parse(line),
  }));
  return openLocalAsterisk({ ...options.asterisk, directory: join(directory, 'asterisk'), trunks });
}

function withSwitch(settings: Settings, asterisk: LocalAsterisk | undefined, directory: string): Settings {
  const spool = { directory: join(directory, 'deposits'), ...settings.spool };
  if (asterisk === undefined) return { ...settings, spool };
  return { ...settings, spool, asterisk: { ...settings.asterisk, ...controllerAccess(asterisk).config } };
}
