import { spawn, type ChildProcess } from 'node:child_process';
import { setPriority } from 'node:os';
import { Fault } from '../../core/errors.ts';
import { programEnvironment } from '../../programs/environment.ts';

/** A program and its first arguments. */
export type Command = readonly string[];

export interface Run {
  readonly command: Command;
  readonly input?: Uint8Array;
  /** Longest time, in milliseconds. */
  readonly timeoutMs: number;
  /** Most bytes that it may write. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** So much of what a program complains of is kept. */
const complaintChars = 500;
/** How a shell says that there is no such program, or that it cannot run; scripts/in-root.sh that there is no root. */
const missingCodes: readonly (number | null)[] = [126, 127, 69];
/** Calls go before speech. */
const niceness = 10;

/** Runs programs that read from a pipe and write to one, one process each, at low priority. */
export class Programs {
  readonly #running = new Map<ChildProcess, Promise<void>>();
  #closed = false;

  /**
   * What it writes.
   * @throws Fault `not-found` if it is not there, `media-unavailable` if it took too long, `media-failed` if it broke
   */
  run({ command, input, timeoutMs, maxBytes, signal }: Run): Promise<Uint8Array> {
    if (this.#closed) return Promise.reject(busy('the server is ending'));
    signal?.throwIfAborted();
    const [program = '', ...args] = command;
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      cwd: '/',
      env: programEnvironment(),
    });
    giveWay(child);
    const written: Buffer[] = [];
    let bytes = 0;
    let complaint = '';
    let end: unknown;
    const stop = (why: unknown) => {
      end ??= why;
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => stop(busy(`${program} took longer than ${timeoutMs} ms`)), timeoutMs);
    const abort = () => stop(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) stop(failed(`it wrote more than ${maxBytes} bytes`));
      else written.push(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-complaintChars);
    });
    // A program that has seen enough closes its input: its result counts.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input ?? '');
    const result = new Promise<Uint8Array>((resolve, reject) => {
      child.once('error', (error) => {
        // What was never started does not close.
        if (child.pid === undefined) reject(missing(program, error));
      });
      child.once('close', (code) => {
        if (end !== undefined) reject(end);
        else if (missingCodes.includes(code)) reject(missing(program, complaint));
        else if (code !== 0) reject(failed(`code ${code}: ${complaint.trim()}`));
        else resolve(Buffer.concat(written));
      });
    });
    const over = result.then(
      () => undefined,
      () => undefined,
    );
    this.#running.set(child, over);
    return result.finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      this.#running.delete(child);
    });
  }

  /** Ends all that are running. */
  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#running];
    for (const [child] of all) child.kill('SIGKILL');
    await Promise.all(all.map(([, over]) => over));
  }
}

function giveWay({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, niceness);
  } catch {
    // It has ended already.
  }
}

export function busy(text: string): Fault {
  return new Fault('media-unavailable', text, { temporary: true });
}

function failed(text: string): Fault {
  return new Fault('media-failed', `speech could not be made or read: ${text}`, { temporary: false });
}

function missing(program: string, cause: unknown): Fault {
  return new Fault('not-found', `${program} does not run here`, { temporary: false, cause });
}
