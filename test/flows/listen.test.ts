import assert from 'node:assert/strict';
import { Fault } from '../../app/core/errors.ts';
import type { MessageState } from '../../app/core/message/message.ts';
import type { DialAnswer } from '../../app/media/scripted/open.ts';
import { hangup, hear, press, silence, speak, type Step } from '../../app/media/scripted/steps.ts';
import type { OpenResult } from '../../app/services/retrieve.ts';
import { access, assertHeard, FlowWorld, mailbox, subscriber } from './world.ts';

const own = { facts: { from: { number: subscriber } } };
const menu = hear('menu-message-play');

describe('A subscriber who calls with a reference', () => {
  it('types it with #: its message is played at once and is heard then', async () => {
    const world = new FlowWorld();
    const [, wanted] = [world.add(), world.add()];
    const steps = [hear('enter-reference'), press(`${wanted.reference}#`), hear('sound-1'), menu, hangup()];
    const { call } = await world.call(access, steps, own);
    assert.equal(world.stateOf(wanted), 'heard');
    assert.deepEqual(world.opened[0]?.asker, {
      key: subscriber,
      number: subscriber,
      trusted: true,
      call: call.id,
    });
    assert.equal(world.rows[0]?.outcome, 'listen');
  });

  it('types its ten digits without #, while the prompt still speaks', async () => {
    const world = new FlowWorld();
    const wanted = world.add();
    const steps = [hear('enter-reference'), press(wanted.reference), hear('sound-0'), hangup()];
    const person = await world.call(access, steps, own);
    assert.deepEqual(person.prompts, ['enter-reference']);
    assert.equal(world.opened[0]?.text, wanted.reference);
  });

  it('dials it as the number: no prompt comes before the message', async () => {
    const world = new FlowWorld();
    const wanted = world.add();
    const person = await world.call(wanted.reference, [hear('sound-0'), menu, hangup()], own);
    assert.equal(person.heard[0]?.kind, 'stored');
    assert.equal(world.stateOf(wanted), 'heard');
  });

  it('of one that is in the archive: a word to wait, then it plays, and is heard', async () => {
    const world = new FlowWorld();
    const wanted = world.add();
    const back = { ...wanted };
    world.archive(wanted);
    // As long as an archive takes on the same machine.
    world.onBring = () => new Promise((resolve) => setTimeout(resolve, 50, { kind: 'there', message: back }));
    const person = await world.call(
      wanted.reference,
      [hear('archive-wait'), hear('sound-0'), menu, hangup()],
      own,
    );
    assert.deepEqual(person.prompts.slice(0, 1), ['archive-wait']);
    assert.equal(world.stateOf(wanted), 'heard');
  });

  it('of one in an archive that is away, or has damaged it: it is told, the message stays, and can be tried again', async () => {
    const world = new FlowWorld();
    const wanted = world.add();
    world.archive(wanted);
    const away = new Fault('archive-unavailable', 'away', { temporary: true });
    const answers = [() => Promise.reject(away), async () => ({ kind: 'damaged' as const })];
    world.onBring = () => (answers.shift() ?? answers[0] ?? (() => Promise.reject(away)))();
    const steps = [
      hear('archive-wait'),
      hear('archive-away'),
      menu,
      press('1'),
      hear('archive-damaged'),
      hangup(),
    ];
    await world.call(wanted.reference, steps, own);
    assert.equal(world.stateOf(wanted), 'new');
    assert.equal(world.rows[0]?.outcome, 'listen');
  });

  const problems: readonly [Exclude<OpenResult['kind'], 'open'>, string][] = [
    ['wrong', 'reference-wrong'],
    ['expired', 'reference-expired'],
    ['deleted', 'reference-deleted'],
    ['not-yours', 'reference-not-yours'],
    ['locked', 'reference-locked'],
  ];
  for (const [kind, said] of problems) {
    it(`that is ${kind}: it is said plainly, typed or dialled`, async () => {
      const world = new FlowWorld();
      const message = world.add();
      world.onOpen = () => (kind === 'not-yours' ? { kind, mailbox: mailbox() } : { kind });
      const typed = await world.call(access, [press(`${message.reference}#`), hear(said), hangup()], own);
      assert.ok(typed.prompts.includes(said));
      const dialled = await world.call(message.reference, [silence(60_000)], own);
      assert.deepEqual(dialled.prompts, [said, 'goodbye']);
      assert.equal(world.rows[1]?.outcome, 'refused');
      assert.equal(world.stateOf(message), 'new');
    });
  }

  it('and is wrong three times: the call ends', async () => {
    const world = new FlowWorld();
    const wrong = [hear('enter-reference'), press('123#'), hear('reference-wrong')];
    const person = await world.call(access, [...wrong, ...wrong, ...wrong, silence(60_000)], own);
    assert.equal(world.opened.length, 3);
    assertHeard(person.prompts, ['reference-wrong', 'reference-wrong', 'reference-wrong', 'goodbye']);
    assert.equal((await person.ended).by, 'us');
  });

  it('and is locked out: the call ends without another try', async () => {
    const world = new FlowWorld();
    world.onOpen = () => ({ kind: 'locked' });
    const person = await world.call(access, [press('123#'), silence(60_000)], own);
    assert.equal(person.prompts.at(-1), 'reference-locked');
    assert.equal(world.opened.length, 1);
  });

  it('and types nothing: is asked three times, and no wrong one is counted', async () => {
    const world = new FlowWorld();
    const person = await world.call(access, [silence(600_000)], own);
    assert.deepEqual(person.prompts, ['enter-reference', 'enter-reference', 'enter-reference', 'goodbye']);
    assert.equal(world.opened.length, 0);
  });

  it('and the store breaks: is asked to try later, and the record says that it failed', async () => {
    const world = new FlowWorld();
    world.onOpen = () => {
      throw new Fault('store-unavailable', 'away', { temporary: true });
    };
    const person = await world.call(access, [press('1234567890'), silence(60_000)], own);
    assert.equal(person.prompts.at(-1), 'try-later');
    assert.equal(world.rows[0]?.outcome, 'failed');
    assert.equal((await person.ended).by, 'us');
  });

  it('of a number that is not served: is told so, and no mailbox is asked for', async () => {
    const world = new FlowWorld();
    const person = await world.call('+14155550100', [silence(60_000)]);
    assert.deepEqual(person.prompts, ['number-not-served', 'goodbye']);
    assert.equal(world.rows[0]?.outcome, 'refused');
  });
});

interface KeyCase {
  readonly title: string;
  /** After the message and the menu. */
  readonly steps: readonly Step[];
  readonly hears: readonly string[];
  readonly state: MessageState;
}

const keys: readonly KeyCase[] = [
  { title: '1 plays again', steps: [press('1'), hear('sound-0'), menu, hangup()], hears: [], state: 'heard' },
  { title: '2 saves', steps: [press('2'), menu, hangup()], hears: ['message-kept'], state: 'saved' },
  { title: '3 deletes', steps: [press('3'), menu, hangup()], hears: ['message-deleted'], state: 'deleted' },
  {
    title: '5 tells who and when',
    steps: [press('5'), menu, hangup()],
    hears: ['message-from', 'received', 'menu-message-play'],
    state: 'heard',
  },
  {
    title: '6 without another message',
    steps: [press('6'), silence(60_000)],
    hears: ['no-more-messages', 'goodbye'],
    state: 'heard',
  },
  { title: '* ends', steps: [press('*'), silence(60_000)], hears: ['goodbye'], state: 'heard' },
  {
    title: 'a key that does nothing under "more" is said to, and those that do are told again',
    steps: [press('0'), hear('menu-more-slower'), press('9'), hear('menu-more-slower'), hangup()],
    hears: ['menu-more-slower', 'invalid-key', 'menu-more-slower'],
    state: 'heard',
  },
  {
    title: 'no key: the menu comes three times, with all keys the second, and then the call ends',
    steps: [silence(600_000)],
    hears: [
      'menu-end',
      'menu-message-play',
      'menu-message-back',
      'menu-end',
      'menu-message-play',
      'no-key-heard',
      'goodbye',
    ],
    state: 'heard',
  },
  {
    title: 'the # of the reference is no key',
    steps: [press('#2'), menu, hangup()],
    hears: ['message-kept'],
    state: 'saved',
  },
];

describe('After the message', () => {
  for (const { title, steps, hears, state } of keys) {
    it(title, async () => {
      const world = new FlowWorld();
      const message = world.add();
      const person = await world.call(message.reference, [hear('sound-0'), menu, ...steps], own);
      assertHeard(person.prompts, ['menu-message-play', ...hears]);
      assert.equal(world.stateOf(message), state);
      assert.deepEqual(person.remaining.length > 1, false, 'not all steps came about');
    });
  }

  it('a key pressed while it is played stops it and counts', async () => {
    const world = new FlowWorld();
    const message = world.add();
    const steps = [hear('sound-0'), press('3'), hear('message-deleted'), menu, hangup()];
    const person = await world.call(message.reference, steps, own);
    assert.deepEqual(person.prompts.slice(0, 1), ['message-deleted']);
    assert.equal(world.stateOf(message), 'deleted');
  });

  it('6 plays the next new one, and then the one after', async () => {
    const world = new FlowWorld();
    const first = world.add();
    const [second, third] = [world.add(), world.add()];
    const steps = [hear('sound-0'), menu, press('6'), hear('sound-1'), menu, press('6'), hear('sound-2')];
    await world.call(first.reference, [...steps, menu, hangup()], own);
    assert.deepEqual(
      [first, second, third].map((one) => world.stateOf(one)),
      ['heard', 'heard', 'heard'],
    );
  });

  it('of a private caller 5 says that, and no number', async () => {
    const world = new FlowWorld();
    const message = world.add({ from: { private: true } });
    const person = await world.call(message.reference, [menu, press('5'), menu, hangup()], own);
    assertHeard(person.prompts, ['message-from-private', 'received']);
    assert.ok(person.heard.every((item) => item.kind !== 'digits'));
  });

  it('of a caller without a number 5 says that', async () => {
    const world = new FlowWorld();
    const message = world.add({ from: { number: 'anonymous', private: false } });
    const person = await world.call(message.reference, [menu, press('5'), menu, hangup()], own);
    assertHeard(person.prompts, ['message-from-unknown', 'received']);
  });

  it('an urgent one is said to be so before it is played', async () => {
    const world = new FlowWorld();
    const message = world.add({ urgent: true });
    const person = await world.call(message.reference, [hear('sound-0'), hangup()], own);
    assert.deepEqual(person.prompts, ['urgent-message']);
  });

  it('hanging up at its beginning leaves it new; after three seconds it is heard', async () => {
    for (const [playedMs, state] of [
      [500, 'new'],
      [3000, 'heard'],
    ] as const) {
      const world = new FlowWorld();
      const message = world.add();
      await world.call(message.reference, [hear('sound-0', playedMs), hangup()], own);
      assert.equal(world.stateOf(message), state, `after ${playedMs} ms`);
    }
  });

  it('that cannot be made faster in time is played on as it is', async () => {
    const world = new FlowWorld();
    const message = world.add();
    const stalled = new Set<AbortSignal | undefined>();
    world.deps.transform.tempo = (_, __, signal) =>
      new Promise((_resolve, reject) => {
        stalled.add(signal);
        signal?.addEventListener('abort', () => reject(signal.reason as Error));
      });
    const steps = [menu, press('03'), hear('not-now'), menu, press('1'), hear('sound-0'), hangup()];
    const person = await world.call(message.reference, steps, own);
    assertHeard(person.prompts, ['not-now', 'menu-message-play']);
    assert.equal(stalled.size, 1);
  }).timeout(20_000);

  it('whose sound is lost: the subscriber is told, and the menu comes', async () => {
    const world = new FlowWorld();
    const message = world.add();
    world.hasSound = false;
    const person = await world.call(message.reference, [hear('menu-message-save'), hangup()], own);
    assert.deepEqual(person.prompts, ['reference-deleted', 'menu-message-save']);
  });
});

describe('Calling the sender', () => {
  const answers: readonly [DialAnswer, string | undefined][] = [
    [{ kind: 'busy' }, 'sender-busy'],
    [{ kind: 'no-answer' }, 'sender-no-answer'],
    [{ kind: 'refused' }, 'cannot-call-sender'],
    [{ kind: 'unallocated' }, 'cannot-call-sender'],
    [{ kind: 'failed', cause: 38 }, 'cannot-call-sender'],
    [{ kind: 'answered', steps: [speak(100), hangup()] }, undefined],
  ];
  for (const [answer, said] of answers) {
    it(`who is ${answer.kind}: ${said ?? 'they speak'}, and the menu comes again`, async () => {
      const world = new FlowWorld({ onDial: () => answer });
      const message = world.add({ from: { number: '+12025550123', private: false } });
      const steps = [hear('sound-0'), menu, press('43'), hear('calling-sender'), menu, hangup()];
      const person = await world.call(message.reference, steps, own);
      assertHeard(person.prompts, [
        'calling-sender',
        ...(said === undefined ? [] : [said]),
        'menu-message-play',
      ]);
      assert.equal(world.media.dialled[0]?.to.number, '+12025550123');
      assert.equal(world.media.dialled[0]?.options.callerNumber, access);
    });
  }

  for (const from of [{ private: true }, { private: false }]) {
    it(`is not offered for ${JSON.stringify(from)}, and nobody is dialled`, async () => {
      const world = new FlowWorld();
      const message = world.add({ from });
      const answer = hear('menu-answer-send-on');
      const steps = [menu, press('4'), answer, press('3'), answer, hangup()];
      const person = await world.call(message.reference, steps, own);
      assertHeard(person.prompts, ['menu-answer-send-on', 'invalid-key', 'menu-answer-send-on']);
      assert.ok(!person.prompts.includes('menu-answer-call-sender'));
      assert.equal(world.media.dialled.length, 0);
    });
  }

  it('while the store is away does not work now, and the menu comes again', async () => {
    const world = new FlowWorld();
    const message = world.add({ from: { number: '+12025550123', private: false } });
    world.deps.tolls.use = async () => {
      throw new Fault('store-unavailable', 'away', { temporary: true });
    };
    const person = await world.call(message.reference, [menu, press('43'), menu, hangup()], own);
    assertHeard(person.prompts, ['not-now', 'menu-message-play']);
    assert.equal(world.media.dialled.length, 0);
  });

  it('is refused where the toll rules say so: nobody is dialled', async () => {
    const world = new FlowWorld({
      standard: {
        toll: {
          rules: [
            { allow: true, prefix: '+1415' },
            { allow: true, prefix: '+1' },
            { allow: false, prefix: '+1414' },
          ],
          dailyCalls: 9,
        },
      },
    });
    // The last two have caller IDs that cost whoever calls back: a whole country is no leave for that.
    for (const number of ['+14145550100', '+19005551234', '+19005550000']) {
      const message = world.add({ from: { number, private: false } });
      const person = await world.call(message.reference, [menu, press('43'), menu, hangup()], own);
      assertHeard(person.prompts, ['call-denied', 'menu-message-play']);
    }
    assert.equal(world.media.dialled.length, 0);
  });
});
