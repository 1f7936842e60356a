/** What those who write a switch's configuration are given, and the controller's configuration that they write it from. */
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { placeholders } from '../app/cli/office/config-file.ts';
import { loadConfig } from '../app/config.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Until calls are taken without a controller, and what the switch then records by itself: tries, half a second apart, and seconds. */
export const withoutController = { tries: 10, maxSeconds: 180, maxSilence: 10 } as const;

/** @throws Error with what is allowed */
export function portOf(name: string, text: string): number {
  const port = Number(text);
  if (!(Number.isInteger(port) && port > 0 && port < 65_536))
    throw new Error(`--${name} ${text}: 1 to 65535`);
  return port;
}

/** A telephone of a subscriber: NUMBER=PASSWORD. @throws Error with what is allowed */
export function phoneOf(text: string): { readonly number: string; readonly password: string } {
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
