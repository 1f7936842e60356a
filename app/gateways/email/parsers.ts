/**
 * Takes mails apart in threads, so that none of them, however made, holds up calls. A thread that takes too long or too much
 * memory is ended, and its mail refused; the others go on.
 */
import { Worker } from 'node:worker_threads';
import { Fault } from '../../core/errors.ts';
import type { Log } from '../../ports/log.ts';
import type { ParseAnswer, ParseJob } from './parse-worker.ts';
import type { Parsed } from './parse-mail.ts';

export interface ParsersOptions {
  /** Threads; 2 if absent. */
  readonly threads?: number;
  /** Longest time for one mail, in milliseconds; 20,000 if absent. */
  readonly deadlineMs?: number;
}

interface Work {
  readonly job: ParseJob;
  readonly done: (mail: Parsed) => void;
  readonly failed: (fault: Fault) => void;
}

/** Wait before a thread takes the place of one that ended, in milliseconds. */
const restartMs = 500;
/** A thread without its buffers, in MiB. */
const memoryMiB = 256;

export class Parsers implements AsyncDisposable {
  readonly #log: Log;
  readonly #deadlineMs: number;
  readonly #waiting: Work[] = [];
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();
  #closed = false;

  constructor(log: Log, options: ParsersOptions = {}) {
    this.#log = log;
    this.#deadlineMs = options.deadlineMs ?? 20_000;
    for (let i = 0; i < (options.threads ?? 2); i += 1) this.#start();
  }

  /**
   * @param raw goes to the thread: it is empty here afterwards
   * @throws Fault `invalid` for what cannot be taken apart; temporary `gateway-unavailable` when this is closing
   */
  parse(raw: Uint8Array<ArrayBuffer>, sender: string): Promise<Parsed> {
    return new Promise((done, failed) => {
      if (this.#closed) return failed(closing());
      this.#waiting.push({ job: { raw, sender }, done, failed });
      this.#next();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const work of this.#waiting.splice(0)) work.failed(closing());
    await Promise.all([...this.#all].map((worker) => worker.terminate()));
  }

  #start(): void {
    const worker = startThread();
    this.#all.add(worker);
    // Only one that has work holds the process.
    worker.unref();
    worker.once('exit', () => {
      this.#all.delete(worker);
      const at = this.#idle.indexOf(worker);
      if (at >= 0) this.#idle.splice(at, 1);
      // Not at once: one that cannot start would be started for ever.
      setTimeout(() => {
        if (this.#closed) return;
        this.#start();
        this.#next();
      }, restartMs).unref();
    });
    worker.on('error', (error) => this.#log.error('a thread that reads mail broke', { error }));
    this.#idle.push(worker);
  }

  #next(): void {
    const worker = this.#idle.pop();
    if (worker === undefined) return;
    const work = this.#waiting.shift();
    if (work === undefined) {
      this.#idle.push(worker);
      return;
    }
    this.#run(worker, work);
  }

  #run(worker: Worker, { job, done, failed }: Work): void {
    const settle = (then: () => void): void => {
      clearTimeout(timer);
      worker.off('message', answered);
      worker.off('exit', ended);
      worker.unref();
      then();
    };
    const answered = (answer: ParseAnswer): void => {
      settle(() => {
        if (answer.kind === 'parsed') done(answer.mail);
        else failed(refused(answer.why));
      });
      this.#idle.push(worker);
      this.#next();
    };
    const ended = (): void => settle(() => failed(this.#closed ? closing() : refused('its thread ended')));
    const timer = setTimeout(() => void worker.terminate(), this.#deadlineMs);
    worker.ref();
    worker.on('message', answered);
    worker.on('exit', ended);
    worker.postMessage(job, [job.raw.buffer]);
  }
}

/** In development the sources themselves run; threads do not take over how the main one reads them. */
function startThread(): Worker {
  const options = { resourceLimits: { maxOldGenerationSizeMb: memoryMiB } };
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(new URL('./parse-worker.js', import.meta.url), options);
  const source = JSON.stringify(new URL('./parse-worker.ts', import.meta.url).href);
  const code = `import('tsx/esm/api').then((tsx) => { tsx.register(); return import(${source}); })`;
  return new Worker(code, { ...options, eval: true });
}

function refused(why: string): Fault {
  return new Fault('invalid', `a mail cannot be read: ${why}`, { temporary: false });
}

function closing(): Fault {
  return new Fault('gateway-unavailable', 'the mail server is closing', { temporary: true });
}
