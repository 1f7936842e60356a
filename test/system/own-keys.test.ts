import assert from 'node:assert/strict';
import type { E164, MediaId } from '../../app/core/ids.ts';
import type { Menu } from '../../app/core/menu/menu.ts';
import { answer, greeting, greetings, list, recipients, settings } from '../../app/core/menu/menus.ts';
import type { Settings } from '../../app/core/profile/settings.ts';
import { babble } from '../audio/babble.ts';
import { OwnMailbox, type Step } from './own-mailbox.ts';
import { faxTiff } from '../fax/tiff.ts';
import { putMessage, type Put } from './put-message.ts';
import { openSystem, type System } from './system.ts';

interface KeyCase {
  readonly does: string;
  /** What the subscriber has chosen before. */
  readonly settings?: Settings;
  readonly textsStopped?: true;
  /** Of a message of another kind than voice, and how its menu is come to. */
  readonly put?: Put;
  readonly way?: readonly Step[];
  /** What is done in the menu, where it is not just the key. */
  readonly steps?: readonly Step[];
  /** Then played; `stored`: any sound that is no prompt. */
  readonly heard: string;
}

interface MenuCases {
  readonly menu: Menu;
  /** From the main menu. */
  readonly key: string;
  readonly way: readonly Step[];
  /** Played when the menu is told. */
  readonly told: string;
  /** For cases that have none of their own. */
  readonly settings?: Settings;
  readonly cases: readonly KeyCase[];
}

const media = 'test-greeting' as MediaId;
const words = babble(1000, 3);
const fax: Put = { kind: 'fax', part: { contentType: 'image/tiff', bytes: faxTiff(1, 100), pages: 1 } };
const recorded = { unavailable: { media, contentType: 'audio/PCMU', durationMs: 1000 } };

const all: readonly MenuCases[] = [
  {
    menu: answer,
    key: '1',
    way: [['stored', '4']],
    told: 'menu-answer-send-on',
    cases: [
      { does: 'reply', heard: 'record-own' },
      { does: 'send-on', heard: 'recipient-enter' },
      { does: 'call-sender', heard: 'calling-sender' },
      { does: 'send-fax', put: fax, way: [['kind-fax', '4']], heard: 'fax-enter-number' },
      { does: 'up', heard: 'menu-message-play' },
    ],
  },
  {
    menu: recipients,
    key: '4',
    way: [['recipient-enter', '2025550131#'], ['recipient-next', '#'], ['record-own', ''], { record: words }],
    told: 'menu-recipients-send',
    cases: [
      { does: 'send', heard: 'send-done' },
      { does: 'hear', heard: 'stored' },
      { does: 'record-again', heard: 'record-own' },
      { does: 'mark-urgent', heard: 'marked-urgent' },
      {
        does: 'mark-normal',
        steps: [
          ['menu-recipients-mark-urgent', '4'],
          ['menu-recipients-mark-normal', '4'],
        ],
        heard: 'marked-normal',
      },
      { does: 'up', heard: 'send-cancelled' },
    ],
  },
  {
    menu: greetings,
    key: '5',
    way: [],
    told: 'menu-greetings-name',
    cases: [
      { does: 'unavailable', heard: 'menu-greeting-record' },
      { does: 'busy', heard: 'menu-greeting-record' },
      { does: 'temporary', heard: 'menu-greeting-record' },
      { does: 'name', heard: 'menu-greeting-record' },
      { does: 'announcement-only', heard: 'greeting-announcement-only' },
      {
        does: 'take-messages',
        settings: { greetings: { announcementOnly: true } },
        heard: 'greeting-takes-messages',
      },
      { does: 'up', heard: 'menu-main-new' },
    ],
  },
  {
    menu: greeting,
    key: '5',
    way: [['menu-greetings-unavailable', '1']],
    told: 'menu-greeting-record',
    settings: { greetings: recorded },
    cases: [
      { does: 'hear', heard: 'stored' },
      { does: 'record', heard: 'record-own' },
      { does: 'remove', heard: 'greeting-removed' },
      { does: 'up', heard: 'menu-greetings-unavailable' },
    ],
  },
  {
    menu: settings,
    key: '6',
    way: [],
    told: 'menu-settings-lists',
    cases: [
      { does: 'pin', heard: 'new-pin' },
      { does: 'language', heard: 'setting-language-this' },
      { does: 'notices-off', heard: 'setting-notices-off' },
      { does: 'notices-on', textsStopped: true, heard: 'setting-notices-on' },
      { does: 'calls-on', heard: 'setting-calls-on' },
      { does: 'calls-off', settings: { deliverByCall: true }, heard: 'setting-calls-off' },
      { does: 'lists', heard: 'list-enter' },
      { does: 'up', heard: 'menu-main-new' },
    ],
  },
  {
    menu: list,
    key: '6',
    way: [
      ['menu-settings-lists', '5'],
      ['list-enter', '3#'],
      ['list-has', ''],
    ],
    told: 'menu-list-add',
    settings: { lists: { '3': { members: ['+12025550131' as E164] } } },
    cases: [
      { does: 'hear', heard: 'list-has' },
      { does: 'add', heard: 'list-add' },
      { does: 'remove', heard: 'list-remove' },
      { does: 'delete', heard: 'list-deleted' },
      { does: 'up', heard: 'menu-settings-lists' },
    ],
  },
];

describe('Each key of sending, greetings and settings, by telephone', function () {
  this.timeout(60_000);
  let system: System;
  let n = 300;

  before(async () => {
    system = await openSystem({ standard: { notify: [] } });
    await system.store.media.put(media, 'audio/PCMU', words, 'owner' as never);
  });
  after(() => system?.[Symbol.asyncDispose]());

  for (const { menu, key, way, told, settings: usual, cases } of all) {
    it(`${menu.name}: every key is tried`, () => {
      assert.deepEqual(
        cases.map(({ does }) => does).toSorted(),
        menu.choices.map(({ does }) => does).toSorted(),
      );
    });

    for (const { does, settings: chosen = usual, textsStopped, put, way: own = way, steps, heard } of cases) {
      const choice = menu.choices.find((one) => one.does === does);
      it(`a key of ${menu.name}: ${choice?.key} ${choice?.label}`, async () => {
        const number = `+12025550${n++}`;
        const { mailbox } = await putMessage(system, number, put ?? { sound: babble(4000, 1) });
        if (chosen !== undefined) await system.store.mailboxes.update(mailbox, { settings: chosen });
        if (textsStopped) await system.store.mailboxes.stopTexts(mailbox, new Date());
        await using visit = await OwnMailbox.enter(system, await system.phone(number));
        await visit.chooses(key);
        await visit.does(...own, ...(steps ?? [[told, choice?.key ?? '']]));
        await visit.plays(heard);
      });
    }
  }
});
