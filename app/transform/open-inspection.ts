/** Looks whether the programs that content is converted with run here. */
import type { ToolInspection } from '../ports/inspection.ts';
import { Processes, type Ran } from './processes.ts';
import type { ToolName } from './tools.ts';

export interface ToolInspectionOptions {
  readonly ffmpeg: string | readonly string[];
  readonly prefix: readonly string[];
  /** Longest time of one program, in milliseconds. */
  readonly timeoutMs: number;
}

/** How each is asked for its version; some end with an error all the same. */
const versions: Readonly<Record<ToolName, readonly string[]>> = {
  ffmpeg: ['-version'],
  ffprobe: ['-version'],
  gs: ['--version'],
  pdfinfo: ['-v'],
  pdftoppm: ['-v'],
  pdftotext: ['-v'],
  tiff2pdf: ['-h'],
  tiffcp: ['-h'],
};

/** Encoders that sound is turned into other forms with. */
const encoders = ['libopus', 'libmp3lame', 'pcm_mulaw'];

/** Never rejects for what a program does. */
export async function inspectTools(options: ToolInspectionOptions): Promise<readonly ToolInspection[]> {
  const { prefix, timeoutMs } = options;
  const own = typeof options.ffmpeg === 'string' ? [...prefix, options.ffmpeg] : options.ffmpeg;
  const processes = new Processes({ timeoutMs, maxBytes: 1_000_000, atOnce: 4 });
  const run = async (command: readonly string[]): Promise<Ran | string> => {
    const [program = '', ...args] = command;
    return processes.run({ program, args }).catch((error: unknown) => (error as Error).message);
  };
  try {
    const names = Object.keys(versions) as ToolName[];
    return await Promise.all(
      names.map(async (name): Promise<ToolInspection> => {
        const command = name === 'ffmpeg' ? own : [...prefix, name];
        const ran = await run([...command, ...versions[name]]);
        if (typeof ran === 'string') return { name, why: ran, lacks: [] };
        const version = versionOf(ran);
        if (ran.missing || version === undefined)
          return { name, why: ran.complaint.trim().split('\n').at(-1) || 'it does not run', lacks: [] };
        return {
          name,
          version,
          lacks: name === 'ffmpeg' ? lacking(await run([...own, '-hide_banner', '-encoders'])) : [],
        };
      }),
    );
  } finally {
    await processes.close();
  }
}

/** The first number with a point in what it says; to standard output or standard error. */
function versionOf({ output, complaint }: Ran): string | undefined {
  const text = `${Buffer.from(output).toString('utf8')}\n${complaint}`;
  return /\b(?:n?)(\d+\.[\w.-]+)/.exec(text)?.[1];
}

function lacking(ran: Ran | string): readonly string[] {
  if (typeof ran === 'string') return [];
  const listed = Buffer.from(ran.output).toString('utf8');
  return encoders.filter((name) => !new RegExp(`\\s${name}\\s`).test(listed));
}
