import assert from 'node:assert/strict';
import { assert as check, nat, oneof, property, tuple, uint8Array } from 'fast-check';
import { EslGarbage } from '../../../app/media/esl/wire/errors.ts';
import { channelData, eventOf, percentDecoded } from '../../../app/media/esl/wire/event.ts';
import { FrameReader, mostHeaderBytes, type Frame } from '../../../app/media/esl/wire/frames.ts';
import { readTranscript, streamsOf, transcriptNames } from './transcript.ts';

const known = [
  'auth/request',
  'command/reply',
  'api/response',
  'text/event-json',
  'text/event-plain',
  'text/event-xml',
  'text/disconnect-notice',
  'text/rude-rejection',
];

/** What FreeSWITCH said in every recording, connection by connection. */
function recordings(): { name: string; bytes: Buffer }[] {
  return transcriptNames().flatMap((name) =>
    [...streamsOf(readTranscript(name), 'switch')].map(([connection, bytes]) => ({
      name: `${name} ${connection}`,
      bytes,
    })),
  );
}

function read(...chunks: Buffer[]): Frame[] {
  const reader = new FrameReader();
  return chunks.flatMap((chunk) => reader.push(chunk));
}

function readByBytes(bytes: Buffer): Frame[] {
  const reader = new FrameReader();
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length; at += 1) frames.push(...reader.push(bytes.subarray(at, at + 1)));
  return frames;
}

/** How much of the wire messages are, as far as the wire tells. */
function lengths(frames: readonly Frame[]): [number, number][] {
  return frames.map(({ headers, body }) => [headers.size, body.length]);
}

describe('What FreeSWITCH says on its event socket', function () {
  this.timeout(60_000);
  const all = recordings();

  it('is read whole: every message of every recording is one of those that there are', () => {
    assert.ok(all.length > 90, `${all.length} connections were recorded`);
    for (const { name, bytes } of all) {
      for (const frame of read(bytes)) {
        const type = frame.headers.get('Content-Type');
        assert.ok(type !== undefined && known.includes(type), `${name}: ${type}`);
        if (type === 'text/event-json' || type === 'text/event-plain')
          assert.notEqual(eventOf(frame)?.name ?? '', '', `${name}: an event without its name`);
      }
    }
  });

  it('is read the same however TCP cuts it: in two at every byte, byte by byte, anywhere', () => {
    const small = all.filter(({ bytes }) => bytes.length < 8_000);
    assert.ok(small.length > 5);
    for (const { name, bytes } of small) {
      const whole = read(bytes);
      for (let at = 1; at < bytes.length; at += 1)
        assert.deepEqual(
          lengths(read(bytes.subarray(0, at), bytes.subarray(at))),
          lengths(whole),
          `${name} at ${at}`,
        );
    }
    for (const { name, bytes } of all) {
      assert.deepEqual(readByBytes(bytes), read(bytes), name);
    }
  });

  it('is never an exception but one, whatever the bytes are', () => {
    const [{ bytes } = { bytes: Buffer.alloc(0) }] = all;
    const damaged = tuple(nat(bytes.length - 1), uint8Array({ maxLength: 40 })).map(([at, put]) =>
      Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + put.length)]),
    );
    const garbage = uint8Array({ maxLength: 400 }).map((put) => Buffer.from(put));
    check(
      property(oneof(damaged, garbage), (chunk) => {
        try {
          for (const frame of read(chunk)) {
            eventOf(frame);
            channelData(frame);
          }
        } catch (error) {
          assert.ok(error instanceof EslGarbage, String(error));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('is given up where headers have no end, or a body no sensible length', () => {
    const endless = Buffer.alloc(mostHeaderBytes, 'x');
    assert.throws(() => read(endless, endless), EslGarbage);
    for (const length of ['-1', '99999999999', '1e3', 'abc'])
      assert.throws(
        () => read(Buffer.from(`Content-Type: api/response\nContent-Length: ${length}\n\n`)),
        EslGarbage,
        length,
      );
  });
});

describe('Values of the event socket', () => {
  it('come through percent-encoding, also where a caller put what is none', () => {
    assert.equal(percentDecoded('Jos%C3%A9%20'), 'José ');
    assert.equal(percentDecoded('Jos%E9'), 'Jos�');
    assert.equal(percentDecoded('100%zz%4'), '100%zz%4');
  });

  it('a display name in Latin-1 is no end of the call: as recorded', () => {
    const [bytes] = streamsOf(readTranscript('12b-esl-server-latin1'), 'switch').values();
    const frames = read(bytes ?? Buffer.alloc(0));
    const [first] = frames;
    assert.ok(first !== undefined);
    assert.match(channelData(first).get('Caller-Caller-ID-Name') ?? '', /^Jos/);
    const events = frames.map(eventOf).filter((event) => event !== undefined);
    assert.ok(events.some((event) => event.name === 'CHANNEL_HANGUP_COMPLETE'));
  });

  it('several Diversion lines are several values, in JSON and in channel data', () => {
    const transcript = readTranscript('04h-callid-two-diversions-parse-all');
    const [bytes] = streamsOf(transcript, 'switch').values();
    const frames = read(bytes ?? Buffer.alloc(0));
    const [first] = frames;
    assert.ok(first !== undefined);
    assert.equal(channelData(first).all('variable_sip_i_diversion').length, 2);
  });
});
