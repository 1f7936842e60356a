/** FreeSWITCH's configuration for an installation: trunks, folders and addresses from the controller's own configuration. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { configFor, phoneOf, portOf, withoutController, withSecretsOf } from '../render-arguments.ts';
import { checkout } from '../stack/machine.ts';
import { renderFreeSwitch, type FreeSwitchValues } from './render.ts';

export interface RenderArguments {
  /** The controller's configuration. */
  readonly file: string;
  /** Where it is written. */
  readonly folder: string;
  /** The service's secrets; without it they are in the environment. */
  readonly environment?: string | undefined;
  readonly sipHost: string;
  readonly sipPort: number;
  /** For secure trunks. */
  readonly tls: FreeSwitchValues['tls'];
  readonly phones: FreeSwitchValues['phones'];
}

const usage =
  'npm run freeswitch:render -- CONFIG.yaml FOLDER [--environment FILE] [--phone NUMBER=PASSWORD] [--sip-host ADDRESS] [--sip-port PORT] [--tls-folder FOLDER] [--tls-port PORT]';

/** @throws Error with what is wrong */
export function renderArguments(words: readonly string[]): RenderArguments {
  const { values, positionals } = parseArgs({
    args: [...words],
    options: {
      environment: { type: 'string' },
      phone: { type: 'string', multiple: true, default: [] },
      'sip-host': { type: 'string', default: '127.0.0.1' },
      'sip-port': { type: 'string', default: '5060' },
      'tls-folder': { type: 'string' },
      'tls-port': { type: 'string', default: '5061' },
    },
    allowPositionals: true,
  });
  const [file, folder, more] = positionals;
  if (file === undefined || folder === undefined || more !== undefined) throw new Error(usage);
  const secrets = values['tls-folder'];
  const tls =
    secrets === undefined
      ? undefined
      : { folder: resolve(secrets), port: portOf('tls-port', values['tls-port']) };
  return {
    file,
    folder,
    environment: values.environment,
    sipHost: values['sip-host'],
    sipPort: portOf('sip-port', values['sip-port']),
    tls,
    phones: values.phone.map(phoneOf),
  };
}

/** @returns paths that were written. @throws Error with what is wrong */
export async function renderFromConfig(
  { file, folder, environment, sipHost, sipPort, tls, phones }: RenderArguments,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<string[]> {
  const { config, secrets } = configFor(file, withSecretsOf(environment, env));
  if (secrets.freeswitchPassword === '') throw new Error('FREESWITCH_PASSWORD is not set');
  const { freeswitch, trunks, prompts } = config;
  const { listen, address } = freeswitch;
  const http = freeswitch.recordings === 'http';
  return renderFreeSwitch(resolve(checkout, 'freeswitch'), resolve(folder), {
    ...withoutController,
    eslHost: freeswitch.host,
    eslPort: freeswitch.port,
    eslPassword: secrets.freeswitchPassword,
    controllers: [address ?? `${listen.host}:${listen.port}`],
    folder: http ? freeswitch.http.folder : resolve(freeswitch.folder),
    http,
    domain: freeswitch.domain,
    sipHost,
    sipPort,
    rtp: { first: 16_384, last: 32_767 },
    maxSessions: 1000,
    sessionsPerSecond: 100,
    prompts: resolve(prompts.directory),
    language: prompts.language,
    trunks,
    tls,
    phones,
  });
}
