/** One program of the stack as a child process: started, awaited, ended, never left behind. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import type { CommandLine } from './machine.ts';

export interface ProgramOptions {
  /** In messages. */
  readonly name: string;
  readonly command: CommandLine;
  /** Gets everything the program writes; appended to. */
  readonly logFile: string;
  /** Written by scripts/in-root.sh, where the program's process id is not the child's. */
  readonly pidFile?: string;
  /** Tells whether the program serves yet; asked again until it does. */
  readonly ready: () => Promise<boolean>;
  /** Longest wait for that, in milliseconds. */
  readonly deadlineMs?: number;
}

export interface Program extends AsyncDisposable {
  readonly pid: number;
  readonly exited: Promise<void>;
  readonly running: boolean;
  /** Sends a signal and waits until the program has gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

/**
 * Starts a program and waits until it serves.
 * @throws Error with the end of its log if it ends first or does not serve in time; it is then gone.
 */
export async function startProgram(options: ProgramOptions): Promise<Program> {
  if (options.pidFile !== undefined) rmSync(options.pidFile, { force: true });
  const log = openSync(options.logFile, 'a');
  // The open input tells scripts/in-root.sh that this process lives. Detached: Ctrl-C goes to this process alone, which then
  // ends what it started in order.
  const child = spawn(options.command.program, options.command.args, {
    stdio: ['pipe', log, log],
    cwd: '/',
    detached: true,
  });
  closeSync(log);
  child.unref();
  (child.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  let ended = false;
  const exited = Promise.race([once(child, 'exit'), once(child, 'error')]).then(() => {
    ended = true;
  });
  exited.catch(() => undefined);
  const program: Program = {
    get pid() {
      return realPid(child, options.pidFile);
    },
    exited,
    get running() {
      return !ended;
    },
    async kill(signal) {
      if (ended) return;
      signalProcess(realPid(child, options.pidFile), signal);
      child.ref();
      await exited;
    },
    async [Symbol.asyncDispose]() {
      await end(program);
    },
  };
  await waitUntilReady(program, options);
  return program;
}

async function waitUntilReady(program: Program, options: ProgramOptions): Promise<void> {
  const deadline = Date.now() + (options.deadlineMs ?? 20_000);
  while (program.running) {
    if (await options.ready()) return;
    if (Date.now() > deadline) {
      await program.kill('SIGKILL');
      throw new Error(`${options.name} did not serve in time; its log ends with:\n${tail(options.logFile)}`);
    }
    await pause(20);
  }
  throw new Error(`${options.name} ended at once; its log ends with:\n${tail(options.logFile)}`);
}

/** SIGTERM, and SIGKILL if that does not end it within 8 s. */
async function end(program: Program): Promise<void> {
  const timer = setTimeout(() => void program.kill('SIGKILL'), 8000);
  await program.kill('SIGTERM').finally(() => clearTimeout(timer));
}

function realPid(child: ChildProcess, pidFile: string | undefined): number {
  const written = pidFile === undefined ? undefined : read(pidFile).trim();
  return written ? Number(written) : (child.pid ?? 0);
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  if (pid <= 0) return;
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function tail(file: string): string {
  return read(file).trimEnd().split('\n').slice(-12).join('\n');
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

async function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => {
    setTimeout(done, milliseconds);
  });
}
