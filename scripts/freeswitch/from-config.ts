/** FreeSWITCH's configuration for an installation: trunks, folders and addresses from the controller's own configuration. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '../../app/config.ts';
import { checkout } from '../stack/machine.ts';
import { renderFreeSwitch, type FreeSwitchValues } from './render.ts';

export interface RenderArguments {
  /** The controller's configuration. */
  readonly file: string;
  /** Where it is written. */
  readonly folder: string;
  readonly sipHost: string;
  readonly sipPort: number;
  /** For secure trunks. */
  readonly tls: FreeSwitchValues['tls'];
  readonly phones: FreeSwitchValues['phones'];
}

const usage =
  'npm run freeswitch:render -- CONFIG.yaml FOLDER [--phone NUMBER=PASSWORD] [--sip-host ADDRESS] [--sip-port PORT] [--tls-folder FOLDER] [--tls-port PORT]';

/** @throws Error with what is wrong */
export function renderArguments(words: readonly string[]): RenderArguments {
  const { values, positionals } = parseArgs({
    args: [...words],
    options: {
      phone: { type: 'string', multiple: true, default: [] },
      'sip-host': { type: 'string', default: '127.0.0.1' },
      'sip-port': { type: 'string', default: '5060' },
      'tls-folder': { type: 'string' },
      'tls-port': { type: 'string', default: '5061' },
    },
    allowPositionals: true,
  });
  const [file, folder] = positionals;
  const sipPort = Number(values['sip-port']);
  if (file === undefined || folder === undefined || !(sipPort > 0 && sipPort < 65_536))
    throw new Error(usage);
  const phones = values.phone.map((text) => {
    const [number = '', password = ''] = text.split(/=(.*)/s);
    if (!/^\+\d{5,15}$/.test(number) || password === '')
      throw new Error(`--phone ${number}: NUMBER=PASSWORD`);
    return { number, password };
  });
  const secrets = values['tls-folder'];
  const tls =
    secrets === undefined ? undefined : { folder: resolve(secrets), port: Number(values['tls-port']) };
  return { file, folder, sipHost: values['sip-host'], sipPort, tls, phones };
}

/** @returns paths that were written. @throws Error with what is wrong */
export async function renderFromConfig(
  { file, folder, sipHost, sipPort, tls, phones }: RenderArguments,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<string[]> {
  const { config, secrets } = loadConfig(file, env);
  if (secrets.freeswitchPassword === '') throw new Error('FREESWITCH_PASSWORD is not set');
  const { freeswitch, trunks, prompts } = config;
  const { listen, address } = freeswitch;
  const http = freeswitch.recordings === 'http';
  return renderFreeSwitch(resolve(checkout, 'freeswitch'), resolve(folder), {
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
    tries: 10,
    maxSeconds: 180,
    maxSilence: 10,
    trunks,
    tls,
    phones,
  });
}
