/** Programs of this machine that read content and write other content, each run held in by limits. */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../core/errors.ts';
import type { Log } from '../ports/log.ts';
import { Processes, type Ran } from './processes.ts';

/** By the names that they have everywhere; a Debian package each, see docs/configuration.md. */
export type ToolName =
  | 'ffmpeg'
  | 'ffprobe'
  | 'gs'
  | 'pdfinfo'
  | 'pdftoppm'
  | 'pdftotext'
  | 'tiff2pdf'
  | 'tiffcp';

export interface ToolLimits {
  /** Longest time of one process, in milliseconds: a busy machine is to blame, it may be tried again. */
  readonly timeoutMs: number;
  /** Most processor time of one process, in seconds: its content is to blame. */
  readonly cpuSeconds: number;
  /** Most bytes of memory that one may map. */
  readonly memoryBytes: number;
  /** Most bytes of content, before and after. */
  readonly maxBytes: number;
  readonly atOnce: number;
}

export interface ToolOptions extends ToolLimits {
  /** The command before the name of each program; empty = the machine's own. */
  readonly prefix: readonly string[];
  /** The command that runs ffmpeg. */
  readonly ffmpeg: readonly string[];
}

/** One conversion at work: a folder of its own, gone with it. */
export interface Bench {
  /** Path of a file there. */
  path(name: string): string;
  write(name: string, bytes: Uint8Array): Promise<string>;
  /** @throws Fault `media-failed` if no program wrote it */
  read(name: string): Promise<Uint8Array>;
  /**
   * What the program wrote to its standard output.
   * @throws Fault as of `Converter`
   */
  run(
    tool: ToolName,
    args: readonly string[],
    input?: Uint8Array,
  ): Promise<{ out: Uint8Array; told: string }>;
  /** The same of a script of this room, in a Node.js of its own. */
  script(file: string, args: readonly string[]): Promise<{ out: Uint8Array; told: string }>;
}

const folderName = 'answerback-convert-';

/** Holds the program in, and becomes it; nothing of the content is ever part of a command line. */
const holdIn =
  'ulimit -c 0; ulimit -f "$1"; ulimit -S -t "$2"; ulimit -H -t "$3"; [ "$4" = 0 ] || ulimit -v "$4"; shift 4; exec "$@"';

/** So much nicer than this process are programs that give way to calls, and those that nobody waits for. */
const patience = { usual: 5, unwatched: 15 };

export class Tools {
  readonly #options: ToolOptions;
  readonly #log: Log;
  readonly #processes: Processes;
  readonly #missing = new Set<ToolName>();
  readonly #cleared: Promise<void>;

  constructor(options: ToolOptions, { log }: { readonly log: Log }) {
    this.#options = options;
    this.#log = log;
    this.#processes = new Processes(options);
    this.#cleared = clearOld().catch((error: unknown) =>
      log.warn('folders of an earlier process stay', { error }),
    );
  }

  /** Whether a run has found that it is not on this machine. */
  isMissing(tool: ToolName): boolean {
    return this.#missing.has(tool);
  }

  /**
   * Does one conversion when its turn has come.
   * @param unwatched nobody waits for it
   */
  turn<T>(work: (bench: Bench) => Promise<T>, signal?: AbortSignal, unwatched = false): Promise<T> {
    const nicer = unwatched ? patience.unwatched : patience.usual;
    return this.#processes.turn(async () => {
      const folder = await mkdtemp(join(tmpdir(), `${folderName}${process.pid}-`));
      const path = (name: string): string => join(folder, name);
      const run = async (tool: ToolName | undefined, command: readonly string[], input?: Uint8Array) => {
        const held = this.#held(command, tool !== undefined);
        const ran = await this.#processes.run(
          { ...held, patience: nicer, ...(input === undefined ? {} : { input }) },
          signal,
        );
        this.#judge(tool, ran, folder);
        return { out: ran.output, told: ran.complaint };
      };
      try {
        return await work({
          path,
          run: (tool, args, input) => run(tool, [...this.#command(tool), ...args], input),
          script: (file, args) => run(undefined, [process.execPath, ...this.#node(), file, ...args]),
          write: async (name, bytes) => {
            await writeFile(path(name), bytes, { mode: 0o600 });
            return path(name);
          },
          read: async (name) =>
            readFile(path(name)).catch((error: unknown) => {
              throw new Fault('media-failed', 'nothing came out', { temporary: false, cause: error });
            }),
        });
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }, signal);
  }

  async close(): Promise<void> {
    await Promise.all([this.#processes.close(), this.#cleared]);
  }

  #command(tool: ToolName): readonly string[] {
    return tool === 'ffmpeg' ? this.#options.ffmpeg : [...this.#options.prefix, tool];
  }

  /** Node.js maps far more memory than it uses: it is held in by its own means. */
  #node(): readonly string[] {
    return [...process.execArgv, `--max-old-space-size=${Math.floor(this.#options.memoryBytes / 2 ** 20)}`];
  }

  #held(command: readonly string[], memory: boolean): { program: string; args: readonly string[] } {
    const { maxBytes, cpuSeconds, memoryBytes } = this.#options;
    // In blocks of 512 bytes, seconds and KiB (POSIX.1-2024, ulimit).
    const limits = [
      Math.ceil(maxBytes / 512),
      cpuSeconds,
      cpuSeconds + 2,
      memory ? Math.ceil(memoryBytes / 1024) : 0,
    ];
    return { program: 'sh', args: ['-c', holdIn, 'sh', ...limits.map(String), ...command] };
  }

  #judge(tool: ToolName | undefined, ran: Ran, folder: string): void {
    const { maxBytes, cpuSeconds } = this.#options;
    const name = tool ?? 'node';
    if (ran.missing && tool !== undefined) throw this.#lacks(tool, ran);
    if (ran.overflow || ran.signal === 'SIGXFSZ')
      throw refused(`more than ${maxBytes} bytes would come out of it`);
    if (ran.signal === 'SIGXCPU' || ran.signal === 'SIGKILL')
      throw refused(`it takes ${name} more than ${cpuSeconds} s or more memory than it may have`);
    if (ran.signal !== null)
      throw new Fault('media-failed', `${name} broke on it (${ran.signal})`, { temporary: false });
    if (ran.code !== 0) throw refused(`${name} cannot read it: ${shortened(ran.complaint, folder)}`);
  }

  #lacks(tool: ToolName, { complaint }: Ran): Fault {
    if (!this.#missing.has(tool))
      this.#log.warn('some content cannot be converted: a program is not on this machine', {
        program: tool,
        error: complaint.trim(),
      });
    this.#missing.add(tool);
    return new Fault('not-found', `${tool} does not run here; install it or set tools.prefix`, {
      temporary: false,
    });
  }
}

/** Content that will never work. */
export function refused(text: string): Fault {
  return new Fault('invalid', text, {
    temporary: false,
    publicText: 'This cannot be read, or is too large.',
  });
}

/** How a complaint begins, without our own path and addresses in memory. */
function shortened(complaint: string, folder: string): string {
  const text = complaint.replaceAll(folder, '').replaceAll(/ ?@? ?0x[0-9a-f]+/g, '');
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^[a-z_]+=/.test(line));
  return lines.slice(0, 2).join('; ').slice(0, 200) || 'it does not say why';
}

/** What is in there are messages: it does not stay when the process that put it there broke. */
async function clearOld(): Promise<void> {
  const user = process.getuid?.();
  for (const name of await readdir(tmpdir())) {
    const [, pid] = /^answerback-convert-(\d+)-/.exec(name) ?? [];
    if (pid === undefined || runs(Number(pid))) continue;
    const path = join(tmpdir(), name);
    const found = await stat(path).catch(() => undefined);
    if (found?.uid === user) await rm(path, { recursive: true, force: true });
  }
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
