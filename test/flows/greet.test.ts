import assert from 'node:assert/strict';
import { Fault } from '../../app/core/errors.ts';
import type { MediaId } from '../../app/core/ids.ts';
import type { Greetings } from '../../app/core/profile/settings.ts';
import { answerCall } from '../../app/flows/answer.ts';
import { hangup, hear, press, silence, speak, type Step } from '../../app/media/scripted/steps.ts';
import { babble } from '../audio/babble.ts';
import { assertHeard, FlowWorld, mailbox, subscriber, type WorldOptions } from './world.ts';

const now = new Date(Date.UTC(2026, 0, 2, 12));
const later = new Date(now.getTime() + 60_000);

function recorded(name: string) {
  return { media: name as MediaId, contentType: 'audio/PCMU', durationMs: 1000 };
}

function worldWith(greetings: Greetings, options: WorldOptions = {}, counts = { new: 0, old: 0, urgent: 0 }) {
  const world = new FlowWorld(options);
  world.onFind = async () => ({ ...mailbox(counts), settings: { greetings } });
  for (const name of ['unavailable', 'busy', 'temporary', 'name']) {
    world.sounds.set(name, { contentType: 'audio/PCMU', bytes: babble(1000, name.length) });
  }
  return world;
}

const all: Greetings = {
  unavailable: recorded('unavailable'),
  busy: recorded('busy'),
  temporary: { ...recorded('temporary'), until: later },
  name: recorded('name'),
};
const { temporary: _, ...lasting } = all;

/** Everything up to the tone, stored sounds by their names. */
async function hears(world: FlowWorld, reason?: string, steps: readonly Step[] = [hear('beep'), hangup()]) {
  const diversions = reason === undefined ? [] : [{ number: subscriber, reason }];
  const person = await world.call(subscriber, steps, { facts: { diversions } });
  return person.heard.map((item) =>
    item.kind === 'stored' ? item.media.id : item.kind === 'prompt' ? item.name : item.kind,
  );
}

interface Case {
  readonly title: string;
  readonly greetings: Greetings;
  readonly reason?: string;
  readonly hears: readonly string[];
}

const cases: readonly Case[] = [
  { title: 'nothing recorded: the greeting of the system', greetings: {}, hears: ['greeting-default'] },
  {
    title: 'the one for no answer',
    greetings: { unavailable: recorded('unavailable') },
    hears: ['unavailable'],
  },
  {
    title: 'the temporary one goes before all others',
    greetings: all,
    reason: 'user-busy',
    hears: ['temporary'],
  },
  {
    title: 'a temporary one whose time is over gives way',
    greetings: { ...all, temporary: { ...recorded('temporary'), until: now } },
    hears: ['unavailable'],
  },
  {
    title: 'a temporary one without end stays',
    greetings: { ...all, temporary: recorded('temporary') },
    hears: ['temporary'],
  },
  { title: 'busy: the one for that', greetings: lasting, reason: 'user-busy', hears: ['busy'] },
  {
    title: 'no answer: not the one for busy',
    greetings: lasting,
    reason: 'no-answer',
    hears: ['unavailable'],
  },
  {
    title: 'no answer, and only one for busy: the greeting of the system',
    greetings: { busy: recorded('busy') },
    reason: 'no-answer',
    hears: ['greeting-default'],
  },
  {
    title: 'only the name: it is told whose mailbox it is',
    greetings: { name: recorded('name') },
    hears: ['greeting-number', 'name', 'greeting-leave-message'],
  },
  {
    title: 'a greeting whose sound is lost gives way to the next',
    greetings: { ...lasting, unavailable: recorded('lost') },
    hears: ['greeting-number', 'name', 'greeting-leave-message'],
  },
  {
    title: 'all sounds lost: the greeting of the system',
    greetings: { unavailable: recorded('lost') },
    hears: ['greeting-default'],
  },
];

describe('A caller hears', () => {
  for (const { title, greetings, reason, hears: wanted } of cases) {
    it(title, async () => {
      assert.deepEqual(await hears(worldWith(greetings), reason), [...wanted, 'beep']);
    });
  }

  const announcements: readonly [string, Greetings, readonly string[]][] = [
    ['the greeting, and the call ends', { ...lasting, announcementOnly: true }, ['unavailable']],
    [
      'without one of their own, the system says that no message is taken',
      { announcementOnly: true },
      ['greeting-away', 'greeting-no-messages'],
    ],
    [
      'with the name only, that is said of them',
      { name: recorded('name'), announcementOnly: true },
      ['greeting-number', 'name', 'greeting-no-messages'],
    ],
  ];
  for (const [title, greetings, wanted] of announcements) {
    it(`of a subscriber who takes no messages: ${title}`, async () => {
      const world = worldWith(greetings);
      assert.deepEqual(await hears(world, undefined, [silence(60_000)]), wanted);
      assert.deepEqual(world.taken, []);
      assert.deepEqual(
        world.rows.map((row) => row.outcome),
        ['announced'],
      );
    });
  }

  it('the announcement of a full mailbox all the same', async () => {
    const world = worldWith(
      { ...lasting, announcementOnly: true },
      { standard: { maxMessages: 1 } },
      { new: 1, old: 0, urgent: 0 },
    );
    assert.deepEqual(await hears(world, undefined, [silence(60_000)]), ['unavailable']);
  });

  it('that the mailbox is full, instead of any greeting', async () => {
    const world = worldWith(all, { standard: { maxMessages: 1 } }, { new: 1, old: 0, urgent: 0 });
    assert.deepEqual(await hears(world, undefined, [silence(60_000)]), ['mailbox-full']);
    assert.deepEqual(
      world.rows.map((row) => row.outcome),
      ['full'],
    );
  });

  it('the greeting of the system in time, when the sound of another does not come', async () => {
    const world = worldWith(lasting);
    world.deps.greetings.pick = () => new Promise(() => undefined);
    const began = performance.now();
    assert.deepEqual(await hears(world), ['greeting-default', 'beep']);
    assert.ok(performance.now() - began < 5000);
  });

  it('the greeting of the system, when the store refuses', async () => {
    const world = worldWith(lasting);
    world.deps.greetings.pick = async () => {
      throw new Fault('store-unavailable', 'away', { temporary: true });
    };
    assert.deepEqual(await hears(world), ['greeting-default', 'beep']);
  });

  it('the greeting of the system, when the switch cannot play another', async () => {
    const world = worldWith(lasting);
    const person = world.media.ring({
      facts: { requestUser: subscriber, toUser: subscriber },
      steps: [hear('beep'), speak(1000), hangup()],
    });
    const { call } = person;
    const play = call.play.bind(call);
    call.play = async (items, options) => {
      if (items.some(({ kind }) => kind === 'stored'))
        throw new Fault('media-failed', 'the disk is full', { temporary: true });
      return play(items, options);
    };
    await answerCall(call, world.deps);
    assert.deepEqual(person.prompts, ['greeting-default', 'beep']);
    assert.equal(world.taken.length, 1);
  });

  it('and # skips a greeting of the subscriber too', async () => {
    const world = worldWith(lasting);
    const person = await world.call(subscriber, [
      hear('unavailable'),
      press('#'),
      hear('beep'),
      speak(1000),
      hangup(),
    ]);
    assertHeard(person.prompts, ['beep']);
    assert.equal(world.taken.length, 1);
  });

  it('and # does nothing where no message is taken', async () => {
    const world = worldWith({ ...lasting, announcementOnly: true });
    const said = await hears(world, undefined, [hear('unavailable'), press('#'), silence(60_000)]);
    assert.deepEqual(said, ['unavailable']);
  });
});

describe('The owner who calls their own number', () => {
  it('* leads to the mailbox, from a telephone that is known without a PIN', async () => {
    const world = worldWith(lasting);
    const person = await world.call(
      subscriber,
      [hear('unavailable'), press('*'), hear('menu-main-compose'), press('*')],
      {
        facts: { from: { number: subscriber } },
      },
    );
    assertHeard(person.prompts, ['menu-main-compose', 'goodbye']);
    assert.deepEqual(world.taken, []);
  });

  it('* from a strange telephone asks who they are, and lets nobody in', async () => {
    const world = worldWith(lasting);
    const person = await world.call(subscriber, [hear('unavailable'), press('*'), silence(60_000)]);
    assert.ok(!person.prompts.includes('menu-main-compose'));
    assert.ok(!person.prompts.includes('beep'), 'a message was taken');
  });

  it('* where the mailbox is full', async () => {
    const world = worldWith(lasting, { standard: { maxMessages: 1 } }, { new: 1, old: 0, urgent: 0 });
    const person = await world.call(
      subscriber,
      [hear('mailbox-full'), press('*'), hear('menu-main-compose'), hangup()],
      {
        facts: { from: { number: subscriber } },
      },
    );
    assertHeard(person.prompts, ['mailbox-full', 'menu-main-compose']);
  });

  it('* where there is no mailbox yet does nothing', async () => {
    const world = new FlowWorld();
    const person = await world.call(subscriber, [
      hear('greeting-default'),
      press('*'),
      hear('beep'),
      hangup(),
    ]);
    assert.deepEqual(person.prompts, ['greeting-default', 'beep']);
  });
});

describe('The operator key in a greeting', () => {
  const operator = '+12025550190';

  it('0 connects with the operator of the class', async () => {
    const world = worldWith(lasting, {
      standard: { operator },
      onDial: () => ({ kind: 'answered', steps: [hangup()] }),
    });
    await world.call(subscriber, [hear('unavailable'), press('0'), silence(60_000)]);
    assert.deepEqual(
      world.media.dialled.map(({ to }) => to.number),
      [operator],
    );
    assert.deepEqual(world.taken, []);
    assert.equal(world.rows.at(-1)?.outcome, 'connect');
  });

  it('0 is no call of the subscriber’s: it works while the store is away, and uses up nothing', async () => {
    const world = worldWith(lasting, {
      standard: { operator, toll: { rules: [{ allow: true, destination: 'internal' }], dailyCalls: 0 } },
      onDial: () => ({ kind: 'answered', steps: [hangup()] }),
    });
    await world.call(subscriber, [hear('unavailable'), press('0'), silence(60_000)]);
    assert.equal(world.media.dialled.length, 1);
  });

  it('0, and the operator does not answer: a message can be left', async () => {
    const world = worldWith(lasting, { standard: { operator } });
    await world.call(subscriber, [hear('unavailable'), press('0'), hear('beep'), speak(1000), hangup()]);
    assert.equal(world.taken.length, 1);
  });

  it('0 does nothing where the class has none', async () => {
    const world = worldWith(lasting);
    assert.deepEqual(
      await hears(world, undefined, [hear('unavailable'), press('0'), hear('beep'), hangup()]),
      ['unavailable', 'beep'],
    );
    assert.deepEqual(world.media.dialled, []);
  });
});
