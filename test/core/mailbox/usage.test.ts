import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { judgeRoom, secondsFor, fullnessOf, type Limits } from '../../../app/core/mailbox/room.ts';
import { effectOf, envelopeBytes, usageOf } from '../../../app/core/mailbox/usage.ts';
import type { MediaId } from '../../../app/core/ids.ts';
import type { Message, Part, StoredPart } from '../../../app/core/message/message.ts';
import { sampleMessage } from '../../storage/sample.ts';

const part = fc.record({
  bytes: fc.nat(5_000_000),
  durationMs: fc.option(fc.nat(600_000), { nil: undefined }),
});

/** What may happen to one message of a mailbox, chosen by numbers. */
const happening = fc.oneof(
  fc.record({
    what: fc.constant('deposit' as const),
    parts: fc.array(part, { minLength: 1, maxLength: 4 }),
    urgent: fc.boolean(),
  }),
  fc.record({
    what: fc.constantFrom('hear', 'save', 'delete', 'restore', 'mark', 'archive', 'bring-back', 'purge'),
    which: fc.nat(),
  }),
  fc.record({ what: fc.constant('compress' as const), which: fc.nat(), to: fc.nat(100) }),
  fc.record({ what: fc.constant('convert' as const), which: fc.nat(), bytes: fc.nat(10_000_000) }),
);
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

function deposited({ parts, urgent }: Extract<Happening, { what: 'deposit' }>): Message {
  const all = parts.map(({ bytes, durationMs }, i): Part => ({
    media: `m${i}` as MediaId,
    contentType: 'application/octet-stream',
    bytes,
    ...(durationMs === undefined ? {} : { durationMs }),
    sha256: '',
  }));
  return sampleMessage({ urgent }, { urgent, parts: all });
}

function after(message: Message, event: Exclude<Happening, { what: 'deposit' }>): Message | undefined {
  switch (event.what) {
    case 'hear':
      return { ...message, state: message.state === 'new' ? 'heard' : message.state };
    case 'save':
      return { ...message, state: 'saved' };
    case 'delete':
      return { ...message, state: 'deleted' };
    case 'restore':
      return { ...message, state: 'new' };
    case 'mark':
      return { ...message, urgent: !message.urgent };
    case 'compress': {
      const stored = message.envelope.parts.map(({ media, contentType, bytes }, of): StoredPart => ({
        of,
        media,
        contentType,
        bytes: Math.floor((bytes * ('to' in event ? event.to : 0)) / 100),
      }));
      return { ...message, tier: 'compressed', stored };
    }
    case 'archive':
      return { ...message, tier: 'archived' };
    case 'bring-back':
      return { ...message, tier: message.stored === undefined ? 'live' : 'compressed' };
    case 'convert':
      return {
        ...message,
        derived: [
          {
            media: 'd' as MediaId,
            form: 'a/b',
            contentType: 'a/b',
            bytes: 'bytes' in event ? event.bytes : 0,
          },
        ],
      };
    case 'purge':
      return undefined;
  }
}

type Sum = Record<'new' | 'old' | 'urgent' | 'bytes' | 'seconds' | 'archived' | 'trash', number>;
const nothing: Sum = { new: 0, old: 0, urgent: 0, bytes: 0, seconds: 0, archived: 0, trash: 0 };

function plus(sum: Sum, effect: Partial<Sum>): Sum {
  const names = Object.keys(nothing) as (keyof Sum)[];
  return Object.fromEntries(names.map((name) => [name, sum[name] + (effect[name] ?? 0)])) as Sum;
}

describe('What messages take of a mailbox’s quota', () => {
  it('B6: whatever comes, changes and goes, what was added up is what is there', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 60 }), (events) => {
        const there: Message[] = [];
        let counted = nothing;
        for (const event of events) {
          if (event.what === 'deposit') {
            const message = deposited(event);
            counted = plus(counted, effectOf(undefined, message));
            there.push(message);
            continue;
          }
          const at = there.length === 0 ? -1 : event.which % there.length;
          const before = there[at];
          if (before === undefined) continue;
          const then = after(before, event);
          counted = plus(counted, effectOf(before, then));
          there.splice(at, 1, ...(then === undefined ? [] : [then]));
        }
        const anew = there.reduce((sum, one) => plus(sum, effectOf(undefined, one)), nothing);
        assert.deepEqual(counted, anew);
        for (const value of Object.values(counted)) assert.ok(value >= 0);
      }),
    );
  });

  it('B6: counts parts as they are kept, those in the trash apart, and nothing in the archive or of what was made of them', () => {
    const one = { media: 'a' as MediaId, contentType: 'audio/PCMU', sha256: '' };
    const parts = [
      { ...one, bytes: 80_000, durationMs: 10_001 },
      { ...one, bytes: 500 },
    ];
    const message = sampleMessage({}, { parts });
    const whole = { bytes: envelopeBytes + 80_500, seconds: 11, archived: 0 };
    assert.deepEqual(usageOf(message), whole);
    const inTrash = { bytes: 0, seconds: 0, archived: 0, trash: envelopeBytes + 80_500 };
    assert.deepEqual(usageOf({ ...message, state: 'deleted' }), inTrash);
    const stored = [{ of: 0, media: 'b' as MediaId, contentType: 'audio/ogg', bytes: 9000 }];
    assert.deepEqual(usageOf({ ...message, tier: 'compressed', stored }), {
      ...whole,
      bytes: envelopeBytes + 9500,
    });
    const archived = { ...message, tier: 'archived', stored } as const;
    assert.deepEqual(usageOf(archived), { bytes: 0, seconds: 0, archived: 1 });
    assert.deepEqual(usageOf({ ...archived, state: 'deleted' }), { bytes: 0, seconds: 0, archived: 0 });
  });
});

describe('Whether a mailbox takes more', () => {
  const limits: Limits = { maxMessages: 10, maxBytes: 1_000_000, maxSeconds: 100, urgentReservePercent: 20 };
  const holding = (messages: number, bytes = 0, seconds = 0, archived = 0) => ({
    counts: { new: messages, old: 0, urgent: 0 },
    usage: { bytes, seconds, archived },
  });
  const urgent = { urgent: true };
  const normal = { urgent: false };

  it('the largest share counts, and what is in the archive does not', () => {
    assert.deepEqual(fullnessOf(holding(5, 910_000, 40), limits), { percent: 91, measure: 'bytes' });
    assert.deepEqual(fullnessOf(holding(5, 10, 100), limits), { percent: 100, measure: 'seconds' });
    assert.deepEqual(fullnessOf(holding(12, 0, 0, 7), limits), { percent: 50, measure: 'messages' });
    assert.deepEqual(fullnessOf({ counts: { new: 3, old: 0, urgent: 0 } }, { maxMessages: 4 }), {
      percent: 75,
      measure: 'messages',
    });
    assert.equal(judgeRoom(holding(10), limits, normal), 'full');
    assert.equal(judgeRoom(holding(10, 0, 0, 1), limits, normal), 'fits');
  });

  it('what is too large for an empty mailbox never fits; what is urgent may take the reserve', () => {
    const size = (bytes: number, seconds = 0) => ({ bytes, seconds });
    assert.equal(judgeRoom(holding(0), limits, { ...normal, size: size(1_000_001) }), 'too-large');
    assert.equal(judgeRoom(undefined, limits, { ...normal, size: size(1_000_001) }), 'too-large');
    assert.equal(judgeRoom(holding(0), limits, { ...urgent, size: size(1_200_000) }), 'fits');
    assert.equal(judgeRoom(holding(3, 600_000), limits, { ...normal, size: size(500_000) }), 'full');
    assert.equal(judgeRoom(holding(3, 600_000), limits, { ...urgent, size: size(500_000) }), 'fits');
    assert.equal(judgeRoom(holding(10), limits, urgent), 'fits');
    assert.equal(judgeRoom(holding(12), limits, urgent), 'full');
    assert.equal(judgeRoom(holding(10), { maxMessages: 10 }, urgent), 'full');
    assert.equal(judgeRoom(undefined, { maxMessages: 1 }, normal), 'fits');
  });

  it('the share grows with every message, and never a message fits that does not fit as an urgent one', () => {
    const amount = fc.record({
      messages: fc.nat(15),
      bytes: fc.nat(1_500_000),
      seconds: fc.nat(150),
    });
    fc.assert(
      fc.property(amount, amount, ({ messages, bytes, seconds }, more) => {
        const mailbox = holding(messages, bytes, seconds);
        const then = holding(messages + more.messages, bytes + more.bytes, seconds + more.seconds);
        assert.ok(fullnessOf(then, limits).percent >= fullnessOf(mailbox, limits).percent);
        const coming = judgeRoom(mailbox, limits, { ...normal, size: more });
        if (coming !== 'fits') return;
        assert.equal(judgeRoom(mailbox, limits, { ...urgent, size: more }), 'fits');
        const with1 = holding(messages + 1, bytes + more.bytes, seconds + more.seconds);
        const { percent } = fullnessOf(with1, limits);
        assert.ok(percent <= 100, 'nothing is let in beyond the quota');
      }),
    );
  });

  it('a recording may be as long as what is left, and is not begun for less than ten seconds', () => {
    const rules = { ...limits, maxMessageSeconds: 60 };
    assert.equal(secondsFor(undefined, rules, false), 60);
    assert.equal(secondsFor(holding(1, 1000, 20), rules, false), 60);
    assert.equal(secondsFor(holding(1, 1000, 70), rules, false), 30);
    assert.equal(secondsFor(holding(1, 1_000_000 - 160_000 - envelopeBytes, 0), rules, false), 20);
    assert.equal(secondsFor(holding(1, 1000, 91), rules, false), 'full');
    assert.equal(secondsFor(holding(1, 1000, 91), rules, true), 29);
    assert.equal(secondsFor(holding(10), rules, false), 'full');
    assert.equal(secondsFor(holding(10), rules, true), 60);
    assert.equal(secondsFor(holding(12), rules, true), 'full');
    assert.equal(secondsFor(holding(1, 0, 95), { ...rules, maxMessageSeconds: 5 }, false), 5);
  });
});
