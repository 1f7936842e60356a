/** Dialplan applications as the recordings show them. */
import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { decodeUlaw } from '../../../../scripts/audio/g711.ts';
import type { Channel } from './channel.ts';
import type { Clock } from './clock.ts';
import type { Played } from './line.ts';
import { bytesOfHeader, readSound, samplesOf, waveHeader } from './sound.ts';
import type { Value } from './templates.ts';

/** What an application may do besides its channel. */
export interface Stage {
  readonly channel: Channel;
  readonly clock: Clock;
  /** Whether it is on top: an execution inside it holds it up. */
  onTop(): boolean;
  /** `uuid_break` came since the last look. */
  broken(): boolean;
  emit(name: string, own?: Readonly<Record<string, Value>>): void;
  hangup(cause: string): void;
  /** Dials a number and answers its channel, or why there is none. */
  dial(target: string): Promise<Channel | string>;
  /** Runs an application inside this one, as tone detection does. */
  inside(application: string, argument: string): Promise<void>;
}

/** Answers the Application-Response; `undefined`: the switch has no such application. */
export type Application = (stage: Stage, argument: string) => Promise<string>;

const none = '_none_';

export const applications: Readonly<Record<string, Application>> = {
  answer: async ({ channel, emit }) => {
    if (channel.answerState !== 'ringing' && channel.answerState !== 'early') return none;
    channel.answerState = 'answered';
    channel.answeredAt = Date.now();
    emit('CHANNEL_ANSWER');
    channel.callState = 'ACTIVE';
    channel.line.answered();
    return none;
  },
  pre_answer: async ({ channel }) => {
    if (channel.answerState === 'ringing') channel.answerState = 'early';
    return none;
  },
  set: async ({ channel }, argument) => {
    const at = argument.indexOf('=');
    if (at > 0) channel.set(argument.slice(0, at), argument.slice(at + 1));
    return none;
  },
  unset: async ({ channel }, argument) => {
    channel.variables.delete(argument);
    return none;
  },
  hangup: async ({ hangup }, argument) => {
    hangup(argument === '' ? 'NORMAL_CLEARING' : argument);
    return none;
  },
  park: async (stage) => {
    stage.emit('CHANNEL_PARK');
    await untilGone(stage);
    return none;
  },
  sleep: async (stage, argument) => {
    await frames(stage, Math.round(Number(argument) / 20), () => false);
    return none;
  },
  playback: play,
  record,
  bridge,
  rxfax: receiveFax,
  txfax: sendFax,
  spandsp_start_fax_detect: detectFax,
  spandsp_stop_fax_detect: async () => none,
};

/** Files one after the other with `file_string://a!b`. */
async function play(stage: Stage, argument: string): Promise<string> {
  const { channel, emit } = stage;
  if (channel.answerState === 'ringing') channel.answerState = 'early';
  channel.variables.delete('playback_terminator_used');
  const files = argument.startsWith('file_string://')
    ? argument.slice('file_string://'.length).split('!')
    : [argument];
  const sounds = files.map(readSound);
  if (sounds.every((sound) => sound === undefined)) return 'FILE NOT FOUND';
  emit('PLAYBACK_START', { 'Playback-File-Path': argument });
  let end: 'done' | 'break' | 'gone' = 'done';
  let samples = 0;
  for (const sound of sounds) {
    if (sound === undefined) continue;
    const part = await playOne(stage, sound);
    samples += part.samples;
    if (part.end === 'done') continue;
    end = part.end;
    break;
  }
  channel.set('playback_last_offset_pos', String(samples));
  channel.set('playback_seconds', String(Math.floor(samples / 8000)));
  channel.set('playback_ms', String(Math.floor(samples / 8)));
  channel.set('playback_samples', String(samples));
  emit('PLAYBACK_STOP', {
    'Playback-File-Path': argument,
    'Playback-Status': end === 'break' ? 'break' : 'done',
  });
  return end === 'gone' ? 'PLAYBACK ERROR' : 'FILE PLAYED';
}

async function playOne(
  stage: Stage,
  sound: Buffer,
): Promise<{ end: 'done' | 'break' | 'gone'; samples: number }> {
  const { channel } = stage;
  const played: Played = { sound, heard: 0, ended: false };
  channel.line.playing(played);
  let end: 'done' | 'break' = 'done';
  await frames(stage, Math.ceil(sound.length / 160), () => {
    played.heard = Math.min(sound.length, played.heard + 160);
    const digit = channel.digits.shift();
    if (digit === undefined) return false;
    if (!endsPlaying(channel, digit)) return false;
    channel.set('playback_terminator_used', digit);
    end = 'break';
    return true;
  }).then((broken) => {
    if (broken) end = 'break';
  });
  played.ended = true;
  return { end: channel.gone.aborted ? 'gone' : end, samples: played.heard };
}

function endsPlaying(channel: Channel, digit: string): boolean {
  const terminators = channel.get('playback_terminators') ?? '*';
  if (terminators === 'none') return false;
  return terminators === 'any' || terminators.includes(digit);
}

/** `record <file> [seconds] [threshold] [seconds of silence]`. */
async function record(stage: Stage, argument: string): Promise<string> {
  const { channel, emit } = stage;
  const [file = '', limit = '0', threshold = '200', quiet = '0'] = argument.split(' ');
  if (!existsSync(dirname(file))) {
    stage.hangup('DESTINATION_OUT_OF_ORDER');
    return none;
  }
  channel.set('silence_hits_exhausted', 'false');
  channel.variables.delete('playback_terminator_used');
  const append = channel.get('record_append') === 'true' && existsSync(file);
  const tape = openTape(file, channel.get('enable_file_write_buffering') !== 'false', append);
  emit('RECORD_START', { 'Record-File-Path': file });
  const began = Date.now();
  let silent = 0;
  await frames(stage, Infinity, () => {
    const digit = channel.digits.shift();
    if (digit !== undefined && endsPlaying(channel, digit)) {
      channel.set('playback_terminator_used', digit);
      return true;
    }
    const said = channel.line.speaks();
    if (said !== undefined) {
      tape.write(said);
      silent = isQuiet(said, Number(threshold)) ? silent + 1 : 0;
    }
    if (Number(quiet) > 0 && silent >= Number(quiet) * 50) {
      channel.set('silence_hits_exhausted', 'true');
      return true;
    }
    // It counts whole seconds of the clock.
    return Number(limit) > 0 && Math.floor(Date.now() / 1000) - Math.floor(began / 1000) > Number(limit);
  });
  const samples = tape.close();
  channel.set('record_record_file_size', String(bytesOfHeader + samples * 2));
  channel.set('record_file_size', String(bytesOfHeader + samples * 2));
  channel.set('record_seconds', String(Math.floor(samples / 8000)));
  channel.set('record_ms', String(Math.floor(samples / 8)));
  channel.set('record_samples', String(samples));
  emit('RECORD_STOP', { 'Record-File-Path': file });
  return none;
}

function isQuiet(said: Uint8Array, threshold: number): boolean {
  const sum = decodeUlaw(said).reduce((all, sample) => all + Math.abs(sample), 0);
  return sum / said.length < threshold;
}

/** A file that grows while it is written, in steps of 64 KiB or at once; its sizes are right only at the end. */
function openTape(file: string, buffered: boolean, append: boolean) {
  let waiting: Buffer[] = [];
  let bytes = 0;
  const before = append ? Math.max(0, (readSound(file)?.length ?? 0) * 2) : 0;
  if (!append) writeFileSync(file, waveHeader(0));
  const flush = (): void => {
    appendFileSync(file, Buffer.concat(waiting));
    waiting = [];
  };
  return {
    write(said: Uint8Array): void {
      const samples = samplesOf(said);
      waiting.push(samples);
      bytes += samples.length;
      if (!buffered || waiting.reduce((all, chunk) => all + chunk.length, 0) >= 65_536) flush();
    },
    /** @returns samples of this recording */
    close(): number {
      flush();
      const handle = openSync(file, 'r+');
      writeSync(handle, waveHeader(before + bytes), 0, bytesOfHeader, 0);
      closeSync(handle);
      return bytes / 2;
    },
  };
}

/** The dialled side is connected until one of both hangs up. */
async function bridge(stage: Stage, argument: string): Promise<string> {
  const { channel, emit } = stage;
  const other = await stage.dial(argument);
  if (typeof other === 'string') {
    channel.set('originate_disposition', other);
    channel.set('DIALSTATUS', other);
    if (channel.get('continue_on_fail') !== 'true') stage.hangup(other);
    return none;
  }
  emit('CHANNEL_BRIDGE', { 'Other-Leg-Unique-ID': other.id });
  await Promise.race([ended(channel.gone), ended(other.gone)]);
  channel.set('last_bridge_hangup_cause', other.hangupCause ?? channel.hangupCause ?? 'NORMAL_CLEARING');
  channel.set('originate_disposition', 'SUCCESS');
  emit('CHANNEL_UNBRIDGE');
  if (channel.get('hangup_after_bridge') === 'true') stage.hangup('NORMAL_CLEARING');
  return none;
}

async function receiveFax(stage: Stage, file: string): Promise<string> {
  const { fax } = stage.channel.line;
  const document = fax?.document;
  await frames(stage, fax === undefined || document === undefined ? Infinity : 25, () => false);
  if (fax === undefined || document === undefined || stage.channel.gone.aborted)
    return faxResult(stage, { success: false, file, pages: 0, station: '' });
  writeFileSync(file, document);
  stage.emit('CUSTOM spandsp::rxfaxnegociateresult');
  for (let page = 0; page < pagesOf(document); page += 1) stage.emit('CUSTOM spandsp::rxfaxpageresult');
  return faxResult(stage, { success: true, file, pages: pagesOf(document), station: fax.station });
}

async function sendFax(stage: Stage, file: string): Promise<string> {
  const { fax } = stage.channel.line;
  const document = existsSync(file) ? readFileSync(file) : undefined;
  await frames(stage, fax === undefined || document === undefined ? 50 : 25, () => false);
  if (fax === undefined || document === undefined || stage.channel.gone.aborted)
    return faxResult(stage, { success: false, file, pages: 0, station: '' });
  fax.received(document);
  return faxResult(stage, { success: true, file, pages: pagesOf(document), station: fax.station });
}

interface FaxEnd {
  readonly success: boolean;
  readonly file: string;
  readonly pages: number;
  readonly station: string;
}

function faxResult({ channel, emit }: Stage, { success, file, pages, station }: FaxEnd): string {
  const result: Record<string, string> = {
    fax_success: success ? '1' : '0',
    fax_result_code: success ? '0' : '49',
    fax_result_text: success ? 'OK' : 'The call dropped prematurely',
    fax_document_transferred_pages: String(pages),
    fax_document_total_pages: String(pages),
    fax_remote_station_id: station,
    fax_local_station_id: channel.get('fax_ident') ?? '',
    fax_transfer_rate: '14400',
    fax_ecm_used: 'on',
    fax_t38_status: channel.get('fax_enable_t38') === 'true' ? 'negotiated' : 'off',
    fax_filename: file,
    fax_bad_rows: '0',
  };
  for (const [name, value] of Object.entries(result)) channel.set(name, value);
  const own = Object.entries(result).map(([name, value]) => [name.replaceAll('_', '-'), value] as const);
  emit('CUSTOM spandsp::rxfaxresult', Object.fromEntries(own));
  return none;
}

/** A calling tone runs the given application once, inside whatever runs then. */
async function detectFax(stage: Stage, argument: string): Promise<string> {
  const match = /^(\w+) '([^']*)' (\d+)/.exec(argument);
  if (match !== null && stage.channel.line.fax?.document !== undefined) {
    const [, application = '', data = ''] = match;
    void frames({ ...stage, onTop: () => true }, 25, () => false).then(() => stage.inside(application, data));
  }
  return none;
}

/** Moves on by frames until `step` says enough; answers whether it was broken off by `uuid_break`. */
async function frames(stage: Stage, count: number, step: () => boolean): Promise<boolean> {
  const { channel, clock } = stage;
  if (channel.gone.aborted || count <= 0) return false;
  return new Promise((resolve) => {
    let left = count;
    const finish = (broken: boolean): void => {
      stop();
      channel.gone.removeEventListener('abort', gone);
      resolve(broken);
    };
    const gone = (): void => finish(false);
    const stop = clock.each(() => {
      if (!stage.onTop()) return;
      if (stage.broken()) finish(true);
      else if (step() || --left <= 0) finish(false);
    });
    channel.gone.addEventListener('abort', gone);
  });
}

async function untilGone({ channel }: Stage): Promise<void> {
  await ended(channel.gone);
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function pagesOf(tiff: Uint8Array): number {
  const bytes = Buffer.from(tiff);
  let pages = 0;
  for (let at = bytes.readUInt32LE(4); at !== 0 && pages < 1000; pages += 1)
    at = bytes.readUInt32LE(at + 2 + bytes.readUInt16LE(at) * 12);
  return pages;
}
