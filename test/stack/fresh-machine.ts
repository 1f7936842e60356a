/** The Debian root of set-up as a machine that may be written to: what is done there is in memory, and gone with it. */
import { readFileSync, realpathSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  checkout,
  onMachine,
  onPath,
  requireSetUp,
  rootFolder,
  type CommandLine,
} from '../../scripts/stack/machine.ts';
import { startProgram } from '../../scripts/stack/program.ts';
import { run } from '../../scripts/stack/run.ts';

export interface FreshMachine extends AsyncDisposable {
  /**
   * Runs a command of its shell, as root in the checkout; answers its output.
   * @throws Error with what it said if it ends with another code than 0
   */
  shell(command: string, input?: string): Promise<string>;
  /** The command line of a program there, which ends when this process does. */
  command(program: string, args: readonly string[]): CommandLine;
}

/** Whether this user may have one, and the system can. */
export const mayHaveMachine =
  process.getuid?.() === 0 && /^nodev\toverlay$/m.test(readFileSync('/proc/filesystems', 'utf8'));

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Network and processes are those of this machine, and so are Node.js, npm, and the checkout, which cannot be written to. */
export async function openFreshMachine(): Promise<FreshMachine> {
  requireSetUp(rootFolder());
  const directory = await mkdtemp(join(tmpdir(), 'answerback-machine-'));
  const machine = join(directory, 'machine');
  await mkdir(machine);
  const ready = join(directory, 'ready');
  const script = [`cd '${machine}'`, ...assembling(), `touch '${ready}'`, 'exec sleep infinity'].join('\n');
  const holder = await startProgram({
    name: 'the machine',
    command: onMachine('unshare', ['--mount', '--propagation', 'private', '--', 'sh', '-ec', script]),
    logFile: join(directory, 'log'),
    ready: () => run({ program: 'test', args: ['-e', ready] }).then(isThere, isNotThere),
  });
  const command = (program: string, args: readonly string[]): CommandLine => {
    const enter = ['-t', String(holder.pid), '-m', '--', 'chroot', join(machine, 'view')];
    const clean = ['env', '-i', `--chdir=${checkout}`, `PATH=${path}`, 'HOME=/root'];
    return onMachine('nsenter', [...enter, ...clean, program, ...args]);
  };
  return {
    command,
    shell: (text, input) => run(command('sh', ['-ec', text]), input === undefined ? {} : { input }),
    async [Symbol.asyncDispose]() {
      await holder.kill('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** In a mount table of its own. */
function assembling(): string[] {
  const npm = dirname(dirname(realpathSync(onPath('npm') ?? 'npm')));
  return [
    'mount -t tmpfs tmpfs .',
    'cd "$PWD"',
    'mkdir up work view',
    `mount -t overlay overlay -o 'lowerdir=${rootFolder()},upperdir=up,workdir=work' view`,
    'for one in proc dev; do mount --rbind /$one view/$one; done',
    'cd view',
    `mkdir -p usr/local/lib/npm '.${checkout}'`,
    `mount --bind '${checkout}' '.${checkout}'`,
    `mount -o remount,bind,ro '.${checkout}'`,
    `mount --bind '${npm}' usr/local/lib/npm`,
    'touch usr/bin/node',
    `mount --bind '${process.execPath}' usr/bin/node`,
    'ln -s ../lib/npm/bin/npm-cli.js usr/local/bin/npm',
    // systemd makes it at each start.
    'chroot . install -d -o asterisk -g asterisk /run/asterisk',
    'chmod 1777 tmp',
  ];
}

const isThere = (): boolean => true;
const isNotThere = (): boolean => false;
