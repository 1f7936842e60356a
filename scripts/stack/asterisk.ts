/** An Asterisk on loopback that runs the dialplans/ of this checkout: the machine's own, else the one of the Debian root. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { checkout } from './machine.ts';
import { findInstallation, type Installation } from './installation.ts';
import { applyDialplans, valuesFile } from './apply.ts';
import { freePort } from './ports.ts';
import { startProgram, type Program } from './program.ts';
import {
  renderDialplans,
  type DialplanValues,
  type Phone,
  type RenderedFile,
  type SipTls,
  type Trunk,
} from './render.ts';
import { run } from './run.ts';

export interface LocalAsteriskOptions {
  /** Configuration, logs and spool; made if it is not there, kept when Asterisk is closed. */
  readonly directory: string;
  /** Stasis application; `answerback` if absent. */
  readonly app?: string;
  /** Without any, one named `trunk` to 127.0.0.1:5070. Two trunks need different addresses, as 127.0.0.1 and 127.0.0.2. */
  readonly trunks?: readonly Trunk[];
  readonly phones?: readonly Phone[];
  /** Text added to rendered files by name, as `{ 'modules.conf': 'load = app_voicemail.so' }`. */
  readonly extra?: Readonly<Record<string, string>>;
  /** A free one if absent. */
  readonly sipPort?: number;
  /** A free one if absent. */
  readonly ariPort?: number;
  /** A free one if absent. */
  readonly amiPort?: number;
  /** Whether there is a manager interface; default true. */
  readonly manager?: boolean;
  readonly sipHost?: string;
  /** SIP over TLS on a free port; without it `secure` trunks and phones cannot be. */
  readonly tls?: Omit<SipTls, 'port'>;
  /** Folder of built prompts; `var/prompts` of the checkout if absent. */
  readonly prompts?: string;
  readonly access?: string;
  readonly language?: string;
  /** Hand-overs tried, half a second apart, until the dialplan records by itself; 10 if absent. */
  readonly tries?: number;
  /** The folder that is rendered; dialplans/ if absent. */
  readonly dialplans?: string;
  readonly log?: (line: string) => void;
}

export interface LocalAsterisk extends AsyncDisposable {
  /** As http://127.0.0.1:8088 */
  readonly ariUrl: string;
  readonly user: string;
  readonly password: string;
  /** Its manager interface. */
  readonly manager: ManagerAccess;
  readonly sipHost: string;
  readonly sipPort: number;
  /** Of SIP over TLS. */
  readonly tlsPort: number | undefined;
  /** Folder of recordings. */
  readonly spool: string;
  readonly pid: number;
  /** The rendered files and where they come from. */
  readonly files: readonly RenderedFile[];
  /** Folder of the rendered files. */
  readonly etc: string;
  /** SIGKILL; settles when it has gone. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, on the same ports. */
  start(): Promise<void>;
  /** Renders dialplans/ anew and reloads; calls go on. */
  reload(): Promise<void>;
  /** Runs a command of the Asterisk console and gives its output. */
  cli(command: string): Promise<string>;
}

export interface ManagerAccess {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** The controller's configuration and environment for this switch. */
export function controllerAccess(asterisk: LocalAsterisk): {
  readonly config: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string>>;
} {
  const { host, port, user, password } = asterisk.manager;
  return {
    config: {
      url: asterisk.ariUrl,
      user: asterisk.user,
      spool: asterisk.spool,
      manager: { host, port, user },
    },
    env: { ASTERISK_ARI_PASSWORD: asterisk.password, ASTERISK_AMI_PASSWORD: password },
  };
}

/** Starts Asterisk; ARI answers and the dialplan is loaded when this settles. */
export async function openLocalAsterisk(options: LocalAsteriskOptions): Promise<LocalAsterisk> {
  const secure = [...(options.trunks ?? []), ...(options.phones ?? [])].find((one) => one.secure);
  if (secure !== undefined && options.tls === undefined)
    throw new Error(`${secure.name} is to be secure, and there is no certificate`);
  const directory = resolve(options.directory);
  const installation = findInstallation();
  const runFolder = await socketFolder(directory);
  const values = await chooseValues(options, directory, runFolder.path, installation);
  const etc = join(directory, 'etc');
  const source = resolve(options.dialplans ?? join(checkout, 'dialplans'));
  await makeFolders(directory, values);
  const files = await renderDialplans(source, etc, values);
  await writeFile(join(directory, valuesFile), JSON.stringify(values), { mode: 0o600 });
  const ariUrl = `http://127.0.0.1:${values.ariPort}`;
  const boot = async (): Promise<Program> => start(installation, directory, values, ariUrl);
  let program = await boot();
  const cli = async (command: string): Promise<string> =>
    run(installation.command(['-C', join(etc, 'asterisk.conf'), '-rx', command], directory, values.prompts));
  return {
    ariUrl,
    user: values.ariUser,
    password: values.ariPassword,
    manager: {
      host: '127.0.0.1',
      port: values.amiPort,
      user: values.amiUser,
      password: values.amiPassword,
    },
    sipHost: values.sipHost,
    sipPort: values.sipPort,
    tlsPort: values.tls?.port,
    spool: join(values.spool, 'recording'),
    get pid() {
      return program.pid;
    },
    files,
    etc,
    kill: async () => program.kill('SIGKILL'),
    async start() {
      if (!program.running) program = await boot();
    },
    async reload() {
      await applyDialplans(directory, source);
    },
    cli,
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await rm(join(directory, valuesFile), { force: true });
      await runFolder.remove();
    },
  };
}

async function start(
  installation: Installation,
  directory: string,
  values: DialplanValues,
  ariUrl: string,
): Promise<Program> {
  const pidFile = join(directory, 'asterisk.pid');
  await rm(join(values.run, 'asterisk.ctl'), { force: true });
  const conf = join(directory, 'etc/asterisk.conf');
  return startProgram({
    name: 'Asterisk',
    command: installation.command(['-f', '-C', conf], directory, values.prompts, pidFile),
    logFile: join(directory, 'log/console'),
    ...(installation.inRoot ? { pidFile } : {}),
    // 503 until it has fully booted.
    ready: async () => ariAnswers(ariUrl, values),
  });
}

async function ariAnswers(ariUrl: string, values: DialplanValues): Promise<boolean> {
  const authorization = `Basic ${Buffer.from(`${values.ariUser}:${values.ariPassword}`).toString('base64')}`;
  try {
    const response = await fetch(`${ariUrl}/ari/asterisk/info?only=status`, {
      headers: { authorization, connection: 'close' },
      signal: AbortSignal.timeout(1000),
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

async function chooseValues(
  options: LocalAsteriskOptions,
  directory: string,
  runFolder: string,
  installation: Installation,
): Promise<DialplanValues> {
  return {
    directory,
    run: runFolder,
    spool: join(directory, 'spool'),
    modules: installation.modules,
    data: '/usr/share/asterisk',
    app: options.app ?? 'answerback',
    ariUser: 'answerback',
    ariPassword: randomBytes(18).toString('base64url'),
    ariPort: options.ariPort ?? (await freePort()),
    amiEnabled: options.manager === false ? 'no' : 'yes',
    amiUser: 'answerback',
    amiPassword: randomBytes(18).toString('base64url'),
    amiPort: options.amiPort ?? (await freePort()),
    sipHost: options.sipHost ?? '127.0.0.1',
    sipPort: options.sipPort ?? (await freePort('udp')),
    tls: options.tls && { ...options.tls, port: await freePort() },
    prompts: resolve(options.prompts ?? join(checkout, 'var/prompts')),
    language: options.language ?? 'en',
    access: options.access ?? '+12025550199',
    tries: options.tries ?? 10,
    maxSeconds: 180,
    maxSilence: 10,
    maxFiles: Math.min(20_000, openFilesAllowed()),
    trunks: options.trunks ?? [{ name: 'trunk', host: '127.0.0.1', port: 5070 }],
    phones: options.phones ?? [],
    extra: options.extra ?? {},
  };
}

async function makeFolders(directory: string, values: DialplanValues): Promise<void> {
  const folders = ['etc', 'varlib/keys', 'log', 'db', 'cache'].map((name) => join(directory, name));
  const spool = ['recording/answerback', 'tmp'].map((name) => join(values.spool, name));
  for (const folder of [...folders, ...spool, values.run]) await mkdir(folder, { recursive: true });
}

/** A socket's path may have 107 characters at most. */
async function socketFolder(directory: string): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = join(directory, 'run');
  if (path.length <= 90) return { path, remove: async () => undefined };
  const short = await mkdtemp(join(tmpdir(), 'ab-run-'));
  return { path: short, remove: async () => rm(short, { recursive: true, force: true }) };
}

function openFilesAllowed(): number {
  const limit = execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim();
  return limit === 'unlimited' ? Infinity : Number(limit);
}
