/** Callers who leave messages, many at once, by SIPp. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inRoot, onPath } from '../stack/machine.ts';
import { freePort } from '../stack/ports.ts';
import { run } from '../stack/run.ts';
import { greetingSeconds, speechOf } from './sound.ts';

export interface Load {
  readonly server: { readonly host: string; readonly port: number };
  /** Who is called by whom, call by call; begins anew when it is at its end. */
  readonly numbers: readonly { readonly to: string; readonly from: string }[];
  readonly callsPerSecond: number;
  readonly calls: number;
  readonly messageSeconds: number;
  /** Of the caller's own; made and removed. */
  readonly folder: string;
}

export interface LoadResult {
  readonly failed: number;
  /** Most calls up at the same moment. */
  readonly peak: number;
  /** From the first INVITE to the last BYE, in milliseconds. */
  readonly ms: number;
}

/** After the answer the caller waits for greeting and tone before it speaks: both, and some air. */
const listenMs = greetingSeconds * 1000 + 1000;

/** Makes the calls; settles when the last one is over. Calls that fail are counted, not thrown. */
export async function leaveMessages(load: Load): Promise<LoadResult> {
  const { folder } = load;
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(join(folder, 'speech.ul'), await speechOf(load.messageSeconds));
    const rows = load.numbers.map(({ to, from }) => `${to};${from};`);
    await writeFile(join(folder, 'numbers.csv'), `SEQUENTIAL\n${rows.join('\n')}\n`);
    await writeFile(join(folder, 'leave.xml'), scenario(folder, load.messageSeconds));
    const own = onPath('sipp');
    const args = await argumentsFor(load);
    const began = performance.now();
    // It ends with an error where a call failed; how many did is in its statistics.
    const failure = await run(
      own === undefined ? inRoot('/usr/bin/sipp', args, { bind: [folder] }) : { program: own, args },
    ).then(
      () => undefined,
      (error: unknown) => error,
    );
    const ms = performance.now() - began;
    return { ...(await statistics(join(folder, 'statistics.csv'), failure)), ms };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function argumentsFor(load: Load): Promise<string[]> {
  const { folder, server } = load;
  const mostSeconds = Math.ceil(load.calls / load.callsPerSecond + load.messageSeconds + 60);
  return Object.entries({
    sf: join(folder, 'leave.xml'),
    inf: join(folder, 'numbers.csv'),
    i: '127.0.0.1',
    p: String(await freePort('udp')),
    mi: '127.0.0.1',
    min_rtp_port: '30000',
    max_rtp_port: '32766',
    r: String(load.callsPerSecond),
    m: String(load.calls),
    l: '3000',
    fd: '1',
    stf: join(folder, 'statistics.csv'),
    timeout: `${mostSeconds}s`,
  })
    .flatMap(([flag, value]) => [`-${flag}`, value])
    .concat(['-trace_stat', '-nostdin', `${server.host}:${server.port}`]);
}

/** What SIPp counted, by its file of statistics. @param failure how it ended, where it did not end well */
export async function statistics(
  file: string,
  failure: unknown,
): Promise<Omit<LoadResult, 'ms'> & { readonly successful: number }> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const [head = [], ...rows] = text
    .trim()
    .split('\n')
    .map((line) => line.split(';'));
  const last = rows.at(-1);
  if (last === undefined) throw new Error('SIPp made no call', { cause: failure });
  const column = (row: readonly string[], name: string): number => Number(row[head.indexOf(name)]);
  return {
    successful: column(last, 'SuccessfulCall(C)'),
    failed: column(last, 'FailedCall(C)'),
    peak: Math.max(...rows.map((row) => column(row, 'CurrentCall'))),
  };
}

function scenario(folder: string, messageSeconds: number): string {
  const headers = (method: string, cseq: number, tag: string): string =>
    [
      'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport',
      'From: "Load [call_number]" <sip:[field1]@[local_ip]:[local_port]>;tag=[pid]u[call_number]',
      `To: <sip:[field0]@[remote_ip]:[remote_port]>${tag}`,
      'Call-ID: [call_id]',
      `CSeq: ${cseq} ${method}`,
      'Contact: <sip:[field1]@[local_ip]:[local_port]>',
      'Max-Forwards: 70',
    ].join('\n');
  const invite = `INVITE sip:[field0]@[remote_ip]:[remote_port] SIP/2.0
${headers('INVITE', 1, '')}
Allow: INVITE, ACK, BYE, CANCEL, UPDATE
Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [rtpstream_audio_port] RTP/AVP 0 101
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=ptime:20
`;
  const inside = (method: string, cseq: number): string =>
    `${method} [next_url] SIP/2.0\n${headers(method, cseq, '[peer_tag_param]')}\nContent-Length: 0\n\n`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<scenario name="leave a message">
<send retrans="500"><![CDATA[
${invite}]]></send>
<recv response="100" optional="true"/>
<recv response="180" optional="true"/>
<recv response="183" optional="true"/>
<recv response="200" rrs="true"/>
<send><![CDATA[
${inside('ACK', 1)}]]></send>
<pause milliseconds="${listenMs}"/>
<nop><action><exec rtp_stream="${folder}/speech.ul,1,0"/></action></nop>
<pause milliseconds="${messageSeconds * 1000}"/>
<send retrans="500"><![CDATA[
${inside('BYE', 2)}]]></send>
<recv response="200"/>
</scenario>
`;
}
