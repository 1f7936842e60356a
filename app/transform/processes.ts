import { spawn, type ChildProcess } from 'node:child_process';
import { Fault } from '../core/errors.ts';
import type { Log } from '../ports/log.ts';

export interface ProcessLimits {
  readonly program: string;
  /** Arguments before all others. */
  readonly first: readonly string[];
  readonly timeoutMs: number;
  /** Most bytes that one may write. */
  readonly maxBytes: number;
  readonly atOnce: number;
}

/** More than this many waiting for each place are refused: they would be in vain when their turn comes. */
const waitingEach = 16;
/** So much of what a program complains of is kept. */
const complaintChars = 1000;
/** How a shell says that there is no such program, or that it cannot run; scripts/in-root.sh that there is no root. */
const missingCodes: readonly (number | null)[] = [126, 127, 69];

/** Runs a program that reads sound and writes sound, a few at once. */
export class Processes {
  readonly #limits: ProcessLimits;
  readonly #log: Log;
  readonly #running = new Map<ChildProcess, Promise<void>>();
  readonly #waiting: (() => void)[] = [];
  #places: number;
  #closed = false;

  constructor(limits: ProcessLimits, deps: { readonly log: Log }) {
    this.#limits = limits;
    this.#log = deps.log;
    this.#places = limits.atOnce;
  }

  /** What the program writes when it is given `input`. Its time begins when its turn has come. */
  async run(args: readonly string[], input: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
    await this.#place(signal);
    try {
      signal?.throwIfAborted();
      if (this.#closed) throw busy('the server is ending');
      return await this.#one(args, input, signal);
    } finally {
      this.#places++;
      this.#waiting.shift()?.();
    }
  }

  /** Ends all that are running. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const child of this.#running.keys()) child.kill('SIGKILL');
    await Promise.all(this.#running.values());
  }

  #place(signal: AbortSignal | undefined): Promise<void> {
    if (this.#places > 0) {
      this.#places--;
      return Promise.resolve();
    }
    if (this.#waiting.length >= waitingEach * this.#limits.atOnce)
      return Promise.reject(busy('too many sounds are being transformed'));
    return new Promise((resolve, reject) => {
      const turn = () => {
        signal?.removeEventListener('abort', abort);
        this.#places--;
        resolve();
      };
      const abort = () => {
        this.#waiting.splice(this.#waiting.indexOf(turn), 1);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.push(turn);
    });
  }

  #one(args: readonly string[], input: Uint8Array, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const { program, first, timeoutMs, maxBytes } = this.#limits;
    const child = spawn(program, [...first, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    const written: Buffer[] = [];
    let bytes = 0;
    let complaint = '';
    let end: unknown;
    const stop = (why: unknown) => {
      end ??= why;
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => stop(busy(`no sound within ${timeoutMs} ms`)), timeoutMs);
    const abort = () => stop(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) stop(failed(`more than ${maxBytes} bytes of sound came out`));
      else written.push(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-complaintChars);
    });
    // A program that has seen enough closes its input: its result counts.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const result = new Promise<Uint8Array>((resolve, reject) => {
      child.once('error', (error: NodeJS.ErrnoException) => {
        end ??= this.#missing(error);
        // What was never started does not close.
        if (child.pid === undefined) reject(end);
      });
      child.once('close', (code) => {
        if (end !== undefined) reject(end);
        else if (missingCodes.includes(code)) reject(this.#missing(complaint));
        else if (code !== 0 || bytes === 0) reject(failed(`code ${code}: ${complaint.trim()}`));
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

  #missing(cause: unknown): Fault {
    const { program } = this.#limits;
    this.#log.warn('sound cannot be transformed: the program of tools.ffmpeg does not run', {
      program,
      error: String(cause),
    });
    return new Fault('not-found', `${program} does not run here; install ffmpeg or set tools.ffmpeg`, {
      temporary: false,
      cause,
    });
  }
}

function busy(text: string): Fault {
  return new Fault('media-unavailable', text, { temporary: true });
}

function failed(text: string): Fault {
  return new Fault('media-failed', `a sound could not be transformed: ${text}`, { temporary: false });
}
