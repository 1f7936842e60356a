/**
 * Callers who press keys, many at once, with SIPp: RFC 4733 events by its `play_dtmf`, speech from a capture file. Both leave
 * through a raw socket, so the process must run as root, or be able to become it by sudo.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRoot, onPath, type CommandLine } from '../../scripts/stack/machine.ts';
import { freePort } from '../../scripts/stack/ports.ts';
import { run } from '../../scripts/stack/run.ts';
import { babble } from '../audio/babble.ts';
import { captureOfKey, captureOfSound } from './capture.ts';

/** Keys one after the other, a wait in milliseconds, or a second of speech. */
export type Act = { readonly keys: string } | { readonly waitMs: number } | 'speaks';

export interface Presser {
  /** User part of the number called. */
  readonly to: string;
  readonly from: string;
  /** From the answer on. */
  readonly acts: readonly Act[];
}

export interface Pressing {
  readonly server: { readonly host: string; readonly port: number };
  /** Calls that begin in each second. */
  readonly perSecond: number;
  /** How long a call stays up after its last key unless the far side ends it, in milliseconds. */
  readonly stayMs: number;
}

/** How long a key is held, in milliseconds, which is also the pause after it. */
const toneMs = 100;
/** What SIPp sends before the first key, so that the far side knows its stream, and some air, in milliseconds. */
const beforeKeysMs = 700;
/** Below the ports of Asterisk's own sound: nobody listens there, and nobody else's call is to hear what is sent. */
const firstMedia = 6000;
const mediaStep = 500;
const speechMs = 1000;

/** Makes the calls; resolves when all are over. Rejects with SIPp's own words if any call went otherwise. */
export async function pressKeys(callers: readonly Presser[], pressing: Pressing): Promise<void> {
  const shape = ({ acts }: Presser): string => acts.map(shapeOf).join();
  const shapes = [...new Set(callers.map(shape))];
  const all = shapes.map((one) => callers.filter((caller) => shape(caller) === one));
  await Promise.all(
    all.map(async (alike, i) => {
      const [first] = alike;
      if (first === undefined) return;
      const rate = Math.max(1, Math.round((pressing.perSecond * alike.length) / callers.length));
      const { host, port } = pressing.server;
      await sipp(
        (folder) => callScenario(first.acts, longestOf(alike), pressing.stayMs, folder),
        alike.map(({ to, from, acts }) => [to, from, ...acts.flatMap(keysOf)]),
        ['-r', String(rate), '-m', String(alike.length), `${host}:${port}`],
        i + 1,
      );
    }),
  );
}

/** Answers whatever calls and texts come to a port until it is disposed of, and presses the same key in each call. */
export async function answerAndPress(
  port: number,
  { key, stayMs }: { readonly key: string; readonly stayMs: number },
): Promise<AsyncDisposable> {
  const folder = join(tmpdir(), `sipp-${randomUUID()}`);
  await mkdir(folder);
  // Events go out under the number that the caller asks for, which is not the one of `play_dtmf`.
  await writeFile(join(folder, 'key.pcap'), captureOfKey(key, callersEventType, toneMs));
  await writeFile(join(folder, 'press.xml'), answerScenario(folder, stayMs));
  const { program, args } = commandOf(folder, port, firstMedia, []);
  const child = spawn(program, args, { cwd: '/', stdio: 'ignore' });
  const ended = new Promise((done) => {
    child.once('exit', done);
    child.once('error', done);
  });
  return {
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function commandOf(folder: string, port: number, media: number, more: readonly string[]): CommandLine {
  const args = ['-sf', join(folder, 'press.xml'), '-i', '127.0.0.1', '-mi', '127.0.0.1', '-p', String(port)];
  args.push('-mp', String(media), '-nostdin', ...more);
  const program = onPath('sipp');
  return program === undefined ? inRoot('/usr/bin/sipp', args, { bind: [folder] }) : { program, args };
}

async function sipp(
  scenario: (folder: string) => string,
  rows: readonly (readonly string[])[],
  more: readonly string[],
  n: number,
): Promise<void> {
  const folder = join(tmpdir(), `sipp-${randomUUID()}`);
  await mkdir(folder);
  try {
    await writeFile(join(folder, 'speech.pcap'), captureOfSound(babble(speechMs, 5)));
    await writeFile(join(folder, 'press.xml'), scenario(folder));
    const lines = rows.map((row) => `${row.join(';')};\n`);
    await writeFile(join(folder, 'rows.csv'), `SEQUENTIAL\n${lines.join('')}`);
    const own = ['-inf', join(folder, 'rows.csv'), '-timeout', '150s', '-timeout_error'];
    await run(commandOf(folder, await freePort('udp'), firstMedia + n * mediaStep, [...own, ...more]));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function shapeOf(act: Act): string {
  if (act === 'speaks') return act;
  return 'keys' in act ? 'keys' : String(act.waitMs);
}

function keysOf(act: Act): string[] {
  return act !== 'speaks' && 'keys' in act ? [act.keys] : [];
}

/** Of each act the most keys that any caller has in it. */
function longestOf(callers: readonly Presser[]): number[] {
  const [first] = callers;
  return (first?.acts ?? []).map((_, i) =>
    Math.max(...callers.map(({ acts }) => keysOf(acts[i] as Act)[0]?.length ?? 0)),
  );
}

/** How long so many keys take. */
function keysMs(count: number): number {
  return beforeKeysMs + count * 2 * toneMs;
}

/** Asterisk's payload type of telephone events in a call that it makes. */
const callersEventType = 101;

// 96 is the only payload type under which `play_dtmf` sends keys.
const sdp = `Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [auto_media_port] RTP/AVP 0 96
a=rtpmap:0 PCMU/8000
a=rtpmap:96 telephone-event/8000
a=fmtp:96 0-15
a=ptime:20`;

/** Waits for the far side to end the call, else ends it. */
function ending(stayMs: number, bye: string, toText?: string): string {
  const taken =
    toText === undefined ? '' : `<nop next="over"/>\n<label id="text"/>\n<send>${text(toText)}</send>`;
  return `<recv request="BYE" timeout="${stayMs}" ontimeout="own"/>
<send next="over">${text(answerOf(''))}</send>
<label id="own"/>
<send retrans="500">${text(bye)}</send>
<recv response="200"/>
${taken}
<label id="over"/>
<timewait milliseconds="500"/>`;
}

function callScenario(
  acts: readonly Act[],
  longest: readonly number[],
  stayMs: number,
  folder: string,
): string {
  const uri = 'sip:[field0]@[remote_ip]:[remote_port]';
  const request = (method: string, cseq: number, tag: string, body = 'Content-Length: 0'): string =>
    `${method} ${tag === '' ? uri : '[next_url]'} SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport
From: <sip:[field1]@[local_ip]:[local_port]>;tag=[pid]p[call_number]
To: <${uri}>${tag}
Call-ID: [call_id]
CSeq: ${cseq} ${method}
Contact: <sip:[field1]@[local_ip]:[local_port]>
Max-Forwards: 70
${body}
`;
  let field = 1;
  const done = acts.map((act, i) => {
    if (act === 'speaks')
      return `${nop(`play_pcap_audio="${folder}/speech.pcap"`)}\n${pause(speechMs + 300)}`;
    if ('waitMs' in act) return pause(act.waitMs);
    field += 1;
    const last = i === acts.length - 1;
    const played = nop(`play_dtmf="[field${field}],${toneMs}"`);
    // The last keys may end the call, which is then to be heard at once.
    return last ? played : `${played}\n${pause(keysMs(longest[i] ?? 0))}`;
  });
  const keysLast = keysMs(longest.at(-1) ?? 0);
  return `<?xml version="1.0" encoding="UTF-8"?>
<scenario name="press keys">
<send retrans="500">${text(request('INVITE', 1, '', sdp))}</send>
<recv response="100" optional="true"/>
<recv response="180" optional="true"/>
<recv response="183" optional="true"/>
<recv response="200" rrs="true"/>
<send>${text(request('ACK', 1, '[peer_tag_param]'))}</send>
${pause(200)}
${done.join('\n')}
${ending(keysLast + stayMs, request('BYE', 2, '[peer_tag_param]'))}
</scenario>
`;
}

function answerScenario(folder: string, stayMs: number): string {
  const bye = `BYE [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From:[$own];tag=[pid]a[call_number]
To:[$far]
[last_Call-ID:]
CSeq: 1 BYE
Max-Forwards: 70
Content-Length: 0
`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<scenario name="answer and press keys">
<recv request="MESSAGE" optional="true" next="text"/>
<recv request="INVITE" rrs="true"><action>
<ereg regexp=".*" search_in="hdr" header="From:" assign_to="far"/>
<ereg regexp=".*" search_in="hdr" header="To:" assign_to="own"/>
</action></recv>
<send>${text(answerOf(sdp.replaceAll('96', String(callersEventType))))}</send>
<recv request="ACK"/>
${pause(1500)}
${nop(`play_pcap_audio="${folder}/key.pcap"`)}
${ending(keysMs(1) + stayMs, bye, answerOf(''))}
</scenario>
`;
}

function answerOf(body: string): string {
  return `SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]${body === '' ? '' : ';tag=[pid]a[call_number]'}
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port]>
${body === '' ? 'Content-Length: 0\n' : `${body}\n`}`;
}

function text(message: string): string {
  return `<![CDATA[\n${message}\n]]>`;
}

function nop(what: string): string {
  return `<nop><action><exec ${what}/></action></nop>`;
}

function pause(ms: number): string {
  return `<pause milliseconds="${Math.round(ms)}"/>`;
}
