import { createHash } from 'node:crypto';
import { Fault, isFault } from '../../core/errors.ts';
import { parseNameAddr } from '../../core/address/name-addr.ts';
import { parseUri } from '../../core/address/uri.ts';
import type { InboundText, OutboundText } from '../../ports/media.ts';
import { asFault } from './leg.ts';
import type { Phones } from './phones.ts';
import type { AriClient } from './wire/client.ts';
import type { TextMessageReceived } from './wire/resources.ts';

/** A trunk as the configuration names it. */
export interface Trunk {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Present on a line of the telephone network: no SIP. */
  readonly line?: unknown;
}

export interface TextDeps {
  readonly client: () => AriClient;
  readonly phones: Phones;
  readonly trunks: readonly Trunk[];
  /** Name of the trunk used where none is asked for. */
  readonly trunk: string;
}

/** What may stand as the user part of an address that we write. */
const addressable = /^\+?[0-9A-Za-z*#._-]{1,64}$/;

/** Sends a SIP MESSAGE (RFC 3428): to all of the number's own phones that are registered, if it has any, else over the trunk. */
export async function sendText(text: OutboundText, deps: TextDeps): Promise<void> {
  if (!addressable.test(text.to) || !addressable.test(text.from)) {
    throw new Fault('invalid', 'a text needs plain numbers', { temporary: false });
  }
  try {
    const trunk = trunkNamed(deps, text.trunk);
    const sent = await Promise.allSettled(
      (await destinations(text, trunk, deps)).map((to) =>
        deps.client().request('PUT', 'endpoints/sendMessage', undefined, {
          to,
          from: `sip:${text.from}@${trunk.host}`,
          body: text.body,
          variables: { 'X-Answerback-Id': text.id.replace(/[^\x21-\x7e]/g, '_').slice(0, 100) },
        }),
      ),
    );
    // One phone that has it is enough: sent again, it would come twice there.
    if (sent.every(({ status }) => status === 'rejected')) throw (sent[0] as PromiseRejectedResult).reason;
  } catch (error) {
    if (isFault(error, 'gateway-unavailable') || isFault(error, 'gateway-refused')) throw error;
    const fault = asFault(error);
    throw fault.temporary
      ? new Fault('gateway-unavailable', fault.message, { temporary: true, cause: error })
      : new Fault('gateway-refused', fault.message, { temporary: false, cause: error });
  }
}

async function destinations(text: OutboundText, trunk: Trunk, deps: TextDeps): Promise<readonly string[]> {
  const phones = await deps.phones.all(text.to);
  if (phones.length === 0) {
    if (trunk.line !== undefined)
      throw new Fault('gateway-refused', 'a line of the telephone network carries no texts', {
        temporary: false,
      });
    return [`pjsip:${trunk.name}/sip:${text.to}@${trunk.host}:${trunk.port}`];
  }
  const online = phones.filter((phone) => phone.online);
  if (online.length === 0)
    throw new Fault('gateway-unavailable', 'the phone is not registered', { temporary: true });
  return online.map((phone) => `pjsip:${phone.endpoint}`);
}

/** @throws Fault `invalid` if there is no such trunk. */
export function trunkNamed(deps: Pick<TextDeps, 'trunks' | 'trunk'>, name: string | undefined): Trunk {
  const trunk = deps.trunks.find((one) => one.name === (name ?? deps.trunk));
  if (trunk === undefined) throw new Fault('invalid', `no trunk ${name ?? deps.trunk}`, { temporary: false });
  return trunk;
}

/**
 * A text that came in. Asterisk empties bodies of 1,024 bytes and more: those are `truncated`.
 * @param next makes an id unique where the sender gave none
 */
export function readText(event: TextMessageReceived, phones: Phones, next: () => string): InboundText {
  const { message } = event;
  const headers = new Map(
    Object.entries(message.variables ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const header = (name: string) => headers.get(name.toLowerCase()) ?? '';
  const trunk = event.endpoint?.resource ?? '';
  const callId = header('Call-ID');
  const length = Number(header('Content-Length') || Number.NaN);
  const announced = Number.isNaN(length) ? message.body === '' : length > Buffer.byteLength(message.body);
  return {
    id: callId === '' ? next() : bounded(`${callId}:${header('CSeq').replace(/\D.*$/, '')}`),
    network: 'sip',
    trunk,
    // What a phone says of itself does not count: it is known by its registration.
    from:
      phones.numberOf(trunk) ??
      user(header('P-Asserted-Identity')) ??
      user(header('From')) ??
      user(message.from) ??
      '',
    ...(phones.isRegistered(trunk) ? { registered: true } : {}),
    to: user(header('To')) ?? user(message.to) ?? '',
    body: message.body,
    truncated: message.body === '' && announced,
    // RFC 3261, section 20.26.
    ...(/^(emergency|urgent)$/i.test(header('Priority').trim()) ? { urgent: true } : {}),
  };
}

/** An id of any length or alphabet as a key: what is plain and short stays as it is. */
function bounded(id: string): string {
  return /^[\x21-\x7e]{1,200}$/.test(id) ? id : createHash('sha256').update(id).digest('hex');
}

/** The user part of `"x" <sip:1@h>`, `pjsip:1@h` and the like. */
function user(address: string): string | undefined {
  if (address === '') return undefined;
  const text = address.replace(/\bpjsip:(?!sip)/i, 'sip:');
  return parseNameAddr(text)?.user || parseUri(text)?.user || undefined;
}
