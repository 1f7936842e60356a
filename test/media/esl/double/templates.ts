/** What each event looks like: its headers as a real FreeSWITCH sent them, from the recordings. */
import { channelData, eventHeaders, FrameReader } from './recorded.ts';
import { readTranscript, streamsOf } from '../transcript.ts';

export type Value = string | readonly string[];
export type Headers = Map<string, Value>;

/** Where an event is taken from: the first of that name there. */
const sources: readonly (readonly [transcript: string, events: readonly string[]])[] = [
  [
    '01a-record-dtmf-hash',
    [
      'CHANNEL_EXECUTE',
      'CHANNEL_ANSWER',
      'CHANNEL_EXECUTE_COMPLETE',
      'PLAYBACK_START',
      'PLAYBACK_STOP',
      'RECORD_START',
      'RECORD_STOP',
      'DTMF',
      'CHANNEL_HANGUP',
      'CHANNEL_HANGUP_COMPLETE',
    ],
  ],
  [
    '05a-outdial-park',
    ['CHANNEL_CREATE', 'CHANNEL_ORIGINATE', 'CHANNEL_PROGRESS', 'CHANNEL_PARK', 'BACKGROUND_JOB'],
  ],
  ['05i-bridge-from-socket', ['CHANNEL_BRIDGE', 'CHANNEL_UNBRIDGE']],
  ['06a-sip-message-received', ['MESSAGE', 'CUSTOM sofia::error']],
  ['06c-sip-message-send-sms-event', ['CUSTOM SMS::DELIVERY_REPORT']],
  ['07f-mwi-app-answers-message-query', ['MESSAGE_QUERY']],
  [
    '08b-fax-t38',
    [
      'CUSTOM spandsp::rxfaxnegociateresult',
      'CUSTOM spandsp::rxfaxpageresult',
      'CUSTOM spandsp::rxfaxresult',
    ],
  ],
];

/** The same of channels that the switch dialled. */
const outboundSources: typeof sources = [
  [
    '05a-outdial-park',
    [
      'CHANNEL_CREATE',
      'CHANNEL_ORIGINATE',
      'CHANNEL_PROGRESS',
      'CHANNEL_ANSWER',
      'CHANNEL_EXECUTE',
      'CHANNEL_EXECUTE_COMPLETE',
      'CHANNEL_PARK',
      'PLAYBACK_START',
      'PLAYBACK_STOP',
      'CHANNEL_HANGUP',
      'CHANNEL_HANGUP_COMPLETE',
    ],
  ],
];

const known = new Map<string, Headers>();
const knownOutbound = new Map<string, Headers>();

/**
 * @param name as CHANNEL_ANSWER, or `CUSTOM subclass`
 * @param outbound of a channel that the switch dialled, where a recording shows it
 */
export function template(name: string, outbound = false): Headers {
  if (known.size === 0) {
    load(sources, known);
    load(outboundSources, knownOutbound);
  }
  const headers = (outbound ? knownOutbound.get(name) : undefined) ?? known.get(name);
  if (headers === undefined) throw new Error(`no recording shows the event ${name}`);
  return new Map(headers);
}

let inbound: Headers | undefined;
/** The reply to `connect`: every header of the channel and its variables. */
export function channelTemplate(): Headers {
  if (inbound === undefined) {
    const [bytes = Buffer.alloc(0)] = streamsOf(readTranscript('01a-record-dtmf-hash'), 'switch').values();
    const [first] = new FrameReader().push(bytes);
    if (first === undefined) throw new Error('nothing was recorded');
    inbound = channelData(first);
  }
  return new Map(inbound);
}

function load(from: typeof sources, into: Map<string, Headers>): void {
  for (const [name, events] of from) {
    for (const [, bytes] of streamsOf(readTranscript(name), 'switch')) {
      for (const frame of new FrameReader().push(bytes)) {
        const headers = eventHeaders(frame);
        if (headers === undefined) continue;
        const subclass = headers.get('Event-Subclass');
        const event =
          String(headers.get('Event-Name')) + (subclass === undefined ? '' : ` ${String(subclass)}`);
        if (events.includes(event) && !into.has(event)) into.set(event, headers);
      }
    }
  }
}
