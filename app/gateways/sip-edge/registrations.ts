/**
 * Third-party REGISTER (3GPP TS 24.229, section 5.4.1.7): a network tells of whoever has registered with it. Nothing is bound by
 * it: this is no registrar (RFC 3261, section 10).
 */
import { parseNameAddr } from '../../core/address/name-addr.ts';
import type { E164 } from '../../core/ids.ts';
import type { Registration } from '../../ports/media.ts';
import type { Peers } from './peers.ts';
import { answer, hasTag, type SipHandler } from './sip.ts';

export interface RegistrationsDeps {
  readonly peers: Pick<Peers, 'trunkOf'>;
  readonly parse: (raw: string) => E164 | undefined;
  readonly onRegistered: (registration: Registration) => void;
  /** Milliseconds. */
  readonly now: () => number;
}

/** Numbers whose registrations are remembered; of one that is forgotten the next counts as the first. */
const mostKnown = 200_000;
/** RFC 3261, section 10.2.1.1, where the request does not say. */
const usualSeconds = 3600;
const mostSeconds = 604_800;

export function takeRegistrations({ peers, parse, onRegistered, now }: RegistrationsDeps): SipHandler {
  const until = new Map<E164, number>();
  return async (request) => {
    const trunk = await peers.trunkOf(request.peer.address, request.peer.port);
    if (trunk?.trusted !== true) return answer(403);
    if (hasTag(request.header('to'))) return answer(481);
    const expires = request.header('expires')?.trim() ?? String(usualSeconds);
    const user = parseNameAddr(request.header('to') ?? '')?.user ?? '';
    if (!/^\d{1,10}$/.test(expires) || user === '') return answer(400);
    const number = parse(user);
    if (number === undefined) return answer(404);
    const seconds = Math.min(Number(expires), mostSeconds);
    if (seconds === 0) until.delete(number);
    else {
      const fresh = (until.get(number) ?? 0) < now();
      if (until.size >= mostKnown) until.clear();
      until.set(number, now() + seconds * 1000);
      onRegistered({ number, fresh });
    }
    return answer(200, { Expires: String(seconds) });
  };
}
