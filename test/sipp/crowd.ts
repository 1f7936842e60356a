/** Many callers at once with SIPp, who all say the same. */
import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRoot, onPath } from '../../scripts/stack/machine.ts';
import { freePort } from '../../scripts/stack/ports.ts';
import { run } from '../../scripts/stack/run.ts';

export interface Crowd {
  readonly server: { readonly host: string; readonly port: number };
  readonly to: string;
  /** So many calls, all within a second. */
  readonly calls: number;
  /** From the answer to the first word: over greeting and tone, in milliseconds. */
  readonly listenMs: number;
  /** µ-law. */
  readonly says: Buffer;
  /** From here on the callers have numbers. */
  readonly firstNumber: string;
}

/** Resolves when all have spoken and hung up. Rejects with SIPp's own words if any call went otherwise. */
export async function sippCrowd(crowd: Crowd): Promise<void> {
  const folder = join(tmpdir(), `sipp-${randomUUID()}`);
  await mkdir(folder);
  try {
    const [scenario, sound] = [join(folder, 'crowd.xml'), join(folder, 'says.ulaw')];
    await writeFile(scenario, scenarioOf(crowd, sound));
    await writeFile(sound, crowd.says);
    const { host, port } = crowd.server;
    const each = String(crowd.calls);
    const args = ['-sf', scenario, '-i', '127.0.0.1', '-mi', '127.0.0.1', '-m', each, '-l', each, '-r', each];
    args.push('-p', String(await freePort('udp')), '-min_rtp_port', '33000', '-max_rtp_port', '38000');
    args.push('-nostdin', '-timeout', '60s', '-timeout_error', `${host}:${port}`);
    const own = onPath('sipp');
    await run(own === undefined ? inRoot('/usr/bin/sipp', args, { bind: [folder] }) : { program: own, args });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function scenarioOf({ to, firstNumber, listenMs, says }: Crowd, sound: string): string {
  const uri = `sip:${to}@[remote_ip]:[remote_port]`;
  const from = `<sip:${firstNumber}[call_number]@[local_ip]:[local_port]>;tag=[pid]s[call_number]`;
  const request = (method: string, cseq: number, tag: string, more: readonly string[]): string =>
    [
      `${method} ${uri} SIP/2.0`,
      'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport',
      `From: ${from}`,
      `To: <${uri}>${tag}`,
      'Call-ID: [call_id]',
      `CSeq: ${cseq} ${method}`,
      'Contact: <sip:sipp@[local_ip]:[local_port]>',
      'Max-Forwards: 70',
      ...more,
    ].join('\n');
  const sdp = [
    'Content-Type: application/sdp',
    'Content-Length: [len]',
    '',
    'v=0',
    'o=- 1 1 IN IP4 [local_ip]',
    's=-',
    'c=IN IP4 [media_ip]',
    't=0 0',
    'm=audio [rtpstream_audio_port] RTP/AVP 0 101',
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:101 telephone-event/8000',
  ];
  const empty = ['Content-Length: 0', ''];
  const send = (text: string): string => `<![CDATA[\n${text}\n]]></send>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<scenario name="a crowd">
<send retrans="500">${send(request('INVITE', 1, '', sdp))}
<recv response="100" optional="true"/>
<recv response="180" optional="true"/>
<recv response="200"/>
<send>${send(request('ACK', 1, '[peer_tag_param]', empty))}
<pause milliseconds="${listenMs}"/>
<nop><action><exec rtp_stream="${sound},1,0,PCMU/8000"/></action></nop>
<pause milliseconds="${Math.round(says.length / 8) + 200}"/>
<send retrans="500">${send(request('BYE', 2, '[peer_tag_param]', empty))}
<recv response="200"/>
</scenario>
`;
}
