/**
 * How well and at what cost the engines of this machine write down telephone speech, and speak. `--sentences N` for
 * fewer, `--out FOLDER` for another place. Prints the figures and writes docs/benchmarks/speech.json and .md.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { speechSchema } from '../../app/config/speech.ts';
import { isFault } from '../../app/core/errors.ts';
import type { Content } from '../../app/ports/convert.ts';
import { durationOf, readWav, writeWav } from '../../app/speech/content/wav.ts';
import { openSpeech } from '../../app/speech/open-speech.ts';
import { openLog } from '../../app/telemetry/open.ts';
import { toolCommands } from '../stack/ffmpeg.ts';
import { checkout } from '../stack/machine.ts';
import { cpuOf } from './cpu.ts';
import { commit, machineFacts } from './machine-facts.ts';
import { terminalTable, writeReport } from './report.ts';
import { resultOf, type Result } from './result.ts';
import { sentences } from './speech/sentences.ts';
import { callsOf, voices } from './speech/voices.ts';
import { wordErrors, wordsOf } from './speech/word-errors.ts';

const { values } = parseArgs({
  options: {
    sentences: { type: 'string', default: String(sentences.length) },
    out: { type: 'string', default: join(checkout, 'docs/benchmarks') },
  },
});
const said = sentences.slice(0, Number(values.sentences));
await using log = openLog({ level: 'error' });
await using speech = await openSpeech({ ...speechSchema.parse({}), language: 'en' }, toolCommands(), { log });
const results: Result[] = [];
const folder = await mkdtemp(join(tmpdir(), 'answerback-bench-speech-'));
try {
  const all = { words: 0, errors: 0 };
  for (const voice of voices) {
    const calls = await callsOf(voice, said, folder);
    const errors = { made: 0, words: 0 };
    for (const [i, bytes] of calls.entries()) {
      const text = await understood({ contentType: 'audio/x-wav', bytes });
      errors.made += wordErrors(said[i] ?? '', text);
      errors.words += wordsOf(said[i] ?? '').length;
    }
    if (voice.engine === 'flite') {
      all.errors += errors.made;
      all.words += errors.words;
    }
    tell(`words wrong, ${voice.engine} ${voice.name}`, '%', [(100 * errors.made) / errors.words]);
  }
  tell('words wrong, all of flite', '%', [(100 * all.errors) / all.words]);
  await cost(folder);
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.stdout.write(`${terminalTable(results)}\n`);
if (said.length === sentences.length)
  await writeReport(
    resolve(values.out),
    {
      name: 'speech',
      title: 'Speech into text and text into speech',
      about: [
        `${sentences.length} sentences as callers leave them, each spoken by ${voices.length} synthetic voices, sent through a telephone line ` +
          '(8 kHz, G.711) and written down by pocketsphinx with its en-us model. Words wrong = words left out, put in or changed, of those said ' +
          '(word error rate); a word left out as doubtful counts. Some of the sentences were among those that settings of the recogniser were tried with: the share of ' +
          'wrong words is not that of speech it has never met. Synthetic voices are no people: read the figures as an order of magnitude. ' +
          'The voices of espeak-ng are formants, unlike any voice the model has heard.',
        'Processor time is that of all processes, start and model included.',
      ],
      results,
    },
    {
      date: new Date(),
      commit: commit(),
      command: 'bash scripts/run.sh scripts/bench/speech.ts',
      machine: machineFacts({ asterisk: 'no switch', store: 'no store' }),
    },
  );

/** Nothing understood is no word. */
async function understood(sound: Content): Promise<string> {
  try {
    return Buffer.from((await convert(sound, 'text/plain')).bytes).toString();
  } catch (error) {
    if (isFault(error, 'invalid')) return '';
    throw error;
  }
}

function convert(content: Content, to: string): Promise<Content> {
  const converter = speech.converters.find(({ edges }) => edges[0]?.to === to);
  const edge = converter?.edges[0];
  if (converter === undefined || edge === undefined) throw new Error(`no engine here makes ${to}`);
  return converter.convert(content, edge, { language: 'en' });
}

/** Of a message of twenty seconds, and of speaking a thousand characters. */
async function cost(folder: string): Promise<void> {
  const [voice] = voices;
  if (voice === undefined) return;
  const [call] = await callsOf(voice, [sentences.join('. ')], join(folder, 'long'));
  const sound = readWav(call ?? new Uint8Array());
  if (sound === undefined) throw new Error('nothing was spoken');
  const message = { ...sound, samples: sound.samples.slice(0, 20 * sound.rate) };
  const seconds = durationOf(message) / 1000;
  const content = { contentType: 'audio/x-wav', bytes: writeWav(message) };
  const listening = await rounds(3, () => convert(content, 'text/plain'));
  tell(`processor time, ${seconds} s of speech written down`, 's', listening, 20);
  const text = `${sentences.join('. ')}. `.repeat(2).slice(0, 1000);
  const written = { contentType: 'text/plain; charset=utf-8', bytes: Buffer.from(text) };
  tell('processor time, 1000 characters spoken', 's', await rounds(3, () => convert(written, 'audio/x-wav')));
}

async function rounds(count: number, work: () => Promise<unknown>): Promise<number[]> {
  const figures: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const before = cpuOf(process.pid);
    await work();
    figures.push((cpuOf(process.pid) - before) / 1000);
  }
  return figures;
}

function tell(name: string, unit: string, ours: readonly number[], most?: number): void {
  const target = most === undefined ? {} : { target: { of: 'ours', most } as const };
  const result = resultOf({ name, unit, ours, ...target });
  results.push(result);
  process.stdout.write(`${name}: ${result.ours} ${unit}\n`);
}
