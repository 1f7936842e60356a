/** Text into sound for telephones, by flite and espeak-ng. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../core/errors.ts';
import type { Content, ConvertOptions } from '../../ports/convert.ts';
import { speakable } from '../content/text.ts';
import { durationOf, samplesFrom, writeWav } from '../content/wav.ts';
import { quiet } from './decode.ts';
import type { Engines } from './engines.ts';
import type { Programs, Run } from './programs.ts';
import { voiceFor, type Voice } from './voices.ts';
import { inFolder } from './work-folder.ts';

export interface SpeakOptions {
  /** Language where nothing here speaks the one that is asked for. */
  readonly language: string;
  /** Most characters of a text that are spoken. */
  readonly maxChars: number;
}

export const telephoneRate = 8000;
/** Of both steps, in milliseconds: a quarter of an hour of speech takes some seconds on a quiet machine. */
const timeoutMs = 120_000;
/** About half an hour at the engines' own rates. */
const maxBytes = 96 * 1024 * 1024;
/** What takes longer to say is cut, in seconds: the longest text takes about half of it. */
const mostSeconds = 1200;
/** Words a minute of espeak-ng, as in the prompts. */
const wordsAMinute = '150';
/** Brings each engine near the prompts' loudness; nothing is clipped. */
const gain: Readonly<Record<Voice['engine'], string>> = { flite: '1.4', 'espeak-ng': '1.0' };

export function createSpeak(
  engines: Engines,
  programs: Programs,
  options: SpeakOptions,
): (content: Content, options: ConvertOptions) => Promise<Content> {
  return async (content, { language, signal }) => {
    const text = speakable(content.bytes, options.maxChars);
    const voice = chooseVoice(engines, [language, options.language, 'en'], text);
    const limits = { timeoutMs, maxBytes, signal };
    const spoken = await say(engines, programs, voice, text, limits);
    const filter = [
      '-filter:a',
      `highpass=f=100,volume=${gain[voice.engine]},alimiter=limit=0.9:level=false`,
    ];
    const out = [
      ...filter,
      '-t',
      String(mostSeconds),
      '-ac',
      '1',
      '-ar',
      String(telephoneRate),
      '-f',
      's16le',
      'pipe:1',
    ];
    const input = ['-f', 'wav', '-ignore_length', '1', '-i', 'pipe:0'];
    const bytes = await programs.run({
      command: [...engines.ffmpeg, ...quiet, ...input, ...out],
      input: spoken,
      ...limits,
    });
    const sound = { rate: telephoneRate, samples: samplesFrom(bytes) };
    if (sound.samples.length === 0)
      throw new Fault('media-failed', `${voice.engine} said nothing`, { temporary: false });
    return { contentType: 'audio/x-wav', bytes: writeWav(sound), durationMs: durationOf(sound) };
  };
}

function chooseVoice(engines: Engines, languages: readonly string[], text: string): Voice {
  // flite knows the letters of English alone; espeak-ng reads others in their own languages.
  const flite = engines.flite && (engines.espeak.length === 0 || isLatin(text));
  for (const language of languages) {
    const voice = voiceFor(language, { flite, espeak: engines.espeak });
    if (voice !== undefined) return voice;
  }
  throw new Fault('not-found', 'no engine here speaks this language', { temporary: false });
}

type Limits = Pick<Run, 'timeoutMs' | 'maxBytes' | 'signal'>;

/** A wave file as the engine writes it. The text goes in by a pipe or a file: it is never part of a command line. */
function say(
  engines: Engines,
  programs: Programs,
  voice: Voice,
  text: string,
  limits: Limits,
): Promise<Uint8Array> {
  const command = (...args: readonly string[]) => [...engines.prefix, voice.engine, ...args];
  if (voice.engine === 'espeak-ng') {
    const args = ['-v', voice.name, '-s', wordsAMinute, '-b', '1', '--stdin', '--stdout'];
    return programs.run({ command: command(...args), input: Buffer.from(text), ...limits });
  }
  // It reads no pipe as Node.js makes them, and goes back to the beginning of what it has written.
  return inFolder(async (folder) => {
    const [said, file] = [join(folder, 'text'), join(folder, 'speech.wav')];
    await writeFile(said, `${asciiOf(text)}\n`, { mode: 0o600 });
    await programs.run({ command: command('-voice', voice.name, '-f', said, '-o', file), ...limits });
    return readFile(file);
  });
}

function isLatin(text: string): boolean {
  const letters = text.match(/\p{L}/gu) ?? [];
  return letters.filter((letter) => /\p{Script=Latin}/u.test(letter)).length * 2 >= letters.length;
}

const written: readonly (readonly [RegExp, string])[] = [
  [/[\u2018\u2019\u201B\u2032]/g, "'"],
  [/[\u201C-\u201F\u2033«»]/g, '"'],
  [/[\u2010-\u2015]/g, '-'],
  [/\u2026/g, '...'],
  [/€/g, ' euros '],
  [/£/g, ' pounds '],
  [/ß/g, 'ss'],
];

/** For flite, which reads bytes. */
function asciiOf(text: string): string {
  const plain = written.reduce((so, [from, to]) => so.replaceAll(from, to), text);
  return plain
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^\x20-\x7E]/g, ' ');
}
