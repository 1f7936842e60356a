/**
 * The Debian root of set-up as a machine with systemd that may be written to: what is done there is in memory, and gone with it.
 * It has processes and mounts of its own, the network of this machine, and of its files Node.js, npm and the checkout.
 */
import { readFileSync, realpathSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
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
}

/** Whether this user may have one, and the system can. */
export const mayHaveMachine = process.getuid?.() === 0 && hasFileSystems('overlay', 'cgroup2');

function hasFileSystems(...names: string[]): boolean {
  const known = readFileSync('/proc/filesystems', 'utf8').split(/\s+/);
  return names.every((name) => known.includes(name));
}

const apart = '--mount --pid --cgroup --ipc --uts --propagation private --fork --kill-child';

/** It has come up when this settles. */
export async function openFreshMachine(): Promise<FreshMachine> {
  requireSetUp(rootFolder());
  const directory = await mkdtemp(join(tmpdir(), 'answerback-machine-'));
  const pidFile = join(directory, 'pid');
  const script = [`cd '${directory}/machine'`, ...assembling(), ...booting].join('\n');
  const outside = `echo $$ >'${pidFile}'; exec unshare ${apart} -- sh -ec "$1"`;
  const shell = async (text: string, input?: string): Promise<string> =>
    run(inside(await firstProcess(pidFile), text), input === undefined ? {} : { input });
  try {
    await mkdir(join(directory, 'machine'));
    const machine = await startProgram({
      name: 'the machine',
      command: onMachine('sh', ['-c', outside, 'sh', script]),
      logFile: join(directory, 'log'),
      pidFile,
      ready: () => shell('systemctl is-system-running').then(...yesOrNo),
    });
    return {
      shell,
      async [Symbol.asyncDispose]() {
        await machine.kill('SIGKILL');
        await rm(directory, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

const yesOrNo = [(): boolean => true, (): boolean => false] as const;

/** Its systemd, by the number that it has here. */
async function firstProcess(pidFile: string): Promise<number> {
  const outer = (await readFile(pidFile, 'utf8')).trim();
  const children = await readFile(`/proc/${outer}/task/${outer}/children`, 'utf8');
  return Number(children.trim());
}

function inside(first: number, text: string): CommandLine {
  const enter = ['-t', String(first), '-m', '-p', '-C', '-i', '-u', '--'];
  const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin';
  const clean = ['env', '-i', `--chdir=${checkout}`, 'HOME=/root', `PATH=${path}`];
  return onMachine('nsenter', [...enter, ...clean, 'sh', '-ec', text]);
}

/** Its files: nothing of this machine can be written to. */
function assembling(): string[] {
  const npm = dirname(dirname(realpathSync(onPath('npm') ?? 'npm')));
  const devices = 'null zero full random urandom tty';
  return [
    'mount -t tmpfs tmpfs .',
    'cd "$PWD"',
    'mkdir up work view',
    `mount -t overlay overlay -o 'lowerdir=${rootFolder()},upperdir=up,workdir=work' view`,
    'cd view',
    'for one in run tmp dev; do mount -t tmpfs -o mode=755 tmpfs $one; done',
    'chmod 1777 tmp',
    'mount -t proc proc proc',
    'mount --bind proc/sys proc/sys && mount -o remount,bind,ro proc/sys',
    'mount -t sysfs -o ro sysfs sys',
    'mount -t cgroup2 cgroup2 sys/fs/cgroup',
    `for one in ${devices}; do touch dev/$one; mount --bind /dev/$one dev/$one; done`,
    'mkdir dev/pts dev/shm',
    'mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts',
    'ln -s pts/ptmx dev/ptmx; ln -s /proc/self/fd dev/fd',
    `mkdir -p usr/local/lib/npm old '.${checkout}'`,
    `mount --bind '${checkout}' '.${checkout}' && mount -o remount,bind,ro '.${checkout}'`,
    `mount --bind '${npm}' usr/local/lib/npm && mount -o remount,bind,ro usr/local/lib/npm`,
    `touch usr/bin/node; mount --bind '${process.execPath}' usr/bin/node`,
    'ln -s ../lib/npm/bin/npm-cli.js usr/local/bin/npm',
  ];
}

/** Into a target that wants nothing: what is tested is started by the test. */
const booting = [
  "echo '[Unit]' >etc/systemd/system/nothing.target",
  'pivot_root . old',
  'umount -l old',
  'exec env -i container=test PATH=/usr/sbin:/usr/bin /usr/lib/systemd/systemd --unit=nothing.target --log-target=console',
];
