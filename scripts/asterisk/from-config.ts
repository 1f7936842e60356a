/** Asterisk's configuration for an installation: trunks, folders and addresses from the controller's own configuration. */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Config, Secrets } from '../../app/config.ts';
import {
  configFor,
  readArguments,
  withoutController,
  withSecretsOf,
  type SwitchArguments,
} from '../render-arguments.ts';
import { checkout } from '../stack/machine.ts';
import { renderDialplans, type DialplanValues, type Phone, type SipTls } from '../stack/render.ts';
import { placeFiles, type Placed } from './place-files.ts';

export type RenderArguments = SwitchArguments<SipTls, Phone>;

const usage =
  'npm run asterisk:render -- CONFIG.yaml FOLDER [--environment FILE] [--phone NUMBER=PASSWORD] [--sip-host ADDRESS] ' +
  '[--sip-port PORT] [--tls-key FILE --tls-cert FILE --tls-ca FILE] [--tls-port PORT]';

/** @throws Error with what is wrong */
export function renderArguments(words: readonly string[]): RenderArguments {
  const options = ['tls-key', 'tls-cert', 'tls-ca'] as const;
  const given = readArguments(words, { usage, sipHost: '0.0.0.0', options });
  const files = options.flatMap((name) => given.own[name] ?? []).map((path) => resolve(path));
  const [key, cert, ca] = files;
  if (files.length > 0 && files.length < 3) throw new Error('--tls-key, --tls-cert and --tls-ca go together');
  const tls =
    key === undefined || cert === undefined || ca === undefined
      ? undefined
      : { key, cert, ca, port: given.tlsPort };
  const phones = given.phones.map((phone) => ({
    // No number: by their names phones are told from trunks.
    name: `tel-${phone.number.slice(1)}`,
    ...phone,
    secure: tls !== undefined,
  }));
  return { ...given.common, tls, phones };
}

/**
 * Other files in the folder stay as they are, but for trunks and telephones that are there no more.
 * @throws Error with what is wrong
 */
export async function renderFromConfig(given: RenderArguments): Promise<Placed> {
  const env = withSecretsOf(given.environment);
  const { config, secrets } = configFor(given.file, env);
  if (config.asterisk.manager !== undefined && !env['ASTERISK_AMI_PASSWORD'])
    throw new Error('ASTERISK_AMI_PASSWORD is not set, and there is asterisk.manager');
  const values = valuesOf(config, secrets, given);
  // Within a folder that is closed to others: it is made anew.
  const closed = await mkdtemp(join(tmpdir(), 'answerback-asterisk-'));
  const drawn = join(closed, 'etc');
  try {
    const rendered = await renderDialplans(resolve(checkout, 'dialplans'), drawn, values);
    // Its folders are the distribution's own.
    await writeFile(join(drawn, 'asterisk.conf'), mainFile(values));
    const files = await Promise.all(
      rendered.map(async ({ path }) => ({ path, text: await readFile(join(drawn, path), 'utf8') })),
    );
    return await placeFiles(resolve(given.folder), files, isOurs);
  } finally {
    await rm(closed, { recursive: true, force: true });
  }
}

/** Addresses are believed, and telephones let in, as long as these are there. */
function isOurs(path: string): boolean {
  return /^pjsip\.d\/(trunk-[\w-]+|phone-tel-\d+|transport-tls)\.conf$/.test(path);
}

function valuesOf(config: Config, secrets: Secrets, given: RenderArguments): DialplanValues {
  const { asterisk, numbers, prompts, trunks } = config;
  const { ariPassword, amiPassword } = secrets;
  if (config.switch !== 'asterisk')
    throw new Error(`switch: ${config.switch}: see npm run freeswitch:render`);
  if (ariPassword === '') throw new Error('ASTERISK_ARI_PASSWORD is not set');
  if (asterisk.spool === undefined)
    throw new Error('asterisk.spool is not set: /var/spool/asterisk/recording, unless Asterisk has another');
  const secure = trunks.find((trunk) => trunk.secure);
  if (secure !== undefined && given.tls === undefined)
    throw new Error(`trunk ${secure.name} is secure: --tls-key, --tls-cert and --tls-ca are needed`);
  const { manager } = asterisk;
  const url = new URL(asterisk.url);
  if (url.protocol !== 'http:' || ![url.hostname, manager?.host ?? '127.0.0.1'].every(isLoopback))
    throw new Error(
      'asterisk.url and asterisk.manager.host: http, and 127.0.0.1: Asterisk takes no others here',
    );
  const [access = ''] = numbers.access;
  return {
    ...withoutController,
    // Those of asterisk.conf, which is not taken from here.
    directory: '',
    run: '',
    data: '',
    modules: '',
    spool: dirname(resolve(asterisk.spool)),
    app: asterisk.app,
    ariUser: asterisk.user,
    ariPassword,
    ariPort: Number(url.port) || 80,
    amiEnabled: manager === undefined ? 'no' : 'yes',
    amiUser: manager?.user ?? 'answerback',
    // Where there is no manager interface nobody may log in to it; the same each time.
    amiPassword: manager === undefined ? digestOf(`manager ${ariPassword}`) : amiPassword,
    amiPort: manager?.port ?? 5038,
    sipHost: given.sipHost,
    sipPort: given.sipPort,
    tls: given.tls,
    prompts: resolve(prompts.directory),
    language: prompts.language,
    access,
    maxFiles: 20_000,
    trunks,
    phones: given.phones,
    extra: {},
  };
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function isLoopback(host: string): boolean {
  return host === '127.0.0.1' || host === 'localhost';
}

function mainFile({ maxFiles }: DialplanValues): string {
  return `; Folders are those that this Asterisk was built with. Each call takes a few files.\n\n[options]\nverbose = 0\nmaxfiles = ${maxFiles}\n`;
}
