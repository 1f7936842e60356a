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
  /** Starts a program in it; it ends with this process. */
  start(program: string, args: readonly string[], env?: Readonly<Record<string, string>>): ChildProcess;
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
  return {
    near: `${net}.1`,
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
