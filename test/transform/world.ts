/** Real content for this room's tests, made by the same programs that an owner of a telephone or a printer has. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTransform, type TransformOptions } from '../../app/transform/open.ts';
import type { Content } from '../../app/ports/convert.ts';
import { toolCommands } from '../../scripts/stack/ffmpeg.ts';
import { descendants } from '../demo/process-tree.ts';
import { silentLog } from '../ports/silent-log.ts';

const commands = toolCommands();

type Room = ReturnType<typeof openTransform>;

/** The room, and one conversion in it by the types alone. */
export interface World extends AsyncDisposable {
  readonly room: Room;
  /** By the edge that fits: the exact type, else the whole top-level type. */
  to(form: string, content: Content, signal?: AbortSignal): Promise<Content>;
}

export function openWorld(options: Partial<TransformOptions> = {}): World {
  const room = openTransform({ ...commands, ...options }, { log: silentLog });
  return {
    room,
    to(form, content, signal) {
      const type = content.contentType.split(';')[0]?.toLowerCase() ?? '';
      const whole = `${type.split('/')[0]}/*`;
      const edges = room.edges.filter((edge) => edge.to === form && [type, whole].includes(edge.from));
      const edge = edges.toSorted((a, b) => a.cost - b.cost)[0];
      if (edge === undefined) throw new Error(`no edge from ${type} to ${form}`);
      return room.convert(content, edge, { language: 'en', ...(signal === undefined ? {} : { signal }) });
    },
    [Symbol.asyncDispose]: () => room[Symbol.asyncDispose](),
  };
}

/** Runs a program of the same machine in a folder of its own; `{name}` in its arguments is a file there. */
export async function tool(
  program: string,
  args: readonly string[],
  files: Readonly<Record<string, Uint8Array>> = {},
): Promise<{ out: Buffer; file: (name: string) => Buffer }> {
  const folder = await mkdtemp(join(tmpdir(), 'ab-convert-test-'));
  try {
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
    const [command, ...first] = [...commands.prefix, program];
    const placed = args.map((arg) =>
      arg.replaceAll(/\{([\w.-]+)\}/g, (_, name: string) => join(folder, name)),
    );
    const out = await output(command, [...first, ...placed]);
    const made = new Map<string, Buffer>();
    for (const name of readdirSync(folder)) made.set(name, await readFile(join(folder, name)));
    return { out, file: (name) => made.get(name) ?? Buffer.alloc(0) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function output(command: string, args: readonly string[]): Promise<Buffer> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [chunks, words]: [Buffer[], string[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (text: Buffer) => words.push(text.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve(Buffer.concat(chunks)) : reject(new Error(`${args.join(' ')}: ${words.join('')}`)),
    );
  });
}

/** What ffmpeg makes: a file with this ending, of inputs of its own. */
export async function filmed(ending: string, args: readonly string[]): Promise<Buffer> {
  const name = `made.${ending}`;
  const { file } = await tool('ffmpeg', ['-hide_banner', '-loglevel', 'error', ...args, `{${name}}`]);
  return file(name);
}

/** A sound at 8 kHz, µ-law, in another form of the world outside. */
export async function encoded(ulaw: Uint8Array, ending: string, args: readonly string[]): Promise<Buffer> {
  const name = `made.${ending}`;
  const reading = ['-f', 'mulaw', '-ar', '8000', '-ac', '1', '-i', '{in.ulaw}'];
  const all = ['-hide_banner', '-loglevel', 'error', ...reading, ...args, `{${name}}`];
  return (await tool('ffmpeg', all, { 'in.ulaw': ulaw })).file(name);
}

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue at a place given as shares of width and height. */
  at(x: number, y: number): readonly [number, number, number];
  /** 0 black to 255 white. */
  grey(x: number, y: number): number;
  readonly rgb: Buffer;
}

/** The pixels of a PNG or JPEG. */
export async function pixels({ contentType, bytes }: Content): Promise<Pixels> {
  const reader = contentType === 'image/png' ? 'png_pipe' : 'jpeg_pipe';
  const file = { in: bytes };
  const probe = '-v error -show_entries stream=width,height -of csv=p=0 -f'.split(' ');
  const { out: size } = await tool('ffprobe', [...probe, reader, '-i', '{in}'], file);
  const [width = 0, height = 0] = size.toString().trim().split(',').map(Number);
  const raw = ['-v', 'error', '-f', reader, '-i', '{in}', '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'];
  const { out: rgb } = await tool('ffmpeg', raw, file);
  const at = (x: number, y: number): readonly [number, number, number] => {
    const place = (Math.floor(y * height) * width + Math.floor(x * width)) * 3;
    return [rgb[place] ?? -1, rgb[place + 1] ?? -1, rgb[place + 2] ?? -1];
  };
  return { width, height, rgb, at, grey: (x, y) => at(x, y).reduce((sum, one) => sum + one, 0) / 3 };
}

/** The fields of each page, as tiffinfo tells them. */
export async function tiffFacts(bytes: Uint8Array): Promise<readonly string[]> {
  const { out } = await tool('tiffinfo', ['{in.tif}'], { 'in.tif': bytes });
  return out
    .toString()
    .split(/=== TIFF directory \d+ ===/)
    .filter((one) => one.includes('Image Width'));
}

const benchName = `answerback-convert-${process.pid}-`;

/** Folders that conversions of this process work in. */
function benches(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith(benchName));
}

/** What conversions of this process have left on this machine. */
export function left(): { folders: number; processes: number } {
  const running = descendants(process.pid).filter((one) => one.command.includes(benchName));
  return { folders: benches().length, processes: running.length };
}
