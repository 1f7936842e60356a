import assert from 'node:assert/strict';
import { setImmediate as nothingMore } from 'node:timers/promises';
import { Fault } from '../../app/core/errors.ts';
import { readTag } from '../../app/core/message/recording-tag.ts';
import { answerCall } from '../../app/flows/answer.ts';
import { hangup, hear, press, silence, speak, type Step } from '../../app/media/scripted/steps.ts';
import { assertHeard, caller, FlowWorld, mailbox, subscriber, type WorldOptions } from './world.ts';

interface Case {
  readonly title: string;
  readonly steps: readonly Step[];
  readonly options?: WorldOptions;
  /** Prompts that the caller hears, in order; not all of them. */
  readonly hears: readonly string[];
  readonly never?: readonly string[];
  /** Lengths of the messages that are taken in, in milliseconds. */
  readonly taken: readonly number[];
  readonly did: string;
}

const afterTone = [hear('greeting-default'), hear('beep')];

const cases: readonly Case[] = [
  {
    title: 'speaks and hangs up: the message is taken in, nothing more is said',
    steps: [...afterTone, speak(2000), hangup()],
    hears: ['greeting-default', 'beep'],
    taken: [2000],
    did: 'deposit',
  },
  {
    title: 'skips the greeting with #',
    steps: [hear('greeting-default'), press('#'), hear('beep'), speak(1000), hangup()],
    hears: ['greeting-default', 'beep'],
    taken: [1000],
    did: 'deposit',
  },
  {
    title: 'falls silent: the message ends there, and is said to be sent',
    steps: [...afterTone, speak(2000), silence(60_000)],
    hears: ['beep', 'message-saved', 'goodbye'],
    taken: [2000],
    did: 'deposit',
  },
  {
    title: 'speaks without end: is told that it is too long, and it is sent',
    steps: [...afterTone, speak(90_000)],
    options: { standard: { maxMessageSeconds: 10 } },
    hears: ['beep', 'message-too-long', 'message-saved', 'goodbye'],
    taken: [10_000],
    did: 'deposit',
  },
  {
    title: 'hangs up in the greeting: nothing is made',
    steps: [hear('greeting-default'), hangup()],
    hears: ['greeting-default'],
    never: ['beep'],
    taken: [],
    did: 'abandoned',
  },
  {
    title: 'hangs up at the tone: nothing is made',
    steps: [...afterTone, hangup()],
    hears: ['beep'],
    taken: [],
    did: 'empty',
  },
  {
    title: 'only coughs: nothing is made of what is shorter than speech',
    steps: [...afterTone, speak(200), silence(400), hangup()],
    hears: ['beep'],
    taken: [],
    did: 'empty',
  },
  {
    title: 'says nothing: is asked once more, and then the call ends',
    steps: [...afterTone, silence(60_000)],
    hears: ['beep', 'message-empty', 'beep', 'message-empty'],
    never: ['message-saved'],
    taken: [],
    did: 'empty',
  },
  {
    title: 'says nothing at first and speaks at the second tone',
    steps: [...afterTone, silence(5000), hear('message-empty'), hear('beep'), speak(1000), hangup()],
    hears: ['message-empty', 'beep'],
    taken: [1000],
    did: 'deposit',
  },
  {
    title: 'presses # where the class has no review: the message is sent at once',
    steps: [...afterTone, speak(2000), press('#')],
    options: { standard: { review: false } },
    hears: ['message-saved', 'goodbye'],
    never: ['recording-review'],
    taken: [2000],
    did: 'deposit',
  },
  {
    title: 'presses other keys while speaking: they do nothing',
    steps: [...afterTone, speak(1000), press('123*'), speak(1000), hangup()],
    hears: ['beep'],
    never: ['recording-review'],
    taken: [2000],
    did: 'deposit',
  },
];

describe('A caller who leaves a message', () => {
  for (const { title, steps, options, hears, never = [], taken, did } of cases) {
    it(title, async () => {
      const world = new FlowWorld(options);
      const person = await world.call(subscriber, steps);
      assertHeard(person.prompts, hears);
      for (const name of never) assert.ok(!person.prompts.includes(name), `${name} was played`);
      assert.deepEqual(
        world.taken.map((deposit) => deposit.durationMs),
        taken,
      );
      assert.deepEqual(
        world.rows.map((row) => row.outcome),
        [did],
      );
      assert.deepEqual(world.media.takes, [], 'a recording was left at the switch');
      assert.equal((await person.ended).cause, 16);
    });
  }

  for (const breaks of ['answer', 'record', 'receiveFax'] as const) {
    it(`is not counted when the switch breaks (${breaks}), nor twice when the count comes late`, async () => {
      const world = new FlowWorld();
      const { allowance } = world.deps;
      let come = (): void => undefined;
      const coming = new Promise<void>((resolve) => (come = resolve));
      const late: typeof allowance = { take: (asked) => coming.then(() => allowance.take(asked)) };
      for (const deps of [world.deps, { ...world.deps, allowance: late }]) {
        const person = world.media.ring({
          facts: { requestUser: subscriber, toUser: subscriber, from: { number: caller } },
          steps: [silence(60_000)],
          ...(breaks === 'receiveFax' ? { entry: { kind: 'fax' } } : {}),
        });
        Object.assign(person.call, {
          [breaks]: () => Promise.reject(new Fault('media-failed', 'broke', { temporary: true })),
        });
        await answerCall(person.call, deps);
        assert.equal(world.rows.at(-1)?.outcome, 'failed');
      }
      assert.equal(world.givenBack, 1);
      come();
      await nothingMore();
      assert.deepEqual([world.taken, world.givenBack], [[], 2]);
    });
  }

  for (const [done, broken] of [
    ['deposit', false],
    ['failed', true],
  ] as const) {
    it(`is counted though the switch breaks after the message (${done}), as it is there or taken in later`, async () => {
      const world = new FlowWorld();
      const { deposits } = world.deps;
      const fails = () => Promise.reject(new Fault('media-failed', 'broke', { temporary: true }));
      const person = world.media.ring({
        facts: { requestUser: subscriber, toUser: subscriber, from: { number: caller } },
        steps: [...afterTone, speak(2000), silence(60_000)],
      });
      const play = person.call.play.bind(person.call);
      const after: readonly unknown[] = ['message-saved', 'message-not-saved'];
      const playing: typeof play = (items, rule) =>
        items.some((item) => item.kind === 'prompt' && after.includes(item.name))
          ? fails()
          : play(items, rule);
      Object.assign(person.call, { play: playing });
      await answerCall(person.call, {
        ...world.deps,
        deposits: broken ? { ...deposits, take: fails } : deposits,
      });
      assert.equal(world.rows.at(-1)?.outcome, done);
      assert.deepEqual([world.taken.length, world.givenBack], [broken ? 0 : 1, 0]);
    });
  }

  it('is known by number and name, and the message says when and for whom', async () => {
    const world = new FlowWorld();
    const facts = { from: { number: caller, name: 'Alice' } };
    await world.call(subscriber, [...afterTone, speak(1000), hangup()], { facts });
    const { draft, classOfService } = world.taken[0]!;
    assert.deepEqual(draft.from, { number: caller, name: 'Alice', private: false });
    assert.equal(draft.to, subscriber);
    assert.equal(draft.cut, false);
    assert.equal(draft.received.getTime(), world.deps.clock.now().getTime());
    assert.equal(classOfService, 'standard');
    assert.equal(readTag(draft.origin.id)?.called, subscriber);
    assert.equal(readTag(draft.origin.id)?.caller, caller);
  });

  it('and withholds the number: it is nowhere, not even in the name of the recording', async () => {
    const world = new FlowWorld();
    const facts = { from: { number: caller, name: 'Alice' }, privacy: true };
    await world.call(subscriber, [...afterTone, speak(1000), hangup()], { facts });
    assert.deepEqual(world.taken[0]?.draft.from, { private: true });
    assert.ok(!JSON.stringify(world.taken[0]?.draft).includes(caller));
  });

  it('and was diverted: the message is for the number dialled first', async () => {
    const world = new FlowWorld();
    const facts = { diversions: [{ number: subscriber, reason: 'no-answer' }] };
    await world.call('+12025550199', [...afterTone, speak(1000), hangup()], { facts });
    assert.equal(world.taken[0]?.draft.to, subscriber);
  });

  it('hears "sent" only after it is safe, and the truth if it is not', async () => {
    const world = new FlowWorld();
    world.onTake = async () => {
      throw new Fault('disk-full', 'no room', { temporary: true });
    };
    const person = await world.call(subscriber, [...afterTone, speak(1000), silence(60_000)]);
    assertHeard(person.prompts, ['beep', 'message-not-saved']);
    assert.ok(!person.prompts.includes('message-saved'));
    assert.equal(world.media.takes.length, 1, 'the recording must stay at the switch');
    assert.equal(world.rows[0]?.outcome, 'failed');
  });

  it('is told of a full mailbox, and nothing is recorded', async () => {
    const world = new FlowWorld({ standard: { maxMessages: 3 } });
    world.onFind = async () => mailbox({ new: 2, old: 1, urgent: 0 });
    const person = await world.call(subscriber, [silence(60_000)]);
    assert.deepEqual(person.prompts, ['mailbox-full']);
    assert.equal(world.rows[0]?.outcome, 'full');
  });

  it('does not wait for a store that gives no answer', async () => {
    const world = new FlowWorld();
    world.onFind = () => new Promise(() => undefined);
    const began = performance.now();
    const person = await world.call(subscriber, [...afterTone, speak(1000), hangup()]);
    assert.ok(performance.now() - began < 5000);
    assertHeard(person.prompts, ['greeting-default', 'beep']);
    assert.equal(world.taken.length, 1);
  });

  it('does not notice a store that refuses', async () => {
    const world = new FlowWorld();
    world.onFind = async () => {
      throw new Fault('store-unavailable', 'away', { temporary: true });
    };
    await world.call(subscriber, [...afterTone, speak(1000), hangup()]);
    assert.equal(world.taken.length, 1);
  });
});

/** 50 messages and 100 seconds, half as much above it for what is urgent. */
describe('A caller of a mailbox with little room', () => {
  const quota = { maxMessages: 50, maxSeconds: 100, maxMessageSeconds: 60, urgentReservePercent: 50 };
  const worldWith = (seconds: number, messages = 3, standard: WorldOptions['standard'] = quota) => {
    const world = new FlowWorld({ standard });
    world.onFind = async () =>
      mailbox({ new: messages, old: 0, urgent: 0 }, { bytes: 0, seconds, archived: 0 });
    return world;
  };
  const offered = [hear('mailbox-full'), hear('mailbox-full-urgent')];

  it('B6: hears how long a message may be, before speaking, and is not recorded for longer', async () => {
    const world = worldWith(75);
    const person = await world.call(subscriber, [hear('room-for'), hear('beep'), speak(90_000)]);
    assertHeard(person.prompts, [
      'greeting-default',
      'room-for',
      'beep',
      'message-too-long',
      'message-saved',
    ]);
    assert.equal(world.taken[0]?.durationMs, 25_000);
    const roomy = worldWith(30);
    const other = await roomy.call(subscriber, [...afterTone, speak(2000), hangup()]);
    assert.ok(!other.prompts.includes('room-for'));
  });

  it('B6: is told at once that it is full, where there is not enough room for a few words', async () => {
    const world = worldWith(95, 3, { ...quota, urgentReservePercent: 0 });
    const person = await world.call(subscriber, [silence(60_000)]);
    assert.deepEqual(person.prompts, ['mailbox-full']);
    assert.deepEqual([world.taken, world.rows[0]?.outcome], [[], 'full']);
  });

  it('B6: leaves what is urgent with a key, in the reserve, and cannot make it less urgent', async () => {
    const world = worldWith(100);
    const steps = [...offered, press('1'), hear('beep'), speak(2000), press('#')];
    const person = await world.call(subscriber, [
      ...steps,
      hear('recording-review'),
      press('5'),
      hear('invalid-key'),
      press('6'),
      hear('marked-private'),
      press('1'),
    ]);
    assertHeard(person.prompts, ['mailbox-full', 'mailbox-full-urgent', 'beep', 'message-saved']);
    const { draft } = world.taken[0]!;
    assert.deepEqual([draft.urgent, draft.confidential], [true, true]);
    assert.equal(readTag(draft.origin.id)?.use, 'urgent');
    assert.deepEqual(world.media.takes, []);
  });

  it('B6: presses nothing, or another key: nothing is recorded; its owner still comes in with *', async () => {
    for (const keys of [[], [press('5')]]) {
      const world = worldWith(0, 50);
      const person = await world.call(subscriber, [...offered, ...keys, silence(60_000)]);
      assert.ok(!person.prompts.includes('beep'));
      assert.deepEqual([world.taken, world.rows[0]?.outcome], [[], 'full']);
    }
    const world = worldWith(0, 50);
    const owner = await world.call(subscriber, [hear('mailbox-full'), press('*'), silence(60_000)]);
    assertHeard(owner.prompts, ['mailbox-full', 'code-offer']);
  });

  it('B6: is refused when the reserve is used up too', async () => {
    for (const world of [worldWith(145), worldWith(0, 75)]) {
      const person = await world.call(subscriber, [silence(60_000)]);
      assert.deepEqual(person.prompts, ['mailbox-full']);
    }
  });

  it('B6: loses its controller while leaving something urgent: it is urgent all the same', async () => {
    const tag = `${subscriber}~${caller}~1767355200~call-1~u0`;
    const world = worldWith(120);
    await world.call(subscriber, [speak(1000), hangup()], {
      id: 'call-1',
      entry: { kind: 'resumed', recording: { tag } },
      recorded: new Uint8Array(16_000).fill(0x10),
    });
    assert.deepEqual([world.taken[0]?.draft.urgent, world.taken[0]?.durationMs], [true, 3000]);
  });
});

describe('A caller found up after a crash', () => {
  const tag = `${subscriber}~${caller}~1767355200~call-1~0`;

  it('goes on with the recording: one message with what was said before and after', async () => {
    const world = new FlowWorld();
    const person = await world.call(subscriber, [speak(1000), hangup()], {
      id: 'call-1',
      entry: { kind: 'resumed', recording: { tag } },
      recorded: new Uint8Array(16_000).fill(0x10),
    });
    assert.deepEqual(person.prompts, []);
    assert.equal(world.taken[0]?.durationMs, 3000);
    assert.equal(world.taken[0]?.draft.origin.id, tag);
    assert.equal(world.taken[0]?.recovered, true, 'the counters must be counted anew');
  });

  for (const use of ['greeting', 'draft'] as const) {
    it(`and was recording a ${use} of their own: it is no message, and the call begins anew`, async () => {
      const world = new FlowWorld();
      const letter = use === 'greeting' ? 'g' : 'd';
      const own = `${subscriber}~-~1767355200~call-1~${letter}0`;
      const person = await world.call(
        subscriber,
        [speak(1000), press('#'), hear('greeting-default'), hangup()],
        {
          id: 'call-1',
          entry: { kind: 'resumed', recording: { tag: own } },
          recorded: new Uint8Array(16_000).fill(0x10),
        },
      );
      assert.deepEqual(person.prompts, ['interrupted', 'greeting-default']);
      assert.deepEqual(world.taken, []);
      assert.deepEqual(world.media.takes, [], 'it was left at the switch');
    });
  }

  it('and was not recording: is told of the interruption, and greeted again', async () => {
    const world = new FlowWorld();
    const person = await world.call(subscriber, [...afterTone, speak(1000), hangup()], {
      entry: { kind: 'resumed' },
    });
    assertHeard(person.prompts, ['interrupted', 'greeting-default', 'beep']);
    assert.equal(world.taken.length, 1);
  });

  it('leaves a recording with a name that none before had: what was taken in is not overwritten', async () => {
    const world = new FlowWorld();
    const id = 'call-1';
    await world.call(subscriber, [...afterTone, speak(1000), hangup()], { id });
    await world.call(subscriber, [...afterTone, speak(2000), hangup()], { id, entry: { kind: 'resumed' } });
    const ids = world.taken.map((deposit) => deposit.draft.origin.id);
    assert.equal(ids.length, 2);
    assert.notEqual(ids[0], ids[1]);
  });
});
