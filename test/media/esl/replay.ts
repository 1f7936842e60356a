/** Does with the double what the recorded application did with FreeSWITCH, and gives what both said. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { eventOf, channelData, type EslEvent } from '../../../app/media/esl/wire/event.ts';
import { FrameReader, type Frame } from '../../../app/media/esl/wire/frames.ts';
import { silence, silentLine, type Line } from './double/line.ts';
import { samplesOf, waveHeader } from './double/sound.ts';
import type { Dialled } from './double/options.ts';
import { openFreeSwitchDouble } from './double/switch.ts';
import { streamsOf, type Transcript } from './transcript.ts';
import { babble } from '../../audio/babble.ts';

/** Where the recorded switch had its files. */
const recordedFolder = '/var/fs/run';
/** Samples of the sounds that it played. */
const sounds = { 'beep.wav': 2400, 'prompt.wav': 29_812, 'long.wav': 89_436 };

export interface Said {
  /** One line a message: what it is and what it says, without times and ids that chance made. */
  readonly lines: readonly string[];
  /** Names of each event's headers, but for variables: their first and further sets. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
}

/** What FreeSWITCH said, from the recording. */
export function recorded(transcript: Transcript): Said {
  const [bytes = Buffer.alloc(0)] = streamsOf(transcript, 'switch').values();
  return said(new FrameReader().push(bytes), recordedFolder);
}

const made = new Map<number, Buffer>();

/** Made once for all: it takes a while, in which nothing that goes on by time may be held up. */
function soundOf(samples: number): Buffer {
  const known = made.get(samples);
  if (known !== undefined) return known;
  const sound = Buffer.concat([waveHeader(samples * 2), samplesOf(babble(samples / 8, samples))]);
  made.set(samples, sound);
  return sound;
}

let voice: Buffer | undefined;

/** What the double says to the same commands, keys and hang-ups at the same times. */
export async function replayed(transcript: Transcript, folder: string): Promise<Said> {
  for (const [name, samples] of Object.entries(sounds)) {
    const file = join(folder, 'sounds', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, soundOf(samples));
  }
  for (const name of ['rec', 'fax']) mkdirSync(join(folder, name), { recursive: true });
  const [bytes = Buffer.alloc(0)] = streamsOf(transcript, 'switch').values();
  const frames = new FrameReader().push(bytes);
  const outbound = frames[0]?.headers.get('Event-Name') === 'CHANNEL_DATA';
  const frameList = outbound
    ? await asHandedOver(transcript, folder, frames)
    : await asClient(transcript, folder, frames);
  return said(frameList, folder);
}

async function asHandedOver(
  transcript: Transcript,
  folder: string,
  frames: readonly Frame[],
): Promise<Frame[]> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  const double = await openFreeSwitchDouble({
    password: 'ClueCon',
    isStatic: frames[0]?.headers.get('Socket-Mode') === 'static',
    application: () => address,
    onDial: () => silentLine,
  });
  try {
    const first = frames[0];
    if (first === undefined) throw new Error('nothing was recorded');
    const data = channelData(first);
    const facts = {
      id: data.get('Unique-ID') ?? '',
      to: data.get('Caller-Destination-Number') ?? '',
      from: data.get('Caller-Caller-ID-Number') ?? '',
      name: data.get('Caller-Caller-ID-Name') ?? '',
    };
    const socket = new Promise<Socket>((resolve) => server.once('connection', resolve));
    const channel = double.ring(facts, speaking(transcript));
    const telephone = {
      press: (digit: string, source: string) => double.press(channel, digit, source),
      hangUp: () => double.hangUp(channel),
    };
    return await talk(await socket, actsOf(transcript, folder, telephone), frames.length);
  } finally {
    await double[Symbol.asyncDispose]();
    server.close();
  }
}

async function asClient(transcript: Transcript, folder: string, frames: readonly Frame[]): Promise<Frame[]> {
  const double = await openFreeSwitchDouble({
    password: 'ClueCon',
    application: () => ({ host: '127.0.0.1', port: 9 }),
    onDial: () => dialled(frames),
  });
  try {
    const socket = connect(double.port, '127.0.0.1');
    const network = {
      message: (event: EslEvent) =>
        double.message(event.get('from_user') ?? '', event.get('to_user') ?? '', event.body ?? ''),
      query: (event: EslEvent) => double.query(event.get('Message-Account') ?? '', ''),
    };
    return await talk(socket, actsOf(transcript, folder, undefined, network), frames.length);
  } finally {
    await double[Symbol.asyncDispose]();
  }
}

function dialled(frames: readonly Frame[]): Dialled {
  const body =
    frames.map((frame) => eventOf(frame)?.body ?? '').find((text) => /^(\+OK|-ERR) /.test(text)) ?? '';
  if (body.startsWith('+OK')) return silentLine;
  const cause = body.slice('-ERR '.length).trim();
  return cause === 'USER_BUSY' || cause === 'UNALLOCATED_NUMBER' ? cause : 'rings';
}

/** One thing that the application or the telephone does, after so many messages of the switch and so long after the last. */
interface Act {
  readonly after: number;
  readonly waitMs: number;
  /** What the application sends. */
  bytes?: Buffer;
  /** What the telephone does. */
  readonly run?: () => void;
}

/** Does the acts in order; resolves with what came when as much came as was recorded, or nothing more does. */
async function talk(socket: Socket, acts: readonly Act[], count: number): Promise<Frame[]> {
  const reader = new FrameReader();
  const frames: Frame[] = [];
  let wake = (): void => undefined;
  let closed = false;
  socket.on('data', (chunk: Buffer) => {
    frames.push(...reader.push(chunk));
    wake();
  });
  socket.on('error', () => undefined);
  socket.once('close', () => {
    closed = true;
    wake();
  });
  const until = async (reached: () => boolean, mostMs: number): Promise<void> => {
    const end = AbortSignal.timeout(mostMs);
    end.addEventListener('abort', () => wake());
    while (!reached() && !end.aborted) await new Promise<void>((resolve) => (wake = resolve));
  };
  for (const { after, waitMs, bytes, run } of acts) {
    await until(() => frames.length >= after || closed, 12_000);
    if (frames.length < after) break;
    if (waitMs > 2) await new Promise((resolve) => setTimeout(resolve, waitMs));
    if (bytes !== undefined) socket.write(bytes);
    run?.();
  }
  await until(() => frames.length >= count || closed, 3000);
  // More than was recorded is a difference too.
  await until(() => closed, 100);
  socket.destroy();
  return frames;
}

/** Commands, keys and hang-ups in their order. */
function actsOf(
  transcript: Transcript,
  folder: string,
  telephone?: { press(digit: string, source: string): void; hangUp(): void },
  network?: { message(event: EslEvent): void; query(event: EslEvent): void },
): Act[] {
  const texts = textsOf(transcript);
  const acts: Act[] = [];
  const reader = new FrameReader();
  const hangup = hangupOf(transcript);
  let came = 0;
  // In static mode a key is told of only when the application has ended: it was pressed while that ran.
  const isStatic = transcript.pieces.some(({ bytes }) => bytes.includes('Socket-Mode: static'));
  let asked = { after: 0, ms: 0 };
  let lastMs = transcript.pieces[0]?.ms ?? 0;
  for (const { from, ms, bytes } of transcript.pieces) {
    if (from === 'application') {
      asked = { after: came, ms };
      const own = Buffer.from(bytes.toString('utf8').replaceAll(recordedFolder, folder));
      const last = acts.at(-1);
      // What was sent together goes together: the switch must not find half of it.
      if (last?.bytes !== undefined && last.after === came && ms - lastMs <= 2)
        last.bytes = Buffer.concat([last.bytes, own]);
      else acts.push({ after: came, waitMs: ms - lastMs, bytes: own });
    } else {
      for (const frame of reader.push(bytes)) {
        const event = eventOf(frame);
        const at = { after: came, waitMs: ms - lastMs };
        if (event?.name === 'DTMF')
          acts.push({
            ...(isStatic ? { after: asked.after, waitMs: ms - asked.ms } : at),
            run: () => telephone?.press(event.get('DTMF-Digit') ?? '', event.get('DTMF-Source') ?? ''),
          });
        if (event?.name === 'MESSAGE_QUERY') acts.push({ ...at, run: () => network?.query(event) });
        // What it says of a text comes in one order or the other.
        if (event?.name === 'MESSAGE' || event?.subclass === 'sofia::error') {
          const text = texts.shift();
          if (text !== undefined) acts.push({ ...at, run: () => network?.message(text) });
        }
        if (event?.name === 'CHANNEL_HANGUP' && hangup === ms)
          acts.push({ ...at, run: () => telephone?.hangUp() });
        came += 1;
        lastMs = ms;
      }
    }
    if (from === 'application') lastMs = ms;
  }
  return acts;
}

/** Texts that came in. */
function textsOf({ pieces }: Transcript): EslEvent[] {
  const reader = new FrameReader();
  return pieces
    .filter(({ from }) => from === 'switch')
    .flatMap(({ bytes }) => reader.push(bytes).map(eventOf))
    .filter((event) => event !== undefined)
    .filter(({ name }) => name === 'MESSAGE');
}

/** When the telephone hung up by itself, and not because the application said so or did what ends a call. */
function hangupOf({ pieces }: Transcript): number | undefined {
  const at = pieces.find(
    ({ from, bytes }) => from === 'switch' && bytes.includes('"Event-Name":"CHANNEL_HANGUP"'),
  );
  if (at === undefined) return undefined;
  const asked = pieces.some(
    ({ from, ms, bytes }) =>
      from === 'application' &&
      ms <= at.ms &&
      /app-name: hangup|call-command: hangup|nosuchapp|uuid_kill/.test(bytes.toString()),
  );
  return asked ? undefined : at.ms;
}

/** A TIFF of two pages with nothing on them. */
const twoPages = Buffer.from('49492a000800000000000e000000000000000000', 'hex');

/** Talks while something is recorded, until the recorded silence; a fax machine where a fax was recorded. */
function speaking(transcript: Transcript): Line {
  const { pieces } = transcript;
  const end = silenceAfter(transcript);
  let frames = 0;
  const speech = (voice ??= babble(60_000, 7));
  const sent = pieces.some(({ bytes }) => bytes.includes('"variable_fax_success":"1"'));
  return {
    ...(sent ? { fax: { station: '', document: twoPages, received: () => undefined } } : {}),
    answered: () => undefined,
    playing: () => undefined,
    ended: () => undefined,
    speaks: () => {
      frames += 1;
      return frames * 20 > end ? silence : speech.subarray(frames * 160, frames * 160 + 160);
    },
  };
}

/** Of a recording that silence ended: how long somebody spoke in it, in milliseconds. */
function silenceAfter({ pieces }: Transcript): number {
  const events = pieces.flatMap(({ bytes, ms }) => {
    const text = bytes.toString('utf8');
    return text.startsWith('{') ? [{ ms, event: JSON.parse(text) as Record<string, string> }] : [];
  });
  const stop = events.find(({ event }) => event['variable_silence_hits_exhausted'] === 'true');
  const start = events.find(({ event }) => event['Event-Name'] === 'RECORD_START');
  if (stop === undefined || start === undefined) return Infinity;
  const seconds = Number(start.event['variable_current_application_data']?.split(' ')[3] ?? 0);
  return stop.ms - start.ms - seconds * 1000;
}

const told = [
  'Event-Subclass',
  'Application',
  'Application-Data',
  'Application-Response',
  'Answer-State',
  'Channel-Call-State',
  'Hangup-Cause',
  'DTMF-Digit',
  'DTMF-Source',
  'Playback-File-Path',
  'Playback-Status',
  'Record-File-Path',
  'variable_playback_terminator_used',
  'variable_silence_hits_exhausted',
] as const;

function said(frames: readonly Frame[], folder: string): Said {
  const headers = new Map<string, readonly string[]>();
  const lines = frames.map((frame) => {
    const type = frame.headers.get('Content-Type') ?? '';
    const event = eventOf(frame);
    if (event === undefined)
      return plain(`${type} ${frame.headers.get('Reply-Text') ?? ''} ${bodyOf(frame)}`, folder);
    if (!headers.has(event.name)) headers.set(event.name, namesOf(frame));
    const values = told.flatMap((name) => {
      const value = event.get(name);
      return value === undefined ? [] : [`${name}=${value}`];
    });
    // The address of the application is the test's.
    const data = values.map((value) => value.replace(/127\.0\.0\.1:\d+ async/, 'HOST async'));
    return plain(`${event.name} ${data.join(' ')} ${event.body ?? ''}`, folder);
  });
  return { lines: inOrder(lines), headers };
}

function bodyOf(frame: Frame): string {
  const text = frame.body.toString('utf8');
  return frame.headers.get('Content-Type') === 'text/disconnect-notice'
    ? `${frame.headers.get('Content-Disposition') ?? ''} ${text}`
    : text;
}

function namesOf(frame: Frame): string[] {
  const names = Object.keys(JSON.parse(frame.body.toString('utf8').replace(/^[^{].*$/s, '{}')) as object);
  return names.filter((name) => !name.startsWith('variable_')).sort();
}

function plain(text: string, folder: string): string {
  return (
    text
      .replaceAll(folder, '')
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UUID')
      .replaceAll(/UP 0 years.*/gs, 'UP')
      .trim()
      // Lengths are those of this machine's clock.
      .replace(/^(command\/reply) +\d+$/, '$1 NUMBER')
  );
}

/** The notice of a lingering connection comes before the account of the call or after it: chance. */
function inOrder(lines: readonly string[]): string[] {
  const error = lines.findIndex((line) => line.startsWith('CUSTOM Event-Subclass=sofia::error'));
  if (error >= 0 && lines[error + 1]?.startsWith('MESSAGE ') === true)
    return inOrder(lines.toSpliced(error, 2, lines[error + 1] ?? '', lines[error] ?? ''));
  const isNotice = (line: string): boolean => /^text\/disconnect-notice +linger/.test(line);
  const notices = lines.filter(isNotice);
  const rest = lines.filter((line) => !isNotice(line));
  const at = rest.findIndex((line) => line.startsWith('CHANNEL_HANGUP_COMPLETE'));
  if (at < 0) return [...rest, ...notices];
  // So does the answer to who dialled.
  const job = rest.findIndex((line) => /^BACKGROUND_JOB .*-ERR/.test(line));
  if (Math.abs(job - at) === 1 && job > at) rest.splice(at, 2, rest[job] ?? '', rest[at] ?? '');
  return rest.toSpliced(at + 1, 0, ...notices);
}
