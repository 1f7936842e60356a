/**
 * npm run freeswitch:render -- CONFIG.yaml FOLDER
 *
 * Writes FreeSWITCH's configuration for this installation: trunks, folders and addresses from the controller's own
 * configuration, the password from FREESWITCH_PASSWORD. Phones of subscribers: `--phone NUMBER=PASSWORD`, any number of times.
 * For secure trunks: the folder with agent.pem and cafile.pem.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '../app/config.ts';
import { checkout } from './stack/machine.ts';
import { renderFreeSwitch } from './freeswitch/render.ts';

const usage =
  'npm run freeswitch:render -- CONFIG.yaml FOLDER [--phone NUMBER=PASSWORD] [--sip-host ADDRESS] [--sip-port PORT] [--tls-folder FOLDER] [--tls-port PORT]';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
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
  if (file === undefined || folder === undefined) throw new Error(usage);
  const { config, secrets } = loadConfig(file);
  if (secrets.freeswitchPassword === '') throw new Error('FREESWITCH_PASSWORD is not set');
  const { freeswitch, trunks, prompts } = config;
  const { listen, address } = freeswitch;
  const written = await renderFreeSwitch(resolve(checkout, 'freeswitch'), resolve(folder), {
    eslHost: freeswitch.host,
    eslPort: freeswitch.port,
    eslPassword: secrets.freeswitchPassword,
    controllers: [address ?? `${listen.host}:${listen.port}`],
    folder: resolve(freeswitch.folder),
    domain: freeswitch.domain,
    sipHost: values['sip-host'],
    sipPort: Number(values['sip-port']),
    rtp: { first: 16_384, last: 32_767 },
    maxSessions: 1000,
    sessionsPerSecond: 100,
    prompts: resolve(prompts.directory),
    language: prompts.language,
    tries: 10,
    maxSeconds: 180,
    maxSilence: 10,
    trunks,
    tls:
      values['tls-folder'] === undefined
        ? undefined
        : { folder: resolve(values['tls-folder']), port: Number(values['tls-port']) },
    phones: values.phone.map((text) => {
      const [number = '', password = ''] = text.split(/=(.*)/s);
      if (!/^\+\d{5,15}$/.test(number) || password === '')
        throw new Error(`--phone ${number}: NUMBER=PASSWORD`);
      return { number, password };
    }),
  });
  console.log(`${written.length} files written to ${folder}`);
}

try {
  await main();
} catch (error) {
  console.error(`freeswitch:render: ${(error as Error).message}`);
  process.exitCode = 1;
}
