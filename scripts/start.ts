/**
 * npm start: the local stack and the controller, until Ctrl-C.
 *
 * ANSWERBACK_CONFIG names a configuration file; ANSWERBACK_SIP_HOST and ANSWERBACK_SIP_PORT where SIP is served (127.0.0.1,
 * 5060); ANSWERBACK_VAR where data lie (var/).
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { openController } from './stack/controller.ts';
import { checkout } from './stack/machine.ts';
import { freePort, isFree } from './stack/ports.ts';
import type { Phone } from './stack/render.ts';
import { openStack } from './stack/stack.ts';

const { ANSWERBACK_CONFIG: config, ANSWERBACK_SIP_HOST: sipHost = '127.0.0.1', ANSWERBACK_VAR } = process.env;
const sipPort = Number(process.env['ANSWERBACK_SIP_PORT'] ?? 5060);
const directory = resolve(ANSWERBACK_VAR ?? join(checkout, 'var'));
const say = (line: string): void => console.log(`start: ${line}`);

/** Ctrl-C may come at any time; until all is up it ends the start as soon as the part that is starting has. */
const stopped = Promise.race(['SIGINT', 'SIGTERM', 'SIGHUP'].map(async (signal) => once(process, signal)));

try {
  await run();
} catch (error) {
  console.error(`start: ${(error as Error).message}`);
  process.exitCode = 1;
}

async function run(): Promise<void> {
  const begun = Date.now();
  await requireFree('udp', sipPort, 'SIP', 'ANSWERBACK_SIP_PORT');
  const phone = await ownPhone();
  await using stack = await openStack({
    directory,
    ...(config === undefined ? {} : { config }),
    asterisk: {
      sipHost,
      sipPort,
      ariPort: (await isFree('tcp', 8088)) ? 8088 : await freePort(),
      phones: [phone],
    },
    log: say,
  });
  await using controller = await openController({
    directory,
    config: stack.config,
    env: stack.env,
    onLine: (line) => console.log(line.level === 'out' ? line.msg : JSON.stringify(line)),
  });
  say(`ready after ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  if (stack.asterisk !== undefined) {
    say(
      `SIP: ${sipHost}:${sipPort}, UDP. A soft-phone on this machine: user ${phone.name}, password ${phone.password}`,
    );
    say(
      `its number is ${phone.number}; leave a message at any other +1202555 number; the access number is *97 or +12025550199`,
    );
  }
  say('Ctrl-C stops it all');
  const how = await Promise.race([stopped.then(() => 'asked'), controller.exited]);
  if (how !== 'asked') throw new Error(`the controller ended by itself (${how})`);
  say('stopping');
}

/** An account for a soft-phone; its password is made once and kept. */
async function ownPhone(): Promise<Phone> {
  const file = join(directory, 'phone-password');
  await mkdir(directory, { recursive: true });
  let password = await readFile(file, 'utf8').catch(() => '');
  if (password === '') {
    password = randomBytes(9).toString('base64url');
    await writeFile(file, password, { mode: 0o600 });
  }
  return { name: 'phone', password, number: '+12025550101' };
}

async function requireFree(
  protocol: 'tcp' | 'udp',
  port: number,
  what: string,
  variable: string,
): Promise<void> {
  if (await isFree(protocol, port)) return;
  throw new Error(
    `port ${port} (${what}, ${protocol}) is taken; stop what uses it, or set ${variable} to another`,
  );
}
