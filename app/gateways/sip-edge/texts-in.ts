/** SIP MESSAGE that comes in (RFC 3428): answered 202 when it is safe, and not before. */
import { createHash } from 'node:crypto';
import { parseNameAddr } from '../../core/address/name-addr.ts';
import { parseParty } from '../../core/address/redirections.ts';
import { isTemporary } from '../../core/errors.ts';
import type { Log } from '../../ports/log.ts';
import type { InboundText } from '../../ports/media.ts';
import type { EdgeTrunk, Peers } from './peers.ts';
import { answer, hasTag, tryLater, type SipHandler, type SipReply, type SipRequest } from './sip.ts';

export interface TextsInDeps {
  readonly peers: Peers;
  /** Longest body, in bytes. */
  readonly mostBytes: number;
  /** Takes a text; resolved = safe. The same id can come again. */
  readonly onText: (text: InboundText) => Promise<void>;
  readonly log: Log;
}

const accepted = { Accept: 'text/plain', 'Accept-Encoding': 'identity' };

export function takeTexts(deps: TextsInDeps): SipHandler {
  return async (request) => {
    const trunk = await deps.peers.trunkOf(request.peer.address, request.peer.port);
    if (trunk === undefined) return answer(403);
    if (hasTag(request.header('to'))) return answer(481);
    const wrong = contentFault(request, deps.mostBytes);
    if (wrong !== undefined) return wrong;
    const callId = request.header('call-id') ?? '';
    const to = parseNameAddr(request.uri)?.user || parseNameAddr(request.header('to') ?? '')?.user;
    const from = senderOf(request, trunk);
    if (callId === '' || to === undefined || to === '' || from === undefined) return answer(400);
    try {
      await deps.onText({
        id: bounded(`${callId}:${(request.header('cseq') ?? '').trim().replace(/\D.*$/s, '')}`),
        network: 'sip',
        trunk: trunk.name,
        from,
        to,
        body: request.body,
        truncated: false,
      });
    } catch (error) {
      deps.log.warn('a text over SIP was not taken', { error, trunk: trunk.name });
      return isTemporary(error) ? tryLater() : answer(403);
    }
    return answer(202);
  };
}

/** What is no plain text that can be read. */
function contentFault(request: SipRequest, mostBytes: number): SipReply | undefined {
  const announced = Number(request.header('content-length') ?? 0);
  if (Buffer.byteLength(request.body) > mostBytes || announced > mostBytes) return answer(413);
  const encoding = (request.header('content-encoding') ?? 'identity').trim().toLowerCase();
  if (encoding !== 'identity') return answer(415, accepted);
  const [type = '', ...parameters] = (request.header('content-type') ?? '').toLowerCase().split(';');
  if (type.trim() !== 'text/plain') return answer(415, accepted);
  const charset = parameters
    .map((one) => /^\s*charset\s*=\s*"?([\w-]+)"?\s*$/.exec(one)?.[1])
    .find((one) => one !== undefined);
  const readable = charset === undefined || charset === 'utf-8' || charset === 'us-ascii';
  // Bytes of another alphabet, named or not, have been lost on the way here.
  const lost = request.body.includes('\u{fffd}');
  // oxlint-disable-next-line no-control-regex
  if (lost || (!readable && /[^\u0000-\u007f]/.test(request.body)))
    return answer(415, { ...accepted, Accept: 'text/plain;charset=UTF-8' });
  return undefined;
}

/** P-Asserted-Identity (RFC 3325) from a trunk that is believed, else From. */
function senderOf(request: SipRequest, trunk: EdgeTrunk): string | undefined {
  const asserted = trunk.trusted ? parseParty(request.header('p-asserted-identity') ?? '') : undefined;
  return (asserted ?? parseParty(request.header('from') ?? ''))?.number.slice(0, 64);
}

/** An id of any length or alphabet as a key: what is plain and short stays as it is. */
function bounded(id: string): string {
  return /^[\x21-\x7e]{1,200}$/.test(id) ? id : createHash('sha256').update(id).digest('hex');
}
