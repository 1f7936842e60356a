import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { MessageState } from '../../../app/core/message/message.ts';
import { homeOf } from '../../../app/core/replication/home-of.ts';
import {
  advanceMessage,
  joinMessages,
  messageFingerprint,
  type MessageRegister,
} from '../../../app/core/replication/message-register.ts';
import {
  advanceProfile,
  canonical,
  chosenByPath,
  fromCanonical,
  joinProfiles,
} from '../../../app/core/replication/profile-register.ts';
import { readReplicaHead } from '../../../app/core/replication/read-replica.ts';

const n = fc.nat(3);
const states: readonly MessageState[] = ['new', 'heard', 'saved', 'deleted'];
const message: fc.Arbitrary<MessageRegister> = fc
  .record(
    {
      state: fc.record({ n, value: fc.constantFrom(...states) }),
      urgent: fc.record({ n, value: fc.boolean() }),
      heardAt: fc.nat(5),
      deletedAt: fc.nat(5),
      transcript: fc.constantFrom('', 'a', 'b'),
      times: fc.constantFrom('', '0 1.1', '0 2.2'),
    },
    { requiredKeys: ['state', 'urgent'] },
  )
  .map(({ times, ...one }) => {
    const timed = one.transcript !== undefined && times !== undefined;
    return timed ? { ...one, times } : one;
  });
const setting = fc.record({ n, value: fc.constantFrom('null', '1', '2') });
const profile = fc.dictionary(fc.constantFrom('status', 'settings.name', 'credential'), setting);

function isJoin<T>(some: fc.Arbitrary<T>, join: (a: T, b: T) => T, text: (one: T) => string): void {
  fc.assert(
    fc.property(some, some, some, (a, b, c) => {
      assert.equal(text(join(a, b)), text(join(b, a)), 'commutative');
      assert.equal(text(join(join(a, b), c)), text(join(a, join(b, c))), 'associative');
      assert.equal(text(join(a, a)), text(a), 'idempotent');
      assert.equal(text(join(join(a, b), b)), text(join(a, b)), 'what is known changes nothing');
    }),
    { numRuns: 2000 },
  );
}

describe('core/replication: nodes agree whatever order things come in', () => {
  it('flags of messages join', () => isJoin(message, joinMessages, messageFingerprint));

  it('times are of the transcript that they came with, whichever holds', () => {
    const flags = { state: 'new', urgent: false } as const;
    const own = advanceMessage(undefined, { ...flags, transcript: 'one two', times: '0 9.9 9.9' });
    const other = advanceMessage(undefined, { ...flags, transcript: 'three' });
    assert.deepEqual(
      [joinMessages(own, other).times, joinMessages(other, own).transcript],
      [undefined, 'three'],
      'none of other words',
    );
    const untimed = advanceMessage(undefined, { ...flags, transcript: 'one two' });
    for (const joined of [joinMessages(own, untimed), joinMessages(untimed, own)])
      assert.equal(joined.times, '0 9.9 9.9');
    assert.equal(advanceMessage(own, { ...flags, transcript: 'one two' }).times, '0 9.9 9.9');
    assert.equal(advanceMessage(own, { ...flags, transcript: 'four' }).times, undefined);
    const { times: _none, ...rest } = own;
    assert.equal(messageFingerprint(rest), messageFingerprint(untimed), 'without times as it always was');
  });

  it('settings, greetings and PINs join', () => isJoin(profile, joinProfiles, canonical));

  it('nodes that change and exchange at random end with the same, and deleting one goes before hearing it', () => {
    const act = fc.record({
      at: fc.nat(2),
      to: fc.nat(2),
      state: fc.option(fc.constantFrom(...states), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 20 }), (acts) => {
        const first = advanceMessage(undefined, { state: 'new', urgent: false });
        const nodes = [first, first, first];
        for (const { at, to, state } of acts) {
          const own = nodes[at] as MessageRegister;
          if (state !== undefined) nodes[at] = advanceMessage(own, { state, urgent: own.urgent.value });
          nodes[to] = joinMessages(nodes[to] as MessageRegister, nodes[at] as MessageRegister);
        }
        const [a, b, c] = nodes as [MessageRegister, MessageRegister, MessageRegister];
        const all = joinMessages(joinMessages(a, b), c);
        const texts = [
          joinMessages(joinMessages(c, a), b),
          joinMessages(b, joinMessages(c, joinMessages(a, b))),
        ];
        for (const one of texts) assert.equal(messageFingerprint(one), messageFingerprint(all));
      }),
    );
    const heard = advanceMessage(undefined, { state: 'heard', urgent: false });
    const deleted = advanceMessage(undefined, { state: 'deleted', urgent: false });
    assert.equal(joinMessages(heard, deleted).state.value, 'deleted');
    const back = advanceMessage(deleted, { state: 'heard', urgent: false });
    assert.equal(joinMessages(deleted, back).state.value, 'heard', 'out of the trash is said later');
  });

  it('a greeting set at one node and a name at another are both kept', () => {
    const own = { status: 'active', settings: { name: 'Ann' } } as const;
    const home = advanceProfile(undefined, chosenByPath(own));
    const away = advanceProfile(home, chosenByPath({ ...own, settings: { name: 'Ann', language: 'es' } }));
    const named = advanceProfile(home, chosenByPath({ ...own, settings: { name: 'Bo' } }));
    const joined = joinProfiles(away, named);
    assert.deepEqual([joined['settings.name']?.value, joined['settings.language']?.value], ['"Bo"', '"es"']);
    assert.deepEqual(fromCanonical(canonical({ b: new Date(5), a: [1] })), { a: [1], b: new Date(5) });
  });

  it('the longest prefix says whose home a number is', () => {
    const nodes = [
      { name: 'west', prefixes: ['+1202'] },
      { name: 'east', prefixes: ['+12025551'] },
    ];
    assert.deepEqual(
      ['+12025551234', '+12020000000', '+4179'].map((one) => homeOf(one, nodes)),
      ['east', 'west', undefined],
    );
    // As the node between them sees it: what is its own begins as those of the others do.
    const seen = nodes.map((node) => ({ ...node, ours: ['+1202555'] }));
    assert.deepEqual(
      ['+12025551234', '+12025552345', '+12020000000'].map((one) => homeOf(one, seen)),
      ['east', undefined, 'west'],
    );
  });

  it('what a hostile node says is refused, and never anything but refused', () => {
    const good = {
      kind: 'message',
      number: '+12025550123',
      id: 'x',
      register: { state: { n: 0, value: 'new' }, urgent: { n: 0, value: false } },
      pieces: [],
    };
    assert.equal(readReplicaHead(JSON.stringify(good)).number, '+12025550123');
    const wrong: unknown[] = [
      { ...good, number: '12' },
      { ...good, kind: 'other' },
      { ...good, register: { ...good.register, state: { n: -1, value: 'new' } } },
      { ...good, register: { ...good.register, state: { n: 1e9, value: 'new' } } },
      { ...good, register: { ...good.register, state: { n: 0, value: 'gone' } } },
      { ...good, register: { ...good.register, transcript: 'x', times: '<script>' } },
      { ...good, register: { ...good.register, transcript: 'x', times: '1'.repeat(500_000) } },
      { ...good, pieces: [{ media: 'm', contentType: 'a/b', sha256: '../x', bytes: 1 }] },
      { ...good, pieces: Array.from({ length: 2000 }, () => ({})) },
      { ...good, kind: 'profile', register: { 'settings.__proto__': { n: 0, value: '1' } } },
      [],
      null,
    ];
    for (const one of wrong)
      assert.throws(() => readReplicaHead(JSON.stringify(one)), { code: 'invalid' }, JSON.stringify(one));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        assert.throws(() => readReplicaHead(text), { code: 'invalid' });
      }),
    );
  });
});
