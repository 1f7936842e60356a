/** Speech into text, by pocketsphinx. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../core/errors.ts';
import { packSpans } from '../../core/message/spoken.ts';
import type { Content, ConvertOptions } from '../../ports/convert.ts';
import { piecesOf } from '../content/pieces.ts';
import { bytesOf, durationOf, type Sound } from '../content/wav.ts';
import type { Decode } from '../content/decode.ts';
import type { Engines, Model } from './engines.ts';
import type { Programs } from './programs.ts';
import { inFolder } from './work-folder.ts';
import { readWords, sureWords, type Word } from './words.ts';

export interface RecogniseOptions {
  /** So much of a sound is listened to, in seconds; what is longer ends with "…". */
  readonly maxSeconds: number;
}

/** What models are made for. */
const modelRate = 16_000;
/** A search takes memory and more time with its length: longer sound is cut at pauses. In seconds. */
const longestPiece = 20;
/** Shorter sound holds no word. In milliseconds. */
const shortest = 200;
/** Words that are less sure are left out. */
const leastProbability = 0.02;
/** Of its own start, and of each second of sound, in milliseconds; other work goes before it. */
const [startMs, secondMs] = [60_000, 6000];
/** A word is some 50 bytes of what it writes. */
const maxBytes = 8 * 1024 * 1024;
/**
 * The channel is judged by the whole piece. A little noise, the same each time: in perfect silence it hears words that it
 * is sure of. Fewer ways are followed at once than by default, so that noise takes no more time than speech.
 */
const search = ['-cmn', 'batch', '-dither', 'yes', '-seed', '1', '-maxhmmpf', '4000'];

export function createRecognise(
  engines: Engines,
  programs: Programs,
  decode: Decode,
  options: RecogniseOptions,
): (content: Content, options: ConvertOptions) => Promise<Content> {
  return async (content, { language, signal }) => {
    const model = modelFor(engines, language);
    const sound = await decode(content, modelRate, signal);
    if (durationOf(sound) < shortest) throw notUnderstood();
    const heard = await wordsIn(sound, { engines, programs, model, signal });
    const words = sureWords(heard, leastProbability);
    if (words === undefined) throw notUnderstood();
    const endMs = durationOf(sound);
    if (endMs >= options.maxSeconds * 1000) words.push({ text: '…', probability: 1, startMs: endMs, endMs });
    return {
      contentType: 'text/plain; charset=utf-8',
      bytes: Buffer.from(words.map(({ text }) => text).join(' ')),
      spans: packSpans(words),
    };
  };
}

interface Means {
  readonly engines: Engines;
  readonly programs: Programs;
  readonly model: Model;
  readonly signal: AbortSignal | undefined;
}

/** Words of all pieces, by one process that reads its model once. */
function wordsIn(sound: Sound, { engines, programs, model, signal }: Means): Promise<Word[]> {
  return inFolder(async (folder) => {
    const pieces = piecesOf(sound, longestPiece);
    const files = pieces.map((_, i) => join(folder, `${i}.raw`));
    for (const [i, { samples }] of pieces.entries())
      await writeFile(files[i] ?? '', bytesOf(samples), { mode: 0o600 });
    const { acoustic, dictionary, language: lm } = model;
    const parts = ['-hmm', acoustic, '-dict', dictionary, '-lm', lm, '-loglevel', 'ERROR'];
    const output = await programs.run({
      command: [...engines.prefix, 'pocketsphinx', ...parts, ...search, 'single', ...files],
      timeoutMs: startMs + (durationOf(sound) / 1000) * secondMs,
      maxBytes,
      signal,
    });
    return readWords(Buffer.from(output).toString(), startsOf(pieces));
  });
}

function startsOf(pieces: readonly Sound[]): number[] {
  let at = 0;
  return pieces.map((piece) => {
    const start = at;
    at += durationOf(piece);
    return start;
  });
}

function modelFor({ models }: Engines, language: string): Model {
  const parts = language.toLowerCase().split(/[-_]/);
  for (let length = parts.length; length > 0; length--) {
    const model = models.get(parts.slice(0, length).join('-'));
    if (model !== undefined) return model;
  }
  throw new Fault('not-found', 'there is no model for the recognition of this language here', {
    temporary: false,
  });
}

export function notUnderstood(): Fault {
  return new Fault('invalid', 'nothing understood', { temporary: false });
}
