/** FreeSWITCH's configuration for an installation: trunks, folders and addresses from the controller's own configuration. */
import { resolve } from 'node:path';
import {
  configFor,
  readArguments,
  withoutController,
  withSecretsOf,
  type GivenPhone,
  type SwitchArguments,
} from '../render-arguments.ts';
import { checkout } from '../stack/machine.ts';
import { renderFreeSwitch, type FreeSwitchValues } from './render.ts';

export type RenderArguments = SwitchArguments<NonNullable<FreeSwitchValues['tls']>, GivenPhone>;

const usage =
  'npm run freeswitch:render -- CONFIG.yaml FOLDER [--environment FILE] [--phone NUMBER=PASSWORD] [--sip-host ADDRESS] [--sip-port PORT] [--tls-folder FOLDER] [--tls-port PORT]';

/** @throws Error with what is wrong */
export function renderArguments(words: readonly string[]): RenderArguments {
  const given = readArguments(words, { usage, sipHost: '127.0.0.1', options: ['tls-folder'] });
  const secrets = given.own['tls-folder'];
  const tls = secrets === undefined ? undefined : { folder: resolve(secrets), port: given.tlsPort };
  return { ...given.common, tls, phones: given.phones };
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
