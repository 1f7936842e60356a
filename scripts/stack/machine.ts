/** Where set-up put things on this machine, and which of them are needed at all. */
import { accessSync, constants, existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's folder. */
export const checkout = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** Folder shared by every checkout of this user: the Debian root, FerretDB, the empty database. */
export function cacheFolder(): string {
  const { ANSWERBACK_CACHE, XDG_CACHE_HOME } = process.env;
  return resolve(ANSWERBACK_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'answerback'));
}

/** The Debian root with Asterisk, PostgreSQL and the test phones. */
export function rootFolder(): string {
  return resolve(process.env['ANSWERBACK_ROOT'] ?? join(cacheFolder(), 'root'));
}

/** The FerretDB binary. */
export function ferretdbBinary(): string {
  return resolve(process.env['ANSWERBACK_FERRETDB'] ?? join(cacheFolder(), 'bin/ferretdb'));
}

/** The binary of the S3 server that tests use. */
export function versitygwBinary(): string {
  return resolve(process.env['ANSWERBACK_VERSITYGW'] ?? join(cacheFolder(), 'bin/versitygw'));
}

/** A server for master keys, which tests of encryption use; set up where pip is. */
export function openbaoBinary(): string {
  return resolve(process.env['ANSWERBACK_OPENBAO'] ?? join(cacheFolder(), 'bin/bao'));
}

/** Absolute path of a program on the PATH (and in the folders of system programs), if it is there. */
export function onPath(program: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

/** A command line, ready for spawn. */
export interface CommandLine {
  readonly program: string;
  readonly args: readonly string[];
}

export interface RootOptions {
  /** Folders seen in the root under their own path; without them the checkout and the cache. */
  readonly bind?: readonly string[];
  /** As the root's user `postgres`. */
  readonly postgres?: boolean;
  /** Do not show the machine's /tmp. */
  readonly privateTmp?: boolean;
  /** File that gets the program's process id; with sudo it is not the child's. */
  readonly pidFile?: string;
}

/** The command line that runs a program in the Debian root; see scripts/in-root.sh. */
export function inRoot(program: string, args: readonly string[], options: RootOptions = {}): CommandLine {
  const flags = [
    ...(options.bind ?? []).flatMap((folder) => ['--bind', folder]),
    ...(options.postgres === true ? ['--postgres'] : []),
    ...(options.privateTmp === true ? ['--no-tmp'] : []),
    ...(options.pidFile === undefined ? [] : ['--pid-file', options.pidFile]),
  ];
  return { program: 'bash', args: [join(checkout, 'scripts/in-root.sh'), ...flags, '--', program, ...args] };
}

/** The same for a program of the machine itself: it gets `signal` when the process that started it dies. */
export function onMachine(
  program: string,
  args: readonly string[],
  signal: 'KILL' | 'TERM' | 'INT' = 'KILL',
): CommandLine {
  return { program: 'setpriv', args: ['--pdeathsig', signal, '--', program, ...args] };
}

/**
 * Checks that set-up has run.
 * @throws Error whose message says what is missing and what to run.
 */
export function requireSetUp(...files: string[]): void {
  const missing = files.find((file) => !existsSync(file));
  if (missing !== undefined) throw new Error(`${missing} is missing: run npm run setup`);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
