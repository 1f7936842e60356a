/** An Asterisk, a phone and the adapter, for tests of the adapter alone. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../../../app/core/errors.ts';
import { openAriMedia } from '../../../app/media/ari/open.ts';
import type { AriMedia, AriSettings } from '../../../app/media/ari/open.ts';
import type { PlayItem } from '../../../app/core/prompt/play-item.ts';
import type { Call, RecordRule } from '../../../app/ports/media.ts';
import { shippedSpeech } from '../../speech/shipped.ts';
import type { PromptCatalog } from '../../../app/ports/prompts.ts';
import { quiet, tone } from '../../../scripts/audio/tone.ts';
import { openLocalAsterisk } from '../../../scripts/stack/asterisk.ts';
import type { LocalAsterisk } from '../../../scripts/stack/asterisk.ts';
import type { Trunk } from '../../../scripts/stack/render.ts';
import { freePort } from '../../../scripts/stack/ports.ts';
import { openPhone } from '../../phone/phone.ts';
import type { PhoneCall } from '../../phone/call.ts';
import type { Phone } from '../../phone/phone.ts';
import { keptLog } from '../../telemetry/kept-log.ts';
import type { KeptLog } from '../../telemetry/kept-log.ts';

export interface Lab extends AsyncDisposable {
  /** Removed at the end. */
  readonly directory: string;
  readonly asterisk: LocalAsterisk;
  /** The network behind the trunk; its calls reach the adapter. */
  readonly phone: Phone;
  readonly log: KeptLog;
  readonly prompts: PromptCatalog;
  readonly settings: AriSettings;
  /** An adapter, connected. The lab closes it if the test does not. */
  media(change?: Partial<AriSettings>): Promise<AriMedia>;
  /** Names in the folder of our recordings. */
  recordings(): Promise<string[]>;
}

/** Clips are tones, each of its own frequency, so that a test hears which was played. */
export const clipHz: Readonly<Record<string, number>> = {
  'greeting-default': 700,
  beep: 1000,
  'message-saved': 500,
  'digit-1': 600,
  'digit-2': 800,
  'digit-3': 900,
};

/** Names whose clip the catalog knows but whose file is not there. */
const missingFile = 'goodbye';
export const lostClip: PlayItem = { kind: 'prompt', name: missingFile };

const longClipMs = 2000;

interface LabPhone {
  readonly name: string;
  readonly number: string;
  readonly password: string;
}

export async function openLab(
  options: {
    readonly phones?: boolean | readonly LabPhone[];
    readonly tries?: number;
    readonly modules?: string;
    readonly lines?: readonly Trunk[];
  } = {},
): Promise<Lab> {
  const directory = await mkdtemp(join(tmpdir(), 'ab-ari-'));
  const trunkPort = await freePort('udp');
  const own = [{ name: 'anna', number: '+12025550111', password: 'secret' }];
  const phones = typeof options.phones === 'object' ? options.phones : options.phones ? own : [];
  const prompts = await buildPrompts(join(directory, 'prompts'));
  const asterisk = await openLocalAsterisk({
    directory: join(directory, 'asterisk'),
    prompts: join(directory, 'prompts'),
    trunks: [{ name: 'trunk', host: '127.0.0.1', port: trunkPort }, ...(options.lines ?? [])],
    phones,
    ...(options.tries === undefined ? {} : { tries: options.tries }),
    ...(options.modules === undefined ? {} : { extra: { 'modules.conf': options.modules } }),
  });
  const server = { host: asterisk.sipHost, port: asterisk.sipPort };
  const phone = await openPhone({ server, number: '+12025550123', port: trunkPort });
  const log = keptLog();
  const opened: AriMedia[] = [];
  const settings: AriSettings = {
    url: asterisk.ariUrl,
    user: asterisk.user,
    password: asterisk.password,
    app: 'answerback',
    spool: asterisk.spool,
    trunk: 'trunk',
    timeoutMs: 5000,
    trunks: [{ name: 'trunk', host: '127.0.0.1', port: trunkPort }, ...(options.lines ?? [])],
  };
  return {
    directory,
    asterisk,
    phone,
    log,
    prompts,
    settings,
    async media(change = {}) {
      const clock = { now: () => new Date() };
      const media = await openAriMedia(
        { ...settings, ...change },
        { log, clock, prompts, language: 'en', strayEveryMs: 500 },
      );
      opened.push(media);
      await media.ready(AbortSignal.timeout(10_000));
      return media;
    },
    recordings: async () => (await readdir(join(asterisk.spool, 'answerback'))).toSorted(),
    async [Symbol.asyncDispose]() {
      for (const media of opened) await media[Symbol.asyncDispose]();
      await phone[Symbol.asyncDispose]();
      await asterisk[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function buildPrompts(directory: string): Promise<PromptCatalog> {
  await mkdir(join(directory, 'en'), { recursive: true });
  const durations = new Map<string, number>([[missingFile, 300]]);
  for (const [name, hz] of Object.entries(clipHz)) {
    const ms = name === 'greeting-default' ? longClipMs : 300;
    durations.set(name, ms);
    await writeFile(join(directory, 'en', `${name}.ulaw`), Buffer.concat([tone(hz, ms - 60), quiet(60)]));
  }
  const known = (name: string): number => {
    const ms = durations.get(name);
    if (ms === undefined) throw new Fault('not-found', `no clip ${name}`, { temporary: false });
    return ms;
  };
  return {
    clip: (_language, name) => (known(name), join(directory, 'en', name)),
    durationMs: (_language, name) => known(name),
    speech: shippedSpeech,
  };
}

/** The next thing that comes, or a failure after a while. */
export async function next<T>(
  source: (signal: AbortSignal) => AsyncIterable<T>,
  withinMs = 10_000,
): Promise<T> {
  const signal = AbortSignal.timeout(withinMs);
  for await (const item of source(signal)) return item;
  throw new Error('nothing came in time');
}

export function nextCall(media: AriMedia, withinMs?: number): Promise<Call> {
  return next((signal) => media.calls(signal), withinMs);
}

export function goneOf(call: Call, withinMs = 10_000): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the call was not gone in time')), withinMs);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    if (call.gone.aborted) done();
    else call.gone.addEventListener('abort', done);
  });
}

/** A condition that no event tells of here: looked at until it holds. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string | (() => string),
  withinMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline)
      throw new Error(`not in time: ${typeof what === 'string' ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

let tags = 0;
export function ruleFor(call: Call, change: Partial<RecordRule> = {}): RecordRule {
  const tag = `+12025550100~+12025550123~${Math.floor(call.started.getTime() / 1000)}~${call.id}~${tags++}`;
  return { tag, maxSeconds: 60, maxSilenceSeconds: 10, terminators: '#', beep: true, ...change };
}

/** A call that is up at both ends. */
export async function answeredCall(
  lab: Lab,
  media: AriMedia,
  number = '+12025550100',
): Promise<{ readonly phone: PhoneCall; readonly call: Call }> {
  const phone = await lab.phone.call(number);
  const call = await nextCall(media);
  await call.answer();
  await phone.up();
  return { phone, call };
}
