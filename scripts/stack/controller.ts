/** The controller (app/main.ts) as a child process with a rendered configuration, as `npm start`, the demo and tests run it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { stringify } from 'yaml';
import { inTime } from '../../app/services/in-time.ts';
import { builtController } from './build.ts';
import { toolCommands } from './ffmpeg.ts';
import { checkout, onMachine } from './machine.ts';

export interface ControllerOptions {
  /** Gets answerback.yaml and the deposit spool. */
  readonly directory: string;
  /** Sections of answerback.yaml; see app/config.ts. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Secrets and overrides. */
  readonly env?: Readonly<Record<string, string>>;
  /** Gets every line that it logs. */
  readonly onLine?: (line: LogLine) => void;
  /** A command that runs the command after it, as `nice`; it must become that process. */
  readonly wrapper?: readonly string[];
  /** Longest wait until it is ready, in milliseconds; 30,000 if absent. */
  readonly readyMs?: number;
}

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface Controller extends AsyncDisposable {
  readonly pid: number;
  readonly running: boolean;
  /** The rendered configuration file; changed classes of service in it hold for the next call. */
  readonly file: string;
  /** Milliseconds from its start until it was ready. */
  readonly startMs: number;
  /** Address of its web server, as http://127.0.0.1:PORT. */
  readonly web: string;
  /** Where its metrics are. */
  readonly metrics: string;
  /** All lines so far. */
  readonly lines: readonly LogLine[];
  /** What it wrote to standard error so far. */
  readonly errors: readonly string[];
  /** Settles with the exit code, or the signal's name. */
  readonly exited: Promise<number | string>;
  /** Sends a signal and waits until it has gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

/**
 * Starts it and waits until it is ready.
 * @throws Error with its last lines if it ends first or is not ready in time; it is then gone.
 */
export async function openController(options: ControllerOptions): Promise<Controller> {
  const directory = resolve(options.directory);
  await mkdir(directory, { recursive: true });
  const file = join(directory, 'answerback.yaml');
  const own = { spool: { directory: join(directory, 'deposits') }, tools: toolCommands() };
  // Several run on one machine.
  const web = { metrics: { port: 0 }, ...(options.config['web'] as object | undefined) };
  await writeFile(file, stringify({ ...own, ...options.config, web }));
  const main = await builtController();
  const began = performance.now();
  // It ends with this process, however that ends; Ctrl-C is for this process alone, which ends it in its turn.
  const node = [...(options.wrapper ?? []), process.execPath, '--enable-source-maps', main, file];
  const command = onMachine(node[0] ?? '', node.slice(1), 'TERM');
  const child = spawn(command.program, command.args, {
    cwd: checkout,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const lines: LogLine[] = [];
  const errors: string[] = [];
  const exited = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
  const ready = watch(child, lines, errors, options.onLine);
  const at = await inTime(Promise.race([ready, exited.then(() => undefined)]), options.readyMs ?? 30_000);
  if (at === undefined) {
    child.kill('SIGKILL');
    const last = [...errors, ...lines.slice(-20).map((line) => JSON.stringify(line))].join('\n');
    throw new Error(`The controller did not start:\n${last}`);
  }
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
  };
  return {
    pid: child.pid ?? 0,
    get running() {
      return child.exitCode === null && child.signalCode === null;
    },
    file,
    startMs: performance.now() - began,
    web: String(at['web']),
    metrics: String(at['metrics']),
    lines,
    errors,
    exited,
    kill,
    [Symbol.asyncDispose]: () => kill('SIGTERM'),
  };
}

/** Collects what it writes; settles with the ready line. */
function watch(
  child: ChildProcess,
  lines: LogLine[],
  errors: string[],
  onLine: ((line: LogLine) => void) | undefined,
): Promise<LogLine> {
  return new Promise((settle) => {
    if (child.stderr !== null) createInterface(child.stderr).on('line', (line) => errors.push(line));
    if (child.stdout === null) return;
    createInterface(child.stdout).on('line', (text) => {
      const line = parseLine(text);
      lines.push(line);
      onLine?.(line);
      if (line.msg === 'ready') settle(line);
    });
  });
}

/** What is no JSON came from the console gateway or from below: kept as it is. */
function parseLine(text: string): LogLine {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return { level: 'out', msg: text };
  }
}
