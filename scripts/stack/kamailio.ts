/** A Kamailio on loopback that runs kamailio/ of this checkout: the front of several switches. */
import { execFile } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import {
  cacheFolder,
  checkout,
  inRoot,
  onMachine,
  onPath,
  requireSetUp,
  rootFolder,
  type CommandLine,
} from './machine.ts';
import { freePort } from './ports.ts';
import { startProgram, type Program } from './program.ts';

const run = promisify(execFile);

export interface FrontOptions {
  /** Configuration and log; made if it is not there. */
  readonly directory: string;
  /** Addresses as 127.0.0.1:5060. */
  readonly nodes: readonly string[];
  readonly carriers: readonly string[];
  /** 127.0.0.1 if absent. */
  readonly host?: string;
  /** A free one if absent. */
  readonly port?: number;
}

export interface Front extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** What `kamcmd` answers. */
  command(...words: readonly string[]): Promise<string>;
}

export async function openFront(options: FrontOptions): Promise<Front> {
  const directory = resolve(options.directory);
  await mkdir(directory, { recursive: true });
  const host = options.host ?? '127.0.0.1';
  const port = options.port ?? (await freePort('udp'));
  // A socket's path may have 107 characters at most.
  const control = `unix:${join(directory, 'ctl')}`;
  await cp(join(checkout, 'kamailio/kamailio.cfg'), join(directory, 'kamailio.cfg'));
  await writeFile(
    join(directory, 'front.cfg'),
    settings(`udp:${host}:${port}`, control, join(directory, 'dispatcher.list')),
  );
  await writeFile(join(directory, 'dispatcher.list'), list(options));
  const pidFile = join(directory, 'pid');
  const args = [
    '-f',
    join(directory, 'kamailio.cfg'),
    '-DD',
    '-E',
    '-e',
    '-m',
    '32',
    '-M',
    '8',
    '-n',
    '2',
    '-Y',
    directory,
    '-w',
    directory,
  ];
  const command = (...words: readonly string[]): Promise<string> => {
    const { program, args: all } = tool('kamcmd', ['-s', control, ...words], directory);
    return run(program, all, { timeout: 10_000 }).then(({ stdout }) => stdout);
  };
  const program: Program = await startProgram({
    name: 'Kamailio',
    command: tool('kamailio', args, directory, pidFile),
    logFile: join(directory, 'log'),
    pidFile,
    ready: () =>
      command('core.uptime').then(
        () => true,
        () => false,
      ),
  });
  return {
    host,
    port,
    command,
    [Symbol.asyncDispose]: () => program.kill('SIGTERM'),
  };
}

/** Of the machine itself, else of the Debian root. */
function tool(name: string, args: readonly string[], directory: string, pidFile?: string): CommandLine {
  const own = onPath(name);
  if (own !== undefined) return onMachine(own, args);
  requireSetUp(join(rootFolder(), 'usr/sbin', name));
  const bind = [checkout, cacheFolder(), directory].filter((folder) => existsSync(folder));
  return inRoot(`/usr/sbin/${name}`, args, { bind, ...(pidFile === undefined ? {} : { pidFile }) });
}

function settings(listen: string, control: string, file: string): string {
  const all = { FRONT_LISTEN: listen, FRONT_CONTROL: control, FRONT_LIST: file };
  return Object.entries(all)
    .map(([name, value]) => `#!substdef "!${name}!${value}!g"\n`)
    .join('');
}

function list({ nodes, carriers }: FrontOptions): string {
  const ofSet = (set: number) => (address: string, i: number) =>
    `${set} sip:${address} 0 ${10 - i} duid=${set}-${i}\n`;
  return [...nodes.map(ofSet(1)), ...carriers.map(ofSet(2))].join('');
}
