import assert from 'node:assert/strict';
import type { Menu } from '../../app/core/menu/menu.ts';
import { kinds, main, message as messageMenu, more } from '../../app/core/menu/menus.ts';
import type { Message, MessageState } from '../../app/core/message/message.ts';
import { babble } from '../audio/babble.ts';
import { prompt } from '../audio/prompt.ts';
import type { PhoneCall } from '../phone/call.ts';
import { counters } from './counted.ts';
import { enterMailbox, isSound } from './enter-mailbox.ts';
import { putMessage, type Put } from './put-message.ts';
import { openSystem, type System } from './system.ts';
import { Told } from './told.ts';

/** One step: a key that is pressed as soon as this is being played. `message` is any stored sound. */
type Step = readonly [after: string, keys: string];

interface KeyCase {
  readonly menu: Menu;
  readonly does: string;
  /** Default: one voice message of six seconds. */
  readonly left?: readonly Put[];
  /** From the main menu on. */
  readonly steps: readonly Step[];
  /** Then played. */
  readonly comes: string;
  readonly states?: readonly MessageState[];
  /** Prompts whose sound is looked for in what the telephone received. */
  readonly sounds?: readonly string[];
}

const voice: Put = { sound: babble(6000, 1) };
const start = 'menu-main-new';
const toMessage: Step = [start, '1'];
const fax: Put = { kind: 'fax' };

const cases: readonly KeyCase[] = [
  {
    menu: main,
    does: 'new',
    steps: [[start, '1']],
    comes: 'message',
    sounds: ['menu-main-new'],
  },
  {
    menu: main,
    does: 'saved',
    left: [{ ...voice, state: 'saved' }],
    steps: [[start, '2']],
    comes: 'message',
  },
  {
    menu: main,
    does: 'find',
    steps: [
      [start, '3'],
      ['enter-caller', '0123#'],
    ],
    comes: 'message',
    sounds: ['enter-caller'],
  },
  {
    menu: main,
    does: 'trash',
    left: [{ ...voice, state: 'deleted' }],
    steps: [[start, '7']],
    comes: 'message',
  },
  {
    menu: main,
    does: 'operator',
    steps: [[start, '0']],
    comes: 'calling-operator',
    sounds: ['calling-operator'],
  },
  { menu: main, does: 'end', steps: [[start, '*']], comes: 'goodbye', sounds: ['goodbye'] },
  {
    menu: kinds,
    does: 'all',
    left: [fax, voice],
    steps: [
      [start, '1'],
      ['menu-kinds-all', '1'],
    ],
    comes: 'kind-fax',
  },
  {
    menu: kinds,
    does: 'voice',
    left: [fax, voice],
    steps: [
      [start, '1'],
      ['menu-kinds-voice', '2'],
    ],
    comes: 'message',
  },
  {
    menu: kinds,
    does: 'fax',
    left: [fax, voice],
    steps: [
      [start, '1'],
      ['menu-kinds-fax', '3'],
    ],
    comes: 'kind-fax',
    sounds: ['kind-fax', 'kind-no-sound'],
  },
  {
    menu: kinds,
    does: 'text',
    left: [fax, { kind: 'text' }],
    steps: [
      [start, '1'],
      ['menu-kinds-text', '4'],
    ],
    comes: 'kind-text',
  },
  {
    menu: kinds,
    does: 'email',
    left: [fax, { kind: 'email' }],
    steps: [
      [start, '1'],
      ['menu-kinds-email', '5'],
    ],
    comes: 'kind-email',
  },
  {
    menu: kinds,
    does: 'picture',
    left: [fax, { kind: 'image' }],
    steps: [
      [start, '1'],
      ['menu-kinds-picture', '6'],
    ],
    comes: 'kind-image',
  },
  {
    menu: kinds,
    does: 'up',
    left: [fax, voice],
    steps: [
      [start, '1'],
      ['menu-kinds-all', '*'],
    ],
    comes: start,
  },
  {
    menu: messageMenu,
    does: 'play',
    steps: [toMessage, ['message', '1']],
    comes: 'message',
    states: ['heard'],
  },
  {
    menu: messageMenu,
    does: 'save',
    steps: [toMessage, ['message', '2']],
    comes: 'message-kept',
    states: ['saved'],
    sounds: ['message-kept'],
  },
  {
    menu: messageMenu,
    does: 'delete',
    steps: [toMessage, ['message', '3']],
    comes: 'message-deleted',
    states: ['deleted'],
    sounds: ['message-deleted'],
  },
  {
    menu: messageMenu,
    does: 'restore',
    steps: [toMessage, ['message', '3'], ['menu-message-restore', '3']],
    comes: 'message-restored',
    states: ['heard'],
    sounds: ['message-restored'],
  },
  { menu: messageMenu, does: 'answer', steps: [toMessage, ['message', '4']], comes: 'menu-answer-reply' },
  {
    menu: messageMenu,
    does: 'details',
    steps: [toMessage, ['message', '5']],
    comes: 'message-length',
    sounds: ['message-from', 'received'],
  },
  {
    menu: messageMenu,
    does: 'next',
    left: [voice, voice],
    steps: [toMessage, ['message', '6']],
    comes: 'message',
  },
  { menu: messageMenu, does: 'back', steps: [toMessage, ['message', '7']], comes: 'message' },
  {
    menu: messageMenu,
    does: 'pause',
    steps: [toMessage, ['message', '8'], ['paused', '8']],
    comes: 'message',
    sounds: ['paused'],
  },
  {
    menu: messageMenu,
    does: 'forward',
    left: [{ sound: babble(12_000, 2) }],
    steps: [toMessage, ['message', '9']],
    comes: 'message',
  },
  {
    menu: messageMenu,
    does: 'more',
    steps: [toMessage, ['message', '0']],
    comes: 'menu-more-slower',
    sounds: ['menu-more-slower'],
  },
  { menu: messageMenu, does: 'up', steps: [toMessage, ['message', '*']], comes: start },
  {
    menu: more,
    does: 'slower',
    steps: [toMessage, ['message', '0'], ['menu-more-slower', '1'], ['speed-slower', '']],
    comes: 'message',
    sounds: ['speed-slower'],
  },
  {
    menu: more,
    does: 'normal-speed',
    steps: [toMessage, ['message', '0'], ['menu-more-slower', '2'], ['speed-normal', '']],
    comes: 'message',
  },
  {
    menu: more,
    does: 'faster',
    steps: [toMessage, ['message', '0'], ['menu-more-slower', '3'], ['speed-faster', '']],
    comes: 'message',
  },
  {
    menu: more,
    does: 'previous',
    left: [voice, voice],
    steps: [toMessage, ['message', '6'], ['message', '0'], ['menu-more-slower', '4']],
    comes: 'message',
  },
  {
    menu: more,
    does: 'mark-urgent',
    steps: [toMessage, ['message', '0'], ['menu-more-mark-urgent', '5']],
    comes: 'marked-urgent',
  },
  {
    menu: more,
    does: 'mark-normal',
    left: [{ ...voice, urgent: true }],
    steps: [toMessage, ['message', '0'], ['menu-more-mark-normal', '5']],
    comes: 'marked-normal',
  },
  {
    menu: more,
    does: 'operator',
    steps: [toMessage, ['message', '0'], ['menu-more-slower', '0']],
    comes: 'calling-operator',
  },
  {
    menu: more,
    does: 'up',
    steps: [toMessage, ['message', '0'], ['menu-more-slower', '*']],
    comes: 'menu-message-play',
  },
];

describe('Each key of the mailbox, by telephone', function () {
  this.timeout(60_000);
  let system: System;
  let n = 200;

  before(async () => (system = await openSystem({ standard: { operator: '+12025550100', notify: [] } })));
  after(() => system[Symbol.asyncDispose]());

  for (const { menu, does, left = [voice], steps, comes, states, sounds = [] } of cases) {
    const choice = menu.choices.find((one) => one.does === does);
    it(`a key of ${menu.name}: ${choice?.key} ${choice?.label}`, async () => {
      const own = `+12025550${n++}`;
      const messages: Message[] = [];
      for (const [i, put] of left.entries())
        messages.push(
          await putMessage(system, own, { received: new Date(Date.now() - 60_000 + i * 1000), ...put }),
        );
      const phone = await system.phone(own);
      const told = new Told(system);
      await using call = await enterMailbox(phone, told);
      for (const [after, keys] of steps) {
        await plays(call, told, after);
        if (sounds.includes(after)) await call.hears(await prompt(after));
        if (keys !== '') await call.press(keys);
      }
      await plays(call, told, comes);
      for (const sound of sounds) if (!steps.some(([after]) => after === sound)) await heard(call, sound);
      await call.hangup();
      for (const [i, state] of (states ?? []).entries())
        assert.equal((await system.store.messages.get(messages[i]!.id))?.state, state);
      const { counted, there } = await counters(system, own);
      assert.deepEqual(counted, there);
    });
  }
});

/** Waits until this is played; of a message, its sound: `1` passes over what is said before it. */
async function plays(call: PhoneCall, told: Told, what: string): Promise<void> {
  if (what !== 'message') {
    await told.plays(what);
    return;
  }
  const played = await told.plays(({ name }) => name === 'message-from' || isSound(name));
  if (isSound(played.name)) return;
  await call.press('1');
  await told.plays(({ name }) => isSound(name));
}

async function heard(call: PhoneCall, name: string): Promise<void> {
  await call.hears(await prompt(name), { withinMs: 15_000 });
}
