/** What comes over connections: events of both switches, SIP, SMPP. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { parseDiversions, parseHistory, parseParty } from '../../../app/core/address/redirections.ts';
import { safeDisplay } from '../../../app/core/address/name-addr.ts';
import { parseUri } from '../../../app/core/address/uri.ts';
import { connectDrachtio, type Connection } from '../../../app/gateways/sip-edge/drachtio.ts';
import { hasTag } from '../../../app/gateways/sip-edge/sip.ts';
import { decodeDelivered } from '../../../app/gateways/smpp/decode.ts';
import { otherForms, readReceipt } from '../../../app/gateways/smpp/receipt.ts';
import { Wire } from '../../../app/gateways/smpp/wire.ts';
import { endpointOf, readFacts } from '../../../app/media/ari/facts.ts';
import { AriClient } from '../../../app/media/ari/wire/client.ts';
import type { AriEvent } from '../../../app/media/ari/wire/resources.ts';
import { EslGarbage } from '../../../app/media/esl/wire/errors.ts';
import { channelData, eventOf } from '../../../app/media/esl/wire/event.ts';
import { FrameReader, type Frame } from '../../../app/media/esl/wire/frames.ts';
import { readTranscript as drachtioTranscript } from '../../../test/gateways/sip-edge/transcript.ts';
import { readTranscript, streamsOf, transcriptNames } from '../../../test/media/esl/transcript.ts';
import { silentLog } from '../../../test/ports/silent-log.ts';
import { bytes, isPlain, text, type Target } from './target.ts';

const never = (): boolean => false;

function esl(from: 'switch' | 'application'): Target {
  const streams = transcriptNames()
    .flatMap((name) => [...streamsOf(readTranscript(name), from).values()])
    .map((stream) => stream.subarray(0, 8192));
  return {
    name: from === 'switch' ? 'frames of FreeSWITCH' : 'frames to FreeSWITCH',
    files: ['app/media/esl/wire/frames.ts', 'app/media/esl/wire/event.ts'],
    seeds: streams,
    words: [
      'Content-Length: ',
      'Content-Type: text/event-json\n',
      '\n\n',
      '%',
      '%C3',
      '{"a":[]}',
      'variable_',
      ': ',
    ],
    run(input) {
      const whole = framesOf([Buffer.from(input)]);
      // Wherever TCP cuts it, it is the same.
      const third = Math.ceil(input.length / 3);
      const cut = [input.subarray(0, third), input.subarray(third, third + 1), input.subarray(third + 1)];
      assert.deepEqual(framesOf(cut.map((one) => Buffer.from(one))), whole);
      for (const frame of whole.frames.slice(0, 50)) {
        eventOf(frame)?.get('variable_a');
        channelData(frame).get('Caller-Caller-ID-Number');
      }
    },
    refuses: never,
  };
}

function framesOf(chunks: readonly Buffer[]): { readonly frames: Frame[]; readonly garbage: boolean } {
  const reader = new FrameReader();
  const frames: Frame[] = [];
  try {
    for (const chunk of chunks) frames.push(...reader.push(chunk));
    return { frames, garbage: false };
  } catch (error) {
    if (!(error instanceof EslGarbage)) throw error;
    // How many came before it depends on the cut: the connection ends anyway.
    return { frames: [], garbage: true };
  }
}

/** A real client at a server that sends what it is given, then one event more: that one must still arrive. */
async function ari(): Promise<Target> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  let seen: () => void = () => undefined;
  const event = (message: AriEvent): void => {
    if (message.type === 'ApplicationReplaced') return;
    if (message.type === 'PlaybackFinished' && (message.playback as { id?: unknown }).id === 'the last one')
      return seen();
    if (message.type !== 'StasisStart') return;
    const channel = message.channel as unknown as { name?: unknown } | null;
    const [first] = Array.isArray(message.args) ? message.args : [];
    const endpoint = endpointOf(typeof channel?.name === 'string' ? channel.name : '');
    readFacts(typeof first === 'string' ? first : '', endpoint, '', new Set(['trunk']));
  };
  let far: WebSocket | undefined;
  const options = { user: 'a', password: 'b', apps: ['c'], timeoutMs: 10_000 };
  const client = new AriClient(
    { ...options, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    { connected: async () => undefined, event, disconnected: () => undefined, replaced: () => undefined },
    silentLog,
  );
  [far] = (await once(server, 'connection')) as [WebSocket];
  server.on('connection', (next: WebSocket) => (far = next));
  const channel = {
    id: '1.2',
    name: 'PJSIP/trunk-00000012',
    state: 'Ring',
    caller: { number: '+12025550123' },
  };
  const facts =
    '1|%2B12025550100|sip%3A%2B12025550100%40x|<sip%3Aa%40b>|"A" <sip%3A%2B12025550123%40x>||user;id';
  const events = [
    { type: 'StasisStart', args: [facts], channel },
    { type: 'ChannelDtmfReceived', digit: '1', channel },
    { type: 'ChannelDestroyed', cause: 16, channel },
    { type: 'RESTResponse', request_id: '1', status_code: 200, reason_phrase: 'OK', message_body: '{}' },
    { type: 'TextMessageReceived', message: { from: 'sip:a@b', to: 'sip:c@d', body: 'e', variables: {} } },
  ];
  const last = JSON.stringify({ type: 'PlaybackFinished', playback: { id: 'the last one' } });
  return {
    name: 'events of Asterisk',
    files: ['app/media/ari/wire/client.ts', 'app/media/ari/wire/resources.ts', 'app/media/ari/facts.ts'],
    seeds: events.map((one) => bytes(JSON.stringify(one))),
    words: [
      '"type":',
      'null',
      '[]',
      '{}',
      '"args":[null]',
      '%',
      '%7C',
      '|',
      '"channel":null',
      '\\ud800',
      '"__proto__":{}',
    ],
    run: (input) =>
      new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new TypeError('the next event did not come')), 5000);
        seen = () => {
          clearTimeout(timer);
          resolve();
        };
        far?.send(Buffer.from(input).toString('latin1'));
        far?.send(last);
      }),
    refuses: never,
    async close() {
      client.close();
      for (const one of server.clients) one.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function sipHeaders(): Target {
  return {
    name: 'headers of SIP',
    files: ['name-addr', 'uri', 'redirections'].map((one) => `app/core/address/${one}.ts`),
    seeds: [
      '"Ann (home)|x" <sip:+12025550123@x;user=phone>;tag=2',
      '<sip:+12025550104@x>;reason=no-answer;counter=1, <sip:+12025550105@x>;reason=unconditional',
      '<sip:+12025550105@x>;index=1, <sip:+12025550104@x?Reason=SIP%3Bcause%3D302>;index=1.1',
      'sip:+12025550100;npdi=yes@10.0.0.1;target=sip%3A%2B12025550101%40x;cause=486',
      'tel:+1-202-555-0123;phone-context=example.com',
    ].map(bytes),
    words: ['"', '\\', '<', '>', ';', ',', '?', '&', '%', '%00', 'sip:', '@', ';tag=', '[::1]', '\u{202e}'],
    run(input) {
      const header = text(input);
      hasTag(header);
      parseUri(header);
      parseHistory([header, header]);
      parseDiversions([header]);
      const party = parseParty(header);
      // oxlint-disable-next-line no-control-regex
      if (party?.name !== undefined) assert.doesNotMatch(safeDisplay(party.name), /[\u0000-\u001f\u202e]/);
    },
    refuses: never,
  };
}

/** A real connection to a server that lets it in, sends what it is given, and goes. */
async function drachtio(): Promise<Target> {
  let next: Uint8Array = new Uint8Array();
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (hello) => {
      const id = /^\d+#([^|]+)\|/.exec(hello.toString())?.[1] ?? '';
      const yes = `x|response|${id}|OK|udp/127.0.0.1:5060|v0.9`;
      socket.end(Buffer.concat([Buffer.from(`${yes.length}#${yes}`), next]));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const seeds = ['02-message', '03-subscribe-notify', '05-invite-redirect-proxy'].flatMap((name) =>
    drachtioTranscript(name).flatMap((one) =>
      one.kind === 'said' && one.from === 'server' ? [one.bytes] : [],
    ),
  );
  return {
    name: 'frames of drachtio',
    files: ['app/gateways/sip-edge/drachtio.ts'],
    seeds,
    words: ['|', '#', '9#', '\r\n', 'sip|network|', 'MESSAGE sip:', 'Content-Length: 99999\r\n', ' SIP/2.0'],
    run(input) {
      next = input;
      return new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new TypeError('nobody says that it is gone')), 5000);
        let connection: Connection | undefined = undefined;
        const down = (): void => {
          clearTimeout(timer);
          connection?.destroy();
          resolve();
        };
        connection = connectDrachtio({ host: '127.0.0.1', port, secret: 'x' }, ['message', 'subscribe'], {
          up: () => undefined,
          refused: down,
          down,
          request: (request) => void request.header('from'),
        });
      });
    },
    refuses: never,
    largest: 32_768,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** A deliver_sm with this esm_class, data_coding, content and optional parameters. */
function delivered(esm: number, coding: number, content: Buffer, options = Buffer.alloc(0)): Buffer {
  const addresses = Buffer.from('\0\x01\x0112025550123\0\x01\x0112025550199\0', 'latin1');
  const fields = Buffer.from([esm, 0, 0, 0, 0, 0, 0, coding, 0, content.length]);
  return Buffer.concat([addresses, fields, content, options]);
}

const receipt =
  'id:0123 sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:DELIVRD err:000 text:Hi';
const deliveries = [
  delivered(0, 0, Buffer.from('Hello there')),
  delivered(0x40, 0, Buffer.from('050003010201Hello', 'latin1')),
  delivered(0x40, 0, Buffer.concat([Buffer.from([5, 0, 3, 77, 2, 1]), Buffer.from('Hello')])),
  delivered(0x40, 8, Buffer.concat([Buffer.from([6, 8, 4, 1, 2, 3, 1]), Buffer.from('00480069', 'hex')])),
  delivered(0x40, 4, Buffer.concat([Buffer.from([6, 5, 4, 0x15, 0x81, 0, 0]), Buffer.from('Hi')])),
  delivered(4, 0, Buffer.from(receipt), Buffer.from('001e0004303132000427000102', 'hex')),
  delivered(0, 0, Buffer.alloc(0), Buffer.from('0424000548656c6c6f020c00020001020e000102020f000101', 'hex')),
];

function parts(): Target {
  return {
    name: 'texts of SMPP and their parts',
    files: ['app/gateways/smpp/decode.ts', 'app/gateways/smpp/receipt.ts'],
    seeds: deliveries,
    words: ['\x05\0\x03', '\x06\x08\x04', '\x04\x24', '\x02\x0c', '\xff\xff', 'id:', 'stat:', '\x1b', '\0'],
    run(input) {
      for (const kind of ['deliver_sm', 'data_sm'] as const) {
        let read;
        try {
          read = decodeDelivered(Buffer.from(input), 'gsm', kind);
        } catch (error) {
          if (!isPlain(error)) throw error;
          continue;
        }
        if (read.part !== undefined) assert.ok(read.part.number >= 1 && read.part.number <= read.part.total);
        const found = readReceipt(read);
        if (found !== undefined) otherForms(found.messageId);
      }
    },
    refuses: never,
  };
}

function smppWire(): Target {
  const pdu = (id: number, body: Buffer): Buffer => {
    const head = Buffer.alloc(16);
    [16 + body.length, id, 0, 1].forEach((value, i) => head.writeUInt32BE(value >>> 0, 4 * i));
    return Buffer.concat([head, body]);
  };
  return {
    name: 'stream of SMPP',
    files: ['app/gateways/smpp/wire.ts'],
    seeds: [
      ...deliveries.map((body) => pdu(5, body)),
      Buffer.concat([pdu(0x15, Buffer.alloc(0)), pdu(0x8000_0004, Buffer.from('id1\0'))]),
    ],
    words: ['\0\0\0\x10', '\0\0\x40\0', '\x80\0\0\x04', '\0\0\0\0'],
    async run(input) {
      const far = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
      const socket = Object.assign(far, { setNoDelay: () => far, destroySoon: () => far.destroy() });
      const wire = new Wire(
        socket as unknown as Socket,
        ({ sequence }, on) => void on.respond('deliver_sm_resp', sequence),
      );
      const asked = wire.request('submit_sm', {}, 60_000).catch(() => undefined);
      const half = input.length >> 1;
      for (const chunk of [input.subarray(0, half), input.subarray(half)])
        far.emit('data', Buffer.from(chunk));
      wire.destroy();
      await Promise.all([wire.closed, asked]);
    },
    refuses: never,
  };
}

export async function wires(): Promise<Target[]> {
  return [
    esl('switch'),
    esl('application'),
    await ari(),
    sipHeaders(),
    await drachtio(),
    parts(),
    smppWire(),
  ];
}
