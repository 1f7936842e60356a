/** Sound, and the sound of a video, into the forms that networks and programs take. */
import type { Content } from '../ports/convert.ts';
import { formatOf, mediaTypeOf, rawFormatOf } from './formats.ts';
import { refused, type Bench } from './tools.ts';

interface SoundForm {
  readonly contentType: string;
  /** Arguments for ffmpeg: codec and container. */
  readonly args: readonly string[];
  /** Of those whose length tells their playing time. */
  readonly bytesPerMs?: number;
}

const forms: Readonly<Record<string, SoundForm>> = {
  'audio/x-wav': {
    contentType: 'audio/x-wav',
    args: ['-ar', '8000', '-c:a', 'pcm_s16le', '-f', 's16le'],
    bytesPerMs: 16,
  },
  'audio/pcmu': { contentType: 'audio/PCMU', args: ['-ar', '8000', '-f', 'mulaw'], bytesPerMs: 8 },
  // Both keep what a telephone brings at most, 7 kHz.
  'audio/mpeg': {
    contentType: 'audio/mpeg',
    args: ['-ar', '16000', '-c:a', 'libmp3lame', '-b:a', '32k', '-f', 'mp3'],
  },
  'audio/ogg': {
    contentType: 'audio/ogg',
    args: ['-ar', '16000', '-c:a', 'libopus', '-b:a', '24k', '-application', 'voip', '-f', 'ogg'],
  },
};

export const soundForms = Object.keys(forms);

/** Nothing but files of its own and its pipes are opened. */
export const quiet = ['-hide_banner', '-loglevel', 'error', '-nostats', '-nostdin', '-threads', '1'];

/** @param most longest playing time, in seconds */
export async function toSound(content: Content, to: string, most: number, bench: Bench): Promise<Content> {
  const form = forms[to];
  if (form === undefined) throw refused(`sound does not become ${to}`);
  return inForm(content, form, most, bench);
}

/** Speech in as little space as telephones give it: Opus (RFC 6716), some 12 kbit/s of a narrow band, 20 of a wide one. */
export function toOpus(content: Content, narrow: boolean, most: number, bench: Bench): Promise<Content> {
  const band = narrow ? ['-ar', '8000', '-b:a', '12k'] : ['-ar', '16000', '-b:a', '20k'];
  // Long frames: nobody waits for the next one.
  const rest = '-c:a libopus -application voip -frame_duration 60 -f ogg'.split(' ');
  return inForm(content, { contentType: 'audio/ogg; codecs=opus', args: [...band, ...rest] }, most, bench);
}

async function inForm(content: Content, form: SoundForm, most: number, bench: Bench): Promise<Content> {
  const input = await soundInput(content, bench);
  const out = bench.path('out');
  const { told } = await bench.run('ffmpeg', [
    ...quiet,
    '-progress',
    'pipe:2',
    ...input,
    ...'-map 0:a:0 -map_metadata -1 -ac 1'.split(' '),
    '-t',
    String(most + 1),
    ...form.args,
    out,
  ]);
  const bytes = await bench.read('out');
  const durationMs =
    form.bytesPerMs === undefined ? timeTold(told) : Math.round(bytes.length / form.bytesPerMs);
  if (bytes.length === 0 || durationMs === 0) throw refused('there is no sound in it');
  if (durationMs > most * 1000) throw refused(`it is longer than ${most} s`);
  const whole = form.contentType === 'audio/x-wav' ? wave(bytes) : bytes;
  return { contentType: form.contentType, bytes: whole, durationMs };
}

/** How ffmpeg is to read it. */
export async function soundInput(content: Content, bench: Bench): Promise<readonly string[]> {
  const raw = rawFormatOf(content.contentType);
  const format = raw ?? formatOf(content.bytes);
  if (!format?.kinds.includes('audio'))
    throw refused(`it is no ${mediaTypeOf(content.contentType)} known here`);
  const file = await bench.write('in', content.bytes);
  return readingOf(format.reader, file, raw?.shape);
}

export function readingOf(reader: string, file: string, shape: readonly string[] = []): readonly string[] {
  return ['-protocol_whitelist', 'file,pipe', '-f', reader, ...shape, '-i', `file:${file}`];
}

/** The last time that ffmpeg told it had come to. */
function timeTold(told: string): number {
  const [, micros] = [...told.matchAll(/^out_time_us=(\d+)$/gm)].at(-1) ?? [];
  return Math.round(Number(micros ?? 0) / 1000);
}

/** A wave file of 16-bit samples, mono, 8 kHz. */
function wave(samples: Uint8Array): Uint8Array {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(16_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}
