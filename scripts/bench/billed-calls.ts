/** Calls of several kinds by SIPp, with what SIPp itself knows of each: whether it came about, and how long it was up. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inRoot, onPath } from '../stack/machine.ts';
import { freePort } from '../stack/ports.ts';
import { run } from '../stack/run.ts';
import { statistics } from './sipp-load.ts';

/** Who ends the call, or that it is turned away as busy before it is answered. */
export type BilledKind = 'caller-ends' | 'switch-ends' | 'busy';

export interface BilledLoad {
  readonly server: { readonly host: string; readonly port: number };
  readonly kind: BilledKind;
  /** One a call, from its answer to its end where the caller ends it. */
  readonly calls: readonly { readonly to: string; readonly from: string; readonly holdMs: number }[];
  readonly callsPerSecond: number;
  /** Of the caller's own; made and removed. */
  readonly folder: string;
  readonly rtpPorts: readonly [least: number, most: number];
}

export interface BilledCalls {
  readonly successful: number;
  readonly failed: number;
  /** All by Call-ID, also those that failed. */
  readonly calls: ReadonlyMap<string, BilledCall>;
}

export interface BilledCall {
  readonly answered: boolean;
  /** Milliseconds from the answer to the end, where SIPp saw both. */
  readonly ms?: number;
}

export async function billedCalls(load: BilledLoad): Promise<BilledCalls> {
  const { folder, calls, kind } = load;
  await mkdir(folder, { recursive: true });
  try {
    const rows = calls.map(({ to, from, holdMs }) => `${to};${from};${holdMs};`);
    await writeFile(join(folder, 'calls.csv'), `SEQUENTIAL\n${rows.join('\n')}\n`);
    await writeFile(join(folder, 'call.xml'), scenario(kind));
    const own = onPath('sipp');
    const args = await argumentsFor(load);
    const failure = await run(
      own === undefined ? inRoot('/usr/bin/sipp', args, { bind: [folder] }) : { program: own, args },
    ).then(
      () => undefined,
      (error: unknown) => error,
    );
    const { successful, failed } = await statistics(join(folder, 'statistics.csv'), failure);
    const log = await readFile(join(folder, 'log.txt'), 'utf8').catch(() => '');
    return { successful, failed, calls: timesOf(log) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function argumentsFor({
  folder,
  server,
  calls,
  callsPerSecond,
  rtpPorts,
}: BilledLoad): Promise<string[]> {
  const longest = Math.max(...calls.map(({ holdMs }) => holdMs));
  const mostSeconds = Math.ceil(calls.length / callsPerSecond + longest / 1000 + 60);
  return Object.entries({
    sf: join(folder, 'call.xml'),
    inf: join(folder, 'calls.csv'),
    i: '127.0.0.1',
    p: String(await freePort('udp')),
    mi: '127.0.0.1',
    min_rtp_port: String(rtpPorts[0]),
    max_rtp_port: String(rtpPorts[1]),
    r: String(callsPerSecond),
    m: String(calls.length),
    l: '3000',
    fd: '1',
    stf: join(folder, 'statistics.csv'),
    log_file: join(folder, 'log.txt'),
    timeout: `${mostSeconds}s`,
  })
    .flatMap(([flag, value]) => [`-${flag}`, value])
    .concat(['-trace_stat', '-trace_logs', '-nostdin', `${server.host}:${server.port}`]);
}

/** Lines as `up CALL-ID TICK`, in milliseconds of SIPp's own clock: `made`, `up` and `end` of each call. */
function timesOf(log: string): Map<string, BilledCall> {
  const up = new Map<string, number>();
  const calls = new Map<string, BilledCall>();
  for (const line of log.split('\n')) {
    const [, what, id = '', tick] = /(made|up|end) (\S+) (\d+)\s*$/.exec(line) ?? [];
    if (what === 'up') up.set(id, Number(tick));
    const begun = up.get(id);
    const ended = what === 'end' && begun !== undefined;
    if (id !== '')
      calls.set(id, { answered: begun !== undefined, ...(ended ? { ms: Number(tick) - begun } : {}) });
  }
  return calls;
}

const note = (what: 'made' | 'up' | 'end'): string =>
  `<action><log message="${what} [call_id] [clock_tick]"/></action>`;

function scenario(kind: BilledKind): string {
  const headers = (method: string, cseq: number, tag: string): string =>
    [
      'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport',
      'From: <sip:[field1]@[local_ip]:[local_port]>;tag=[pid]b[call_number]',
      `To: <sip:[field0]@[remote_ip]:[remote_port]>${tag}`,
      'Call-ID: [call_id]',
      `CSeq: ${cseq} ${method}`,
      'Contact: <sip:[field1]@[local_ip]:[local_port]>',
      'Max-Forwards: 70',
    ].join('\n');
  const invite = `INVITE sip:[field0]@[remote_ip]:[remote_port] SIP/2.0
${headers('INVITE', 1, '')}
Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0 101
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
`;
  const inside = (method: string, cseq: number, to = '[next_url]'): string =>
    `${method} ${to} SIP/2.0\n${headers(method, cseq, '[peer_tag_param]')}\nContent-Length: 0\n\n`;
  const ok = [
    'SIP/2.0 200 OK',
    '[last_Via:]',
    '[last_From:]',
    '[last_To:]',
    '[last_Call-ID:]',
    '[last_CSeq:]',
    'Content-Length: 0',
    '',
    '',
  ].join('\n');
  const send = (text: string, attributes = ''): string => `<send${attributes}><![CDATA[\n${text}]]></send>`;
  const answered = [`<recv response="200" rrs="true">${note('up')}</recv>`, send(inside('ACK', 1))];
  const rest: Readonly<Record<BilledKind, readonly string[]>> = {
    'caller-ends': [
      ...answered,
      '<nop><action><assignstr assign_to="text" value="[field2]"/><todouble assign_to="hold" variable="text"/></action></nop>',
      '<pause variable="hold"/>',
      `<nop>${note('end')}</nop>`,
      send(inside('BYE', 2), ' retrans="500"'),
      '<recv response="200"/>',
    ],
    'switch-ends': [...answered, `<recv request="BYE">${note('end')}</recv>`, send(ok)],
    busy: [
      `<recv response="486">${note('end')}</recv>`,
      send(inside('ACK', 1, 'sip:[field0]@[remote_ip]:[remote_port]')),
    ],
  };
  return `<?xml version="1.0" encoding="UTF-8"?>
<scenario name="${kind}">
<nop>${note('made')}</nop>
${send(invite, ' retrans="500"')}
<recv response="100" optional="true"/>
<recv response="180" optional="true"/>
<recv response="183" optional="true"/>
${rest[kind].join('\n')}
</scenario>
`;
}
