import { spawn, type ChildProcess } from 'node:child_process';
import { getPriority, setPriority } from 'node:os';
import { Fault } from '../core/errors.ts';
import { programEnvironment } from '../programs/environment.ts';
import { Turns } from '../programs/turns.ts';

export interface ProcessLimits {
  /** Longest time of one process, in milliseconds. */
  readonly timeoutMs: number;
  /** Most bytes that one may write. */
  readonly maxBytes: number;
  readonly atOnce: number;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly input?: Uint8Array;
  /** How much nicer than this process it is: gives way to calls and to what somebody waits for at the telephone. */
  readonly patience?: number;
}

/** How a process ended by itself. */
export interface Ran {
  /** Exit code; `null` if a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: Uint8Array;
  /** It wrote more than it may, and was ended. */
  readonly overflow: boolean;
  /** There is no such program, or it cannot run here. */
  readonly missing: boolean;
  /** The last that it complained of. */
  readonly complaint: string;
}

/** So much of what a program complains of is kept. */
const complaintChars = 4000;

/** Runs programs that read something and write something, a few at once. */
export class Processes {
  readonly #limits: ProcessLimits;
  readonly #running = new Set<ChildProcess>();
  readonly #turns: Turns;
  /** What is at work or waits. */
  readonly #works = new Set<Promise<unknown>>();
  #closed = false;

  constructor(limits: ProcessLimits) {
    this.#limits = limits;
    this.#turns = new Turns(limits.atOnce, 'too much is being transformed');
  }

  /** Does work that runs programs, one after the other, when its turn has come. */
  turn<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const done = this.#turns.take(signal, async () => {
      if (this.#closed) throw busy('the server is ending');
      return work();
    });
    const kept: Promise<unknown> = done.then(
      () => this.#works.delete(kept),
      () => this.#works.delete(kept),
    );
    this.#works.add(kept);
    return done;
  }

  /**
   * Runs a program now; its time begins now.
   * @throws Fault `media-unavailable` if it takes too long or the server is ending; the signal's reason
   */
  run(command: Command, signal?: AbortSignal): Promise<Ran> {
    if (this.#closed) return Promise.reject(busy('the server is ending'));
    signal?.throwIfAborted();
    return this.#one(command, signal);
  }

  /** Ends all that are running, and waits until what they were for is tidied up. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const child of this.#running) child.kill('SIGKILL');
    // Whoever waits has its turn, and is told that this is the end.
    while (this.#works.size > 0) await Promise.all(this.#works);
  }

  #one({ program, args, input, patience }: Command, signal: AbortSignal | undefined): Promise<Ran> {
    const { timeoutMs, maxBytes } = this.#limits;
    const child = spawn(program, args, {
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      env: programEnvironment(),
    });
    if (patience !== undefined) giveWay(child, patience);
    this.#running.add(child);
    const written: Buffer[] = [];
    let bytes = 0;
    let complaint = '';
    let end: { readonly why: unknown } | undefined;
    const stop = (why: unknown) => {
      end ??= { why };
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => stop(busy(`no result within ${timeoutMs} ms`)), timeoutMs);
    const abort = () => stop(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    child.stdout?.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) child.kill('SIGKILL');
      else written.push(chunk);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-complaintChars);
    });
    // A program that has seen enough closes its input: its result counts.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
    return new Promise<Ran>((resolve, reject) => {
      const over = (code: number | null, by: NodeJS.Signals | null, missing: boolean) => {
        if (end !== undefined) return reject(end.why);
        if (this.#closed) return reject(busy('the server is ending'));
        const overflow = bytes > maxBytes;
        resolve({ code, signal: by, output: Buffer.concat(written), overflow, missing, complaint });
      };
      child.once('error', (error) => {
        complaint = String(error);
        // What was never started does not close.
        if (child.pid === undefined) over(null, null, true);
      });
      child.once('close', (code, by) => over(code, by, isMissing(code, complaint)));
    }).finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      this.#running.delete(child);
    });
  }
}

/** How a shell says that there is no such program, or that it cannot run; scripts/in-root.sh that there is no root. */
function isMissing(code: number | null, complaint: string): boolean {
  return code === 126 || code === 127 || (code === 69 && complaint.startsWith('in-root.sh:'));
}

function giveWay(child: ChildProcess, patience: number): void {
  try {
    if (child.pid !== undefined) setPriority(child.pid, Math.min(19, getPriority() + patience));
  } catch {
    // It has ended already.
  }
}

function busy(text: string): Fault {
  return new Fault('media-unavailable', text, { temporary: true });
}
