import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { encodeUlaw } from '../../scripts/audio/g711.ts';

const run = promisify(execFile);
const inRoot = resolve(import.meta.dirname, '../../scripts/in-root.sh');

/**
 * Synthetic speech (flite, 8 kHz) as µ-law; made once and then kept in the cache folder.
 * flite comes from the PATH, else from the stack's root.
 */
export async function speech(text: string): Promise<Buffer> {
  const base =
    process.env['ANSWERBACK_CACHE'] ??
    join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'answerback');
  const folder = join(base, 'test-speech');
  const file = join(folder, `${createHash('sha256').update(text).digest('hex').slice(0, 16)}.ulaw`);
  const kept = await readFile(file).catch(() => undefined);
  if (kept !== undefined) return kept;
  const made = await synthesise(text);
  await mkdir(folder, { recursive: true });
  const partial = `${file}.${randomUUID()}`;
  await writeFile(partial, made);
  await rename(partial, file);
  return made;
}

async function synthesise(text: string): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'speech-'));
  try {
    const wav = join(folder, 'speech.wav');
    const command = ['-voice', 'kal', '-t', text, '-o', wav];
    const own = await isExecutable('/usr/bin/flite');
    await (own ? run('flite', command) : run('bash', [inRoot, '--bind', folder, 'flite', ...command]));
    return wavToUlaw(await readFile(wav));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** @throws Error unless the file is mono, 16 bit, 8 kHz. */
function wavToUlaw(wav: Buffer): Buffer {
  const format = wav.indexOf('fmt ');
  const data = wav.indexOf('data');
  if (format < 0 || data < 0) throw new Error('not a WAV file');
  const [channels, rate, bits] = [
    wav.readUInt16LE(format + 10),
    wav.readUInt32LE(format + 12),
    wav.readUInt16LE(format + 22),
  ];
  if (channels !== 1 || rate !== 8000 || bits !== 16)
    throw new Error(`speech of ${channels} channels, ${rate} Hz, ${bits} bits`);
  const samples = wav.subarray(data + 8);
  return Buffer.from(
    Uint8Array.from({ length: samples.length >> 1 }, (_, i) => encodeUlaw(samples.readInt16LE(2 * i))),
  );
}
