/** What those who write a switch's configuration are given, and the controller's configuration that they write it from. */
import { readFileSync } from 'node:fs';
import { parseArgs, parseEnv } from 'node:util';
import { placeholders } from '../app/cli/office/config-file.ts';
import { loadConfig } from '../app/config.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Until calls are taken without a controller, and what the switch then records by itself: tries, half a second apart, and seconds. */
export const withoutController = { tries: 10, maxSeconds: 180, maxSilence: 10 } as const;

/** What every switch is configured by. */
export interface SwitchArguments<Tls, Phone> {
  /** The controller's configuration. */
  readonly file: string;
  /** Where it is written. */
  readonly folder: string;
  /** The service's secrets; without it they are in the environment. */
  readonly environment: string | undefined;
  readonly sipHost: string;
  readonly sipPort: number;
  /** For secure trunks. */
  readonly tls: Tls | undefined;
  readonly phones: readonly Phone[];
}

/** A telephone of a subscriber. */
export interface GivenPhone {
  readonly number: string;
  readonly password: string;
}

interface Own<Name extends string> {
  /** Said of a command that is given wrongly. */
  readonly usage: string;
  /** Where SIP listens if nothing is said. */
  readonly sipHost: string;
  /** Options besides, each with a value. */
  readonly options: readonly Name[];
}

/** @throws Error with what is allowed */
export function readArguments<Name extends string>(words: readonly string[], own: Own<Name>) {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...words],
    options: {
      environment: text,
      phone: { ...text, multiple: true },
      'sip-host': text,
      'sip-port': text,
      'tls-port': text,
      ...Object.fromEntries(own.options.map((name) => [name, text])),
    },
    allowPositionals: true,
  });
  const [file, folder, more] = positionals;
  if (file === undefined || folder === undefined || more !== undefined) throw new Error(own.usage);
  const common = {
    file,
    folder,
    environment: values.environment,
    sipHost: values['sip-host'] ?? own.sipHost,
    sipPort: portOf('sip-port', values['sip-port'] ?? '5060'),
  };
  return {
    common,
    phones: (values.phone ?? []).map(phoneOf),
    tlsPort: portOf('tls-port', values['tls-port'] ?? '5061'),
    own: values as Readonly<Partial<Record<Name, string>>>,
  };
}

function portOf(name: string, text: string): number {
  const port = Number(text);
  if (!(Number.isInteger(port) && port > 0 && port < 65_536))
    throw new Error(`--${name} ${text}: 1 to 65535`);
  return port;
}

function phoneOf(text: string): GivenPhone {
  const [number = '', password = ''] = text.split(/=(.*)/s);
  if (!/^\+\d{5,15}$/.test(number) || password === '') throw new Error(`--phone ${number}: NUMBER=PASSWORD`);
  return { number, password };
}

/** Secrets that are missing are not looked for: those that are needed are for whoever needs them. @throws Fault `config-invalid` */
export function configFor(file: string, env: Environment): ReturnType<typeof loadConfig> {
  const unused = { ...placeholders, ANSWERBACK_MASTER_KEYS: 'not-needed', VAULT_TOKEN: 'not-needed' };
  return loadConfig(file, { ...unused, ...env });
}

/** In which systemd, and programs that read such files, see the same. */
const plainLine = /^(?:[A-Za-z_]\w*=(?:'[^']*'|[\w.:/@+=,-]*))?$/;

/**
 * The environment with the secrets of a service's file, which go before.
 * @throws Error with file and line of one that not everybody reads alike
 */
export function withSecretsOf(file: string | undefined, env: Environment = process.env): Environment {
  if (file === undefined) return env;
  const text = readFileSync(file, 'utf8');
  text.split('\n').forEach((line, i) => {
    const trimmed = line.trim();
    if (!trimmed.startsWith('#') && !plainLine.test(trimmed))
      throw new Error(`${file}:${i + 1}: NAME='value', in single quotes and without one in it`);
  });
  return { ...env, ...parseEnv(text) };
}
