/** A network of its own, as another machine has it, joined to this one by a cable. Root only. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readlink } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { checkout, onMachine } from '../../scripts/stack/machine.ts';

const run = promisify(execFile);

export interface Namespace extends AsyncDisposable {
  /** This side's address, and the other's. */
  readonly near: string;
  readonly far: string;
  /** Pulls the cable, or puts it in again. */
  cable(state: 'up' | 'down'): Promise<void>;
  /** Makes a command one that runs in it. */
  readonly wrapper: readonly string[];
  /** Puts a cable between it and another, beside the one to this machine. */
  join(other: Namespace, number: number): Promise<Cable>;
  /** Starts a program in it; it ends with this process. */
  start(program: string, args: readonly string[], env?: Readonly<Record<string, string>>): ChildProcess;
}

export interface Cable {
  /** The address of the one that was asked, and the other's. */
  readonly own: string;
  readonly other: string;
  /** Pulls it, or puts it in again. */
  pull(state: 'up' | 'down'): Promise<void>;
}

/** @param number from 1: networks of one test differ by it */
export async function openNamespace(number: number): Promise<Namespace> {
  // RFC 6598: addresses that no network here has for its own; by the process, for tests that run at once.
  const net = `100.${64 + (process.pid % 64)}.${number}`;
  const [here, there] = [`ab${process.pid % 100_000}n${number}`, `ab${process.pid % 100_000}f${number}`];
  const holder = onMachine('unshare', ['--net', 'sleep', 'infinity']);
  const keeper = spawn(holder.program, holder.args, { stdio: 'ignore' });
  const pid = String(keeper.pid);
  try {
    await apart(pid);
    await run('ip', ['link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', pid]);
    await run('ip', ['addr', 'add', `${net}.1/24`, 'dev', here]);
    await run('ip', ['link', 'set', here, 'up']);
    const inside = (...args: readonly string[]) => run('nsenter', ['-t', pid, '-n', 'ip', ...args]);
    await inside('link', 'set', 'lo', 'up');
    await inside('addr', 'add', `${net}.2/24`, 'dev', there);
    await inside('link', 'set', there, 'up');
  } catch (error) {
    keeper.kill('SIGKILL');
    throw error;
  }
  const wrapper = ['nsenter', '-t', pid, '-n', '--'];
  return {
    near: `${net}.1`,
    wrapper,
    async join(other, cable) {
      const between = `100.${64 + (process.pid % 64)}.${100 + cable}`;
      const [name, far] = [`ab${process.pid % 100_000}c${cable}`, `ab${process.pid % 100_000}d${cable}`];
      const otherPid = other.wrapper[2] ?? '';
      await run('ip', [
        'link',
        'add',
        name,
        'netns',
        pid,
        'type',
        'veth',
        'peer',
        'name',
        far,
        'netns',
        otherPid,
      ]);
      for (const [inside, one, address] of [
        [pid, name, `${between}.1/24`],
        [otherPid, far, `${between}.2/24`],
      ] as const) {
        const ip = (...args: readonly string[]) => run('nsenter', ['-t', inside, '-n', 'ip', ...args]);
        await ip('addr', 'add', address, 'dev', one);
        await ip('link', 'set', one, 'up');
      }
      return {
        own: `${between}.1`,
        other: `${between}.2`,
        pull: (state) =>
          run('nsenter', ['-t', pid, '-n', 'ip', 'link', 'set', name, state]).then(() => undefined),
      };
    },
    far: `${net}.2`,
    cable: (state) => run('ip', ['link', 'set', here, state]).then(() => undefined),
    start(program, args, env = {}) {
      const command = onMachine('nsenter', ['-t', pid, '-n', '--', program, ...args], 'TERM');
      return spawn(command.program, command.args, {
        cwd: checkout,
        env: { ...process.env, ...env },
        stdio: ['pipe', 'pipe', 'inherit'],
      });
    },
    async [Symbol.asyncDispose]() {
      const gone = once(keeper, 'exit');
      keeper.kill('SIGKILL');
      await gone;
      // The cable goes with its far end.
      await run('ip', ['link', 'del', here]).catch(() => undefined);
    },
  };
}

/** Until `unshare` has done it. */
async function apart(pid: string): Promise<void> {
  const ours = await readlink('/proc/self/ns/net');
  for (const deadline = Date.now() + 5000; Date.now() < deadline; await pause(10)) {
    if ((await readlink(`/proc/${pid}/ns/net`).catch(() => ours)) !== ours) return;
  }
  throw new Error('there is no network of its own');
}
