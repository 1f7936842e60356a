import assert from 'node:assert/strict';
import type { Menu } from '../../app/core/menu/menu.ts';
import { kinds, main, message as messageMenu, more } from '../../app/core/menu/menus.ts';
import type { Message, MessageState } from '../../app/core/message/message.ts';
import { hear, press, silence, type Step } from '../../app/media/scripted/steps.ts';
import type { ScriptedCaller } from '../../app/media/scripted/open.ts';
import { openMailboxWorld, operator, soundOf, type Left, type MailboxWorld } from './mailbox-world.ts';
import { assertHeard } from './world.ts';

interface KeyCase {
  readonly menu: Menu;
  /** What the key does, as the data say. */
  readonly does: string;
  /** Messages that were left before, the oldest first. Default: one new voice message. */
  readonly left?: readonly Left[];
  /** From the main menu to the key; `sounds` name the messages' sounds. */
  readonly steps: (sounds: readonly string[]) => readonly Step[];
  /** Then heard, in order, among others. */
  readonly hears?: (sounds: readonly string[]) => readonly string[];
  readonly states?: readonly MessageState[];
  readonly check?: (given: {
    readonly world: MailboxWorld;
    readonly person: ScriptedCaller;
    readonly messages: readonly Message[];
  }) => Promise<void> | void;
}

const first = ([sound = '']: readonly string[]) => hear(sound);
const toMain = hear('menu-main-new');
const toMessage = hear('menu-message-save');
const opened =
  (...then: readonly Step[]) =>
  (sounds: readonly string[]) => [press('1'), first(sounds), ...then];
const two: readonly Left[] = [{}, {}];
const mixed: readonly Left[] = [
  { kind: 'voice' },
  { kind: 'fax' },
  { kind: 'text' },
  { kind: 'email' },
  { kind: 'image' },
];

const cases: readonly KeyCase[] = [
  // Main menu
  {
    menu: main,
    does: 'new',
    steps: (s) => [toMain, press('1'), first(s)],
    hears: ([s = '']) => ['message-from', s],
  },
  {
    menu: main,
    does: 'saved',
    left: [{}, { state: 'saved' }, { state: 'heard' }],
    steps: ([, saved = '', heard = '']) => [press('2'), hear(saved), press('6'), hear(heard)],
    states: ['new', 'saved', 'heard'],
  },
  {
    menu: main,
    does: 'find',
    left: [{ from: '+12025550123' }, { from: '+12025550177' }, { from: '+12025550177', state: 'saved' }],
    steps: ([, older = '', latest = '']) => [
      press('3'),
      hear('enter-caller'),
      press('177#'),
      hear(latest),
      press('6'),
      hear(older),
    ],
  },
  { menu: main, does: 'compose', steps: () => [press('4')], check: leftMain },
  { menu: main, does: 'greetings', steps: () => [press('5'), hear('menu-greetings-unavailable')] },
  { menu: main, does: 'settings', steps: () => [press('6'), hear('menu-settings-pin')] },
  {
    menu: main,
    does: 'trash',
    left: [{}, { state: 'deleted' }],
    steps: ([, deleted = '']) => [press('7'), hear(deleted), press('3'), hear('message-restored')],
    states: ['new', 'heard'],
  },
  {
    menu: main,
    does: 'operator',
    steps: () => [press('0'), hear('calling-operator'), toMain],
    check: dialledOperator,
  },
  { menu: main, does: 'end', steps: () => [press('*'), hear('goodbye')] },
  // Kinds of message
  { menu: kinds, does: 'all', left: mixed, steps: ([v = '']) => [press('11'), hear(v)] },
  {
    menu: kinds,
    does: 'voice',
    left: mixed,
    steps: ([v = '']) => [press('12'), hear(v), press('6'), hear('no-more-messages')],
  },
  {
    menu: kinds,
    does: 'fax',
    left: mixed,
    steps: () => [press('13'), hear('kind-fax'), hear('kind-no-sound'), press('6'), hear('no-more-messages')],
    states: ['new', 'heard', 'new', 'new', 'new'],
  },
  {
    menu: kinds,
    does: 'text',
    left: mixed,
    steps: () => [press('14'), hear('kind-text'), press('6'), hear('no-more-messages')],
  },
  {
    menu: kinds,
    does: 'email',
    left: mixed,
    steps: () => [press('15'), hear('kind-email'), press('6'), hear('no-more-messages')],
  },
  {
    menu: kinds,
    does: 'picture',
    left: [...mixed, { kind: 'video' }],
    steps: () => [
      press('16'),
      hear('kind-image'),
      press('6'),
      hear('kind-video'),
      press('6'),
      hear('no-more-messages'),
    ],
  },
  {
    menu: kinds,
    does: 'up',
    left: mixed,
    steps: () => [press('1'), hear('menu-kinds-all'), press('*'), toMain],
  },
  // A message
  {
    menu: messageMenu,
    does: 'play',
    steps: (s) => opened(toMessage, press('1'), first(s))(s),
    states: ['heard'],
  },
  {
    menu: messageMenu,
    does: 'save',
    steps: opened(toMessage, press('2'), hear('message-kept')),
    states: ['saved'],
  },
  {
    menu: messageMenu,
    does: 'delete',
    steps: opened(toMessage, press('3'), hear('message-deleted')),
    states: ['deleted'],
  },
  {
    menu: messageMenu,
    does: 'restore',
    steps: opened(
      press('2'),
      hear('message-kept'),
      press('3'),
      hear('menu-message-restore'),
      press('3'),
      hear('message-restored'),
    ),
    states: ['saved'],
  },
  { menu: messageMenu, does: 'answer', steps: opened(press('4'), hear('menu-answer-send-on')) },
  {
    menu: messageMenu,
    does: 'details',
    steps: opened(press('5'), hear('received'), toMessage),
    hears: () => ['message-from', 'digit-2', 'received', 'message-length'],
  },
  {
    menu: messageMenu,
    does: 'next',
    left: two,
    steps: ([a = '', b = '']) => [press('1'), hear(a), press('6'), hear(b)],
    states: ['heard', 'new'],
  },
  {
    menu: messageMenu,
    does: 'back',
    left: [{ ms: 20_000 }],
    steps: ([s = '']) => [press('1'), hear(s, 12_000), press('7'), hear(s, 9000)],
    check: ({ person }) => began(person, [0, 7000]),
  },
  {
    menu: messageMenu,
    does: 'pause',
    left: [{ ms: 20_000 }],
    steps: ([s = '']) => [
      press('1'),
      hear(s, 6000),
      press('8'),
      hear('paused'),
      silence(30_000),
      press('8'),
      hear(s, 9000),
    ],
    check: ({ person }) => began(person, [0, 6000]),
  },
  {
    menu: messageMenu,
    does: 'forward',
    left: [{ ms: 20_000 }],
    steps: ([s = '']) => [press('1'), hear(s, 2000), press('9'), hear(s, 9000)],
    check: ({ person }) => began(person, [0, 7000]),
  },
  { menu: messageMenu, does: 'more', steps: opened(press('0'), hear('menu-more-slower')) },
  { menu: messageMenu, does: 'up', steps: opened(press('*'), toMain) },
  // More
  {
    menu: more,
    does: 'slower',
    left: [{ ms: 8000 }],
    steps: ([s = '']) => [press('1'), hear(s, 3000), press('01'), hear('speed-slower'), hear(`${s}@0.75`)],
    check: ({ person }) => began(person, [0, 4000]),
  },
  {
    menu: more,
    does: 'normal-speed',
    left: [{ ms: 8000 }],
    steps: ([s = '']) => [
      press('1'),
      hear(s, 3000),
      press('03'),
      hear(`${s}@1.25`),
      press('02'),
      hear('speed-normal'),
      hear(s),
    ],
    check: ({ person }) => began(person, [0, 2400, 3000]),
  },
  {
    menu: more,
    does: 'faster',
    left: [{ ms: 8000 }],
    steps: ([s = '']) => [
      press('1'),
      hear(s, 3000),
      press('03'),
      hear('speed-faster'),
      hear(`${s}@1.25`, 3000),
      press('03'),
      hear(`${s}@1.5`),
    ],
    check: ({ person }) => began(person, [0, 2400, 2500]),
  },
  {
    menu: more,
    does: 'previous',
    left: two,
    steps: ([a = '', b = '']) => [press('1'), hear(a), press('6'), hear(b), press('04'), hear(a)],
  },
  {
    menu: more,
    does: 'mark-urgent',
    steps: opened(press('05'), hear('marked-urgent')),
    check: async ({ world, messages }) =>
      assert.equal((await world.now(messages[0] as Message))?.urgent, true),
  },
  {
    menu: more,
    does: 'mark-normal',
    left: [{ urgent: true }],
    steps: opened(press('0'), hear('menu-more-mark-normal'), press('5'), hear('marked-normal')),
    check: async ({ world, messages }) =>
      assert.equal((await world.now(messages[0] as Message))?.urgent, false),
  },
  {
    menu: more,
    does: 'operator',
    steps: opened(press('00'), hear('calling-operator'), toMessage),
    check: dialledOperator,
  },
  { menu: more, does: 'up', steps: opened(press('0'), hear('menu-more-slower'), press('*'), toMessage) },
];

function leftMain({ person }: { person: ScriptedCaller }): void {
  assert.ok(!person.prompts.includes('invalid-key'));
}

function dialledOperator({ world }: { world: MailboxWorld }): void {
  assert.equal(world.media.dialled.at(-1)?.to.number, operator);
}

/** From where the messages' sounds were played, in order. */
function began(person: ScriptedCaller, fromMs: readonly number[]): void {
  const stored = person.playings.filter(({ item }) => item.kind === 'stored');
  assert.deepEqual(
    stored.map((one) => Math.round(one.fromMs)),
    fromMs,
  );
}

describe('Each key of the mailbox', function () {
  this.timeout(60_000);
  let world: MailboxWorld;
  let n = 200;
  const number = () => `+12025550${n++}`;

  before(async () => (world = await openMailboxWorld()));
  after(() => world[Symbol.asyncDispose]());

  for (const { menu, does, left = [{}], steps, hears, states, check } of cases) {
    const key = menu.choices.find((choice) => choice.does === does)?.key;
    it(`${menu.name}: ${key} ${menu.choices.find((choice) => choice.does === does)?.label}`, async () => {
      const own = number();
      const messages: Message[] = [];
      for (const one of left) messages.push(await world.leave(own, one));
      const sounds = messages.map(soundOf);
      const person = await world.call(own, ...steps(sounds));
      assert.ok(
        person.remaining.length === 0,
        `not all came about: ${JSON.stringify(person.remaining)} ${person.prompts.join(' ')}`,
      );
      if (hears !== undefined) assertHeard(namesHeard(person), hears(sounds));
      for (const [i, state] of (states ?? []).entries())
        assert.equal(await world.stateOf(messages[i] as Message), state, `message ${i}`);
      await check?.({ world, person, messages });
    });
  }

  it('is tried above', () => {
    const tried = new Set(cases.map(({ menu, does }) => `${menu.name} ${does}`));
    // A message that is alone is tried with references.
    tried.add('message end');
    for (const menu of [main, kinds, messageMenu, more] as Menu[])
      for (const { does } of menu.choices)
        assert.ok(tried.has(`${menu.name} ${does}`), `${menu.name} ${does}`);
  });
});

function namesHeard(person: ScriptedCaller): string[] {
  return person.heard.flatMap((item) => {
    if (item.kind === 'prompt') return [item.name];
    if (item.kind === 'stored') return [item.media.id];
    return item.kind === 'digits' ? Array.from(item.digits, (digit) => `digit-${digit}`) : [item.kind];
  });
}
