/** SIPp as an independent SIP user agent: the machine's own, else the one of the Debian root. */
import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRoot, onPath } from '../../scripts/stack/machine.ts';
import { freePort } from '../../scripts/stack/ports.ts';
import { run } from '../../scripts/stack/run.ts';

export interface SippCall {
  readonly server: { readonly host: string; readonly port: number };
  /** User part of the request URI, with user parameters if any. */
  readonly requestUser: string;
  /** URI parameters of the request URI, each with its semicolon. */
  readonly uriParameters?: string;
  /** User part of To; the request's if absent. */
  readonly toUser?: string;
  /** Whole From value without tag. */
  readonly from: string;
  /** Further whole header lines. */
  readonly headers?: readonly string[];
  /** How long the call stays up, in milliseconds. */
  readonly holdMs?: number;
}

/** Makes one call that is answered, held and ended by SIPp. Rejects with SIPp's own words if anything went otherwise. */
export async function sippCall(call: SippCall): Promise<void> {
  const folder = join(tmpdir(), `sipp-${randomUUID()}`);
  await mkdir(folder);
  try {
    const scenario = join(folder, 'call.xml');
    await writeFile(scenario, scenarioOf(call));
    const [sip, media] = [await freePort('udp'), await freePort('udp')];
    const args = [
      '-sf',
      scenario,
      '-i',
      '127.0.0.1',
      '-p',
      String(sip),
      '-mi',
      '127.0.0.1',
      '-mp',
      String(media),
    ];
    args.push(
      '-m',
      '1',
      '-nostdin',
      '-timeout',
      '20s',
      '-timeout_error',
      `${call.server.host}:${call.server.port}`,
    );
    const own = onPath('sipp');
    await run(own === undefined ? inRoot('/usr/bin/sipp', args, { bind: [folder] }) : { program: own, args });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function scenarioOf(call: SippCall): string {
  const uri = `sip:${call.requestUser}@[remote_ip]:[remote_port]${call.uriParameters ?? ''}`;
  const to = `<sip:${call.toUser ?? call.requestUser}@[remote_ip]:[remote_port]>`;
  const common = (method: string, cseq: number, tag: string) =>
    [
      'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport',
      `From: ${call.from};tag=[pid]s[call_number]`,
      `To: ${to}${tag}`,
      'Call-ID: [call_id]',
      `CSeq: ${cseq} ${method}`,
      'Contact: <sip:sipp@[local_ip]:[local_port]>',
      'Max-Forwards: 70',
    ].join('\n');
  const sdp = [
    'v=0',
    'o=- 1 1 IN IP4 [local_ip]',
    's=-',
    'c=IN IP4 [media_ip]',
    't=0 0',
    'm=audio [media_port] RTP/AVP 0 101',
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:101 telephone-event/8000',
  ].join('\n');
  const extra = (call.headers ?? []).map((line) => `${line}\n`).join('');
  const invite = `INVITE ${uri} SIP/2.0\n${common('INVITE', 1, '')}\n${extra}Content-Type: application/sdp\nContent-Length: [len]\n\n${sdp}\n`;
  const ack = `ACK ${uri} SIP/2.0\n${common('ACK', 1, '[peer_tag_param]')}\nContent-Length: 0\n\n`;
  const bye = `BYE ${uri} SIP/2.0\n${common('BYE', 2, '[peer_tag_param]')}\nContent-Length: 0\n\n`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<scenario name="one call">
<send retrans="500"><![CDATA[
${invite}]]></send>
<recv response="100" optional="true"/>
<recv response="180" optional="true"/>
<recv response="200"/>
<send><![CDATA[
${ack}]]></send>
<pause milliseconds="${call.holdMs ?? 300}"/>
<send retrans="500"><![CDATA[
${bye}]]></send>
<recv response="200"/>
</scenario>
`;
}
