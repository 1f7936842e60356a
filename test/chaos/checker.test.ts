import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeEnvelope } from '../../app/core/envelope/envelope.ts';
import type { E164, MediaId, MessageId } from '../../app/core/ids.ts';
import { judge, wrongOf, type Verdict } from '../../scripts/chaos/checker.ts';
import type { Evidence, Text } from '../../scripts/chaos/evidence.ts';
import type { Fault } from '../../scripts/chaos/faults.ts';
import type { Listening, Witness } from '../../scripts/chaos/load.ts';
import { isUnharmed } from '../../scripts/chaos/same-sound.ts';
import { babble } from '../audio/babble.ts';

const dayMs = 86_400_000;
const callers: Witness[] = [0, 1, 2].map((n) => ({
  from: `+1415500000${n}`,
  to: `+1202555013${n}`,
  sound: babble(1500, n),
  began: 100_000 * (n + 1),
  ended: 100_000 * (n + 1) + 5000,
  byKey: false,
  finished: true,
}));
const silence = Buffer.alloc(1600, 0xff);

/** What a run leaves in which all went well. */
function right() {
  const stored = new Map<string, Uint8Array>();
  const messages = callers.map(({ from, to, sound, began }, n) => {
    const media = `sip:${n}`;
    const bytes = Buffer.concat([silence, sound, silence]);
    stored.set(media, bytes);
    const at = performance.timeOrigin + began;
    const fresh = { _id: `m${n}`, mailbox: `box${n}`, sender: from, state: n === 0 ? 'heard' : 'new' };
    const times = {
      received: new Date(at),
      expires: new Date(at + dayMs),
      referenceExpires: new Date(at + dayMs),
    };
    return { ...fresh, ...times, reference: `123456789${n}`, envelope: envelopeOf(n, bytes, from, to) };
  });
  const texts: Text[] = callers.map(({ to, ended }, n) => ({
    to,
    body: `call +1,,123456789${n}#`,
    at: ended + 500,
  }));
  return {
    messages,
    mailboxes: callers.map(({ to }, n) => ({
      _id: `box${n}`,
      numbers: [to],
      counts: { new: n === 0 ? 0 : 1, old: n === 0 ? 1 : 0 },
    })),
    notifications: callers.map((_, n) => ({ message: `m${n}`, kind: 'notice', tries: 1 })),
    media: [...stored.keys()],
    stored,
    recordings: ['1234567890~-~17~x~f.ulaw'],
    deposits: ['cdrs/host~1~2.cdrs', 'damaged/1.2.deposit.3.partial'],
    texts,
    callers,
    listeners: [] as Listening[],
    faults: [] as Fault[],
  };
}
type World = ReturnType<typeof right>;

function envelopeOf(n: number, bytes: Uint8Array, from: string, to: string, media = `sip:${n}`): string {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return writeEnvelope({
    id: `m${n}` as MessageId,
    kind: 'voice',
    origin: { network: 'sip', id: `${n}` },
    from: { number: from, private: false },
    to: to as E164,
    received: new Date(0),
    urgent: false,
    confidential: false,
    cut: false,
    parts: [{ media: media as MediaId, contentType: 'audio/PCMU', bytes: bytes.length, sha256 }],
  });
}

/** The words that the checker has for it. */
async function wrong(change: (world: World) => void): Promise<string[]> {
  const world = right();
  change(world);
  const evidence: Evidence = {
    ...world,
    sound: async (media) => world.stored.get(media) ?? new Uint8Array(),
  };
  return wrongOf(await judge(evidence, world, world.faults))
    .filter(([, which]) => which.length > 0)
    .map(([what]) => what);
}

/** The store and the envelope agree on other sound. */
function restore(world: World, n: number, sound: Uint8Array, media = `sip:${n}`): void {
  const { from, to } = callers[n]!;
  world.stored.delete(`sip:${n}`);
  world.stored.set(media, sound);
  world.media = [...world.stored.keys()];
  world.messages[n] = { ...world.messages[n]!, envelope: envelopeOf(n, sound, from, to, media) };
}

/** So much of its end is missing. */
const shortened = (n: number, ms: number): Buffer => Buffer.concat([silence, said(n).subarray(0, -ms * 8)]);

function said(n: number): Buffer {
  return callers[n]!.sound;
}

const call =
  (n: number, change: Partial<Witness>) =>
  (world: World): void => {
    world.callers = callers.map((one, i) => (i === n ? { ...one, ...change } : one));
  };
const fault = (kind: Fault['kind'], from: number, to: number): Fault => ({ kind, ms: to - from, from, to });
const listening = (change: Partial<Listening>): Listening => ({
  reference: '1234567890',
  began: 500_000,
  ended: 510_000,
  heard: false,
  quiet: false,
  ...change,
});

const cases: readonly [what: string, words: (keyof Verdict)[], change: (world: World) => void][] = [
  ['a run in which all went well', [], () => undefined],
  ['a message is gone', ['lost', 'leaked', 'miscounted'], ({ messages }) => messages.splice(1, 1)],
  [
    'a message is there twice',
    ['doubled', 'untold', 'miscounted'],
    ({ messages }) => messages.push({ ...messages[1]!, _id: 'm1-again', reference: '0000000000' }),
  ],
  ['another’s sound', ['corrupted'], (world) => restore(world, 1, said(2))],
  [
    'sound of which the end is missing',
    ['corrupted'],
    (world) => restore(world, 1, said(1).subarray(0, 9000)),
  ],
  [
    'sound with a hole, though as a whole it is alike',
    ['corrupted'],
    (world) =>
      restore(
        world,
        1,
        Buffer.concat([said(1).subarray(0, 4000), Buffer.alloc(2400, 0xff), said(1).subarray(6400)]),
      ),
  ],
  [
    'halves in another order',
    ['corrupted'],
    (world) => restore(world, 1, Buffer.concat([said(1).subarray(6000), said(1).subarray(0, 6000)])),
  ],
  [
    'a packet that was lost on the way is no fault of the store',
    [],
    (world) => restore(world, 1, Buffer.concat([said(1).subarray(0, 5000), said(1).subarray(5160)])),
  ],
  [
    'a quarter of a second that the dialplan took off the end that a key made',
    [],
    (world) => {
      call(1, { byKey: true })(world);
      restore(world, 1, shortened(1, 250), 'sip:1~f');
    },
  ],
  [
    'as much off the end of who hung up at the dialplan',
    ['corrupted'],
    (world) => restore(world, 1, shortened(1, 250), 'sip:1~f'),
  ],
  [
    'as much off the end of who pressed a key at a controller',
    ['corrupted'],
    (world) => {
      call(1, { byKey: true })(world);
      restore(world, 1, shortened(1, 250));
    },
  ],
  [
    'twice as much off the end that a key made at the dialplan',
    ['corrupted'],
    (world) => {
      call(1, { byKey: true })(world);
      restore(world, 1, shortened(1, 500), 'sip:1~f');
    },
  ],
  ['bytes that are not those of the envelope', ['corrupted'], ({ stored }) => stored.set('sip:1', said(1))],
  [
    'of a call that was broken off: the sound of another',
    ['corrupted'],
    (world) => {
      restore(world, 1, said(2));
      world.faults.push(fault('asterisk', 201_000, 202_000));
    },
  ],
  [
    'of a call that was broken off: as far as it went',
    [],
    (world) => {
      restore(world, 1, Buffer.concat([silence, said(1).subarray(0, 4000)]));
      world.faults.push(fault('asterisk', 201_000, 202_000));
    },
  ],
  [
    'a message in another mailbox',
    ['misdelivered', 'miscounted'],
    ({ messages }) => (messages[1] = { ...messages[1]!, mailbox: 'box2' }),
  ],
  [
    'somebody else is told',
    ['misdelivered'],
    ({ texts }) => (texts[1] = { ...texts[1]!, to: callers[2]!.to }),
  ],
  [
    'a message of nobody',
    ['misdelivered', 'lost'],
    ({ messages }) => (messages[1] = { ...messages[1]!, sender: '+19995550000' }),
  ],
  ['nobody is told', ['untold'], ({ texts }) => texts.splice(1, 1)],
  [
    'told twice: half a minute after the last fault',
    ['toldTwiceForNothing'],
    (world) => {
      world.texts.push({ ...world.texts[1]!, at: 206_500 });
      world.notifications[1]!.tries = 2;
      world.faults.push(fault('controller', 170_000, 175_000));
    },
  ],
  [
    'told twice: the controller died as the first went out',
    [],
    (world) => {
      world.texts.push({ ...world.texts[1]!, at: 236_500 });
      world.notifications[1]!.tries = 2;
      world.faults.push(fault('controller', 205_600, 208_000));
    },
  ],
  [
    'told twice as something broke, and only one try was noted',
    ['toldTwiceForNothing'],
    (world) => {
      world.texts.push({ ...world.texts[1]!, at: 236_500 });
      world.faults.push(fault('controller', 205_600, 208_000));
    },
  ],
  [
    'told twice as a clock was set',
    ['toldTwiceForNothing'],
    (world) => {
      world.texts.push({ ...world.texts[1]!, at: 206_500 });
      world.notifications[1]!.tries = 2;
      world.faults.push(fault('clock', 205_000, 209_000));
    },
  ],
  ['media that belong to no message', ['leaked'], ({ media }) => media.push('sip:9')],
  ['a deposit that waits for ever', ['leaked'], ({ deposits }) => deposits.push('0a1b.deposit')],
  ['a deposit that was set aside', ['leaked'], ({ deposits }) => deposits.push('damaged/1.0a1b.deposit')],
  ['a recording that nobody took in', ['leaked'], ({ recordings }) => recordings.push('+1~-~1~x~0.wav')],
  [
    'a time that a clock that was set has made',
    ['mistimed'],
    ({ messages }) => (messages[1] = { ...messages[1]!, received: new Date(Date.now() + 5 * 3_600_000) }),
  ],
  [
    'kept longer than the class says',
    ['mistimed'],
    ({ messages }) => (messages[1] = { ...messages[1]!, expires: new Date(Date.now() + 4 * dayMs) }),
  ],
  [
    'a message without an end',
    ['mistimed'],
    ({ messages }) => (messages[1] = { ...messages[1]!, expires: undefined! }),
  ],
  ['a counter of what was heard', ['miscounted'], ({ mailboxes }) => (mailboxes[0]!.counts.old = 0)],
  ['nobody took the call', ['turnedAway'], call(1, { finished: false })],
  [
    'nobody took the call while the switch was down',
    [],
    (world) => {
      call(1, { finished: false })(world);
      world.faults.push(fault('asterisk', 190_000, 201_000));
    },
  ],
  ['a subscriber does not hear it', ['unheard'], ({ listeners }) => listeners.push(listening({}))],
  [
    'a subscriber does not hear it, near a fault',
    [],
    (world) => {
      world.listeners.push(listening({}));
      world.faults.push(fault('ferretdb', 480_000, 495_000));
    },
  ],
  [
    'a subscriber does not hear it when all is quiet',
    ['unheard'],
    (world) => {
      world.listeners.push(listening({ quiet: true }));
      world.faults.push(fault('ferretdb', 480_000, 495_000));
    },
  ],
];

describe('Whether a sound is unharmed', () => {
  const said = babble(6000, 7);
  const quiet = Buffer.alloc(2400, 0xff);
  const ms = (from: number, to: number): Buffer => said.subarray(from * 8, to * 8);
  const stored = (...parts: Buffer[]): Buffer => Buffer.concat([quiet, ...parts, quiet]);

  it('it is, with silence around it, and if the last packets went under when the caller hung up', () => {
    for (const sound of [stored(said), said, Buffer.concat([quiet, ms(0, 5940)])])
      assert.ok(isUnharmed(sound, said));
  });

  it('it is not with a packet lost or doubled anywhere, a gap of silence, or an end that was cut', () => {
    for (const at of [100, 400, 700, 3000, 5400, 5600, 5800]) {
      assert.ok(!isUnharmed(stored(ms(0, at), ms(at + 20, 6000)), said), `lost at ${at}`);
      assert.ok(!isUnharmed(stored(ms(0, at), ms(at - 20, 6000)), said), `doubled at ${at}`);
    }
    for (const at of [0, 500, 2000, 5300]) {
      const gap = Buffer.alloc(8 * 300, 0xff);
      assert.ok(!isUnharmed(stored(ms(0, at), gap, ms(at + 300, 6000)), said), `silence at ${at}`);
    }
    for (const end of [0, 1000, 5000, 5700])
      assert.ok(!isUnharmed(stored(ms(0, end)), said), `cut at ${end}`);
    assert.ok(!isUnharmed(stored(babble(6000, 8)), said), 'another');
    assert.ok(!isUnharmed(new Uint8Array(), said), 'nothing');
  });
});

describe('The checker of chaos', () => {
  for (const [what, words, change] of cases)
    it(`${what}: ${words.length === 0 ? 'nothing is wrong' : words.join(', ')}`, async () => {
      assert.deepEqual((await wrong(change)).toSorted(), words.toSorted());
    });
});
