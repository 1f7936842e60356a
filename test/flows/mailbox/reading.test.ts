import assert from 'node:assert/strict';
import { Fault } from '../../../app/core/errors.ts';
import { hangup, hear, meanwhile, press, speak } from '../../../app/media/scripted/steps.ts';
import type { ScriptedCaller } from '../../../app/media/scripted/open.ts';
import type { PlayItem } from '../../../app/core/prompt/play-item.ts';
import { deliverDialogue } from '../../../app/flows/deliver.ts';
import { accessDialogue } from '../../../app/flows/access.ts';
import type { E164 } from '../../../app/core/ids.ts';
import { gate } from '../../services/gate.ts';
import { spelled, Spelling, type SpellingOptions } from '../../services/spelling.ts';
import { openMailboxWorld, type Left, type MailboxWorld } from '../mailbox-world.ts';
import { assertHeard } from '../world.ts';

const own = '+12025550147';

const text = (words: string): Left => ({
  kind: 'text',
  part: { contentType: 'text/plain; charset=utf-8', bytes: new TextEncoder().encode(words) },
});

const ann = { name: 'Ann Smith', address: 'ann@example.org', private: false } as const;

async function withWorld(
  options: SpellingOptions & { readonly none?: true },
  test: (world: MailboxWorld, speech: Spelling) => Promise<void>,
): Promise<void> {
  const speech = new Spelling(options);
  await using world = await openMailboxWorld({ converters: options.none === true ? [] : [speech] });
  await test(world, speech);
}

/** The sounds that were played, as the text that they spell. */
function spelt({ heard }: ScriptedCaller): string[] {
  return stored(heard).map((bytes) => new TextDecoder().decode(bytes.filter((_, i) => i % 800 === 0)));
}

function stored(heard: readonly PlayItem[]): Uint8Array[] {
  return heard.flatMap((item) => (item.kind === 'stored' ? [item.media.bytes] : []));
}

describe('Messages without sound, by telephone', function () {
  this.timeout(60_000);
  const menu = hear('menu-message-play');

  it('a text is announced, then spoken, then it is a heard message', () =>
    withWorld({}, async (world) => {
      const message = await world.leave(own, text('call me'));
      const person = await world.call(own, press('1'), menu);
      assertHeard(person.prompts, ['kind-text', 'message-from', 'menu-message-play']);
      assert.deepEqual(spelt(person), ['call me']);
      assert.ok(!person.prompts.includes('kind-no-sound'));
      assert.equal(await world.stateOf(message), 'heard');
    }));

  it('an e-mail says who sent it, its subject and its words', () =>
    withWorld({}, async (world) => {
      await world.leave(own, { ...text('at noon?'), kind: 'email', subject: 'Lunch', sender: ann });
      const person = await world.call(own, press('1'), menu);
      assertHeard(person.prompts, ['kind-email', 'menu-message-play']);
      assert.ok(!person.prompts.includes('message-from-unknown'));
      assert.deepEqual(spelt(person), ['Ann Smith.\n\nLunch\n\nat noon?']);
    }));

  it('a fax says its sender and pages, and cannot be heard', () =>
    withWorld({}, async (world) => {
      const message = await world.leave(own, {
        kind: 'fax',
        part: { contentType: 'image/tiff', bytes: new Uint8Array(9), pages: 3 },
      });
      const person = await world.call(
        own,
        press('1'),
        hear('menu-message-save'),
        press('5'),
        hear('received'),
        hear('menu-message-save'),
      );
      assertHeard(person.prompts, [
        'kind-fax',
        'message-from',
        'kind-no-sound',
        'menu-message-save',
        'received',
      ]);
      assert.ok(!person.prompts.includes('menu-message-play'));
      const counts = person.heard.filter((item) => item.kind === 'count' && item.noun === 'page');
      assert.deepEqual(
        counts.map((item) => item.kind === 'count' && item.value),
        [3, 3],
      );
      assert.equal(await world.stateOf(message), 'heard');
    }));

  it('a video says that it is one and plays its sound', () =>
    withWorld({}, async (world) => {
      await world.leave(own, {
        kind: 'video',
        part: { contentType: 'video/mp4', bytes: spelled('see you') },
      });
      const person = await world.call(own, press('1'), menu);
      assertHeard(person.prompts, ['kind-video', 'message-from', 'menu-message-play']);
      assert.deepEqual(spelt(person), ['see you']);
    }));

  it('a picture says that it is one; one with a title says that too', () =>
    withWorld({}, async (world) => {
      const part = { contentType: 'image/png', bytes: new Uint8Array(9) };
      await world.leave(own, { kind: 'image', part });
      await world.leave(own, { kind: 'image', part, subject: 'Our cat' });
      const person = await world.call(own, press('1'), hear('menu-message-save'), press('6'), menu);
      assertHeard(person.prompts, ['kind-image', 'kind-no-sound', 'kind-image']);
      assert.deepEqual(spelt(person), ['Our cat']);
    }));

  it('what was said is played as it was said, never read from its transcript', () =>
    withWorld({}, async (world, speech) => {
      const message = await world.leave(own);
      await world.test.store.messages.setTranscript(message.id, 'something else');
      const person = await world.call(own, press('1'), menu);
      assert.equal(stored(person.heard).length, 1);
      assert.deepEqual(speech.asked, []);
    }));

  it('the keys of the player work on spoken words: forward, back, pause, again, faster', () =>
    withWorld({}, async (world) => {
      const words = 'a'.repeat(200);
      const message = await world.leave(own, text(words));
      const sound = `${message.id}/spoken-${words.length * 800}@en`;
      const person = await world.call(
        own,
        press('1'),
        hear(sound, 1000),
        press('9'),
        hear(sound, 7000),
        press('7'),
        hear(sound, 3000),
        press('8'),
        hear('paused'),
        press('8'),
        hear(sound),
        press('1'),
        hear(sound),
        press('03'),
        hear('speed-faster'),
        hear(`${sound}@1.25`),
      );
      assert.deepEqual(person.remaining, [], person.prompts.join(' '));
      const from = person.playings.filter(({ item }) => item.kind === 'stored').map(({ fromMs }) => fromMs);
      assert.deepEqual(from.slice(0, 3), [0, 6000, 2000]);
    }));

  it('the words are made while the announcement is played, and made once for all calls', () =>
    withWorld({}, async (world, speech) => {
      await world.leave(own, text('call me'));
      const person = await world.call(
        own,
        press('1'),
        menu,
        press('1'),
        hear('menu-message-save'),
        press('6'),
      );
      assert.ok(!person.prompts.includes('one-moment'));
      await world.call(own, press('2'), menu);
      assert.equal(speech.asked.length, 1);
    }));
});

describe('Words that take long to be spoken', function () {
  this.timeout(60_000);

  it('the subscriber is told that it takes a moment, then hears them', () => {
    const held = gate();
    return withWorld({ before: () => held.promise }, async (world) => {
      await world.leave(own, text('call me'));
      const person = await world.call(
        own,
        press('1'),
        hear('one-moment'),
        meanwhile(() => held.resolve()),
        hear('menu-message-play'),
      );
      assertHeard(person.prompts, ['kind-text', 'one-moment', 'menu-message-play']);
      assert.deepEqual(spelt(person), ['call me']);
    });
  });

  it('a key is obeyed meanwhile', () => {
    const held = gate();
    return withWorld({ before: () => held.promise }, async (world) => {
      const message = await world.leave(own, text('call me'));
      const person = await world.call(own, press('1'), hear('one-moment'), press('2'), hear('message-kept'));
      held.resolve();
      assert.deepEqual(person.remaining, []);
      assert.equal(await world.stateOf(message), 'saved');
    });
  });

  for (const { title, what } of [
    { title: 'while they are told to wait', what: 'one-moment' },
    { title: 'while they are told who wrote', what: 'message-from' },
  ])
    it(`a caller who hangs up ${title}: it is given up, and the message is new still`, () => {
      const endless = endlessly();
      return withWorld(endless.options, async (world) => {
        const message = await world.leave(own, text('call me'));
        await world.call(
          own,
          press('1'),
          hear(what),
          meanwhile(() => endless.begun),
          hangup(),
        );
        await endless.givenUp;
        assert.equal(await world.stateOf(message), 'new');
      });
    });

  it('who goes on to the next message gives it up too', () => {
    const endless = endlessly();
    return withWorld(endless.options, async (world) => {
      await world.leave(own, text('call me'));
      const person = await world.call(
        own,
        press('1'),
        hear('message-from'),
        meanwhile(() => endless.begun),
        press('6'),
        hear('no-more-messages'),
      );
      assert.deepEqual(person.remaining, []);
      await endless.givenUp;
    });
  });
});

/** Conversions that never end, unless they are given up. */
function endlessly() {
  const begun = gate();
  const givenUp = gate();
  const before: SpellingOptions['before'] = (_, __, { signal }) => {
    begun.resolve();
    return new Promise<void>((_resolve, reject) =>
      signal?.addEventListener('abort', () => {
        givenUp.resolve();
        reject(signal.reason as Error);
      }),
    );
  };
  return { options: { before }, begun: begun.promise, givenUp: givenUp.promise };
}

describe('Words that cannot be spoken', function () {
  this.timeout(60_000);

  for (const { title, options, says } of [
    { title: 'where nothing here speaks', options: { none: true }, says: 'cannot-play' },
    {
      title: 'where what speaks is broken',
      options: {
        before: () => {
          throw new Fault('media-failed', 'as if broken', { temporary: false });
        },
      },
      says: 'cannot-play',
    },
    {
      title: 'where it is busy',
      options: {
        before: () => {
          throw new Fault('media-unavailable', 'as if busy', { temporary: true });
        },
      },
      says: 'not-now',
    },
  ] as const)
    it(`${title}: that is said, and the menu goes on`, () =>
      withWorld(options, async (world) => {
        const message = await world.leave(own, text('call me'));
        const person = await world.call(
          own,
          press('1'),
          hear(says),
          hear('menu-message-save'),
          press('1'),
          hear(says),
          press('2'),
          hear('message-kept'),
        );
        assert.deepEqual(person.remaining, [], person.prompts.join(' '));
        assertHeard(person.prompts, ['kind-text', 'message-from', says, 'menu-message-save']);
        assert.equal(await world.stateOf(message), 'saved');
      }));

  it('of a text that nothing here speaks the announcement is all: it is a heard message then, and what was said stays new', () =>
    withWorld({ none: true }, async (world) => {
      const written = await world.leave(own, text('call me'));
      const said = await world.leave(own, { part: { contentType: 'audio/amr', bytes: spelled('hello') } });
      const steps = [hear('cannot-play'), hear('menu-message-save')];
      // The second 1: of all kinds.
      const person = await world.call(own, press('11'), ...steps, press('6'), ...steps);
      assert.deepEqual(person.remaining, [], person.prompts.join(' '));
      assert.deepEqual([await world.stateOf(written), await world.stateOf(said)], ['heard', 'new']);
    }));

  it('a voice message in a form that no telephone plays is turned into one', () =>
    withWorld({}, async (world) => {
      await world.leave(own, { part: { contentType: 'audio/amr', bytes: spelled('hello') } });
      const person = await world.call(own, press('1'), hear('menu-message-play'));
      assert.deepEqual(spelt(person), ['hello']);
    }));
});

describe('An e-mail that is sent on by telephone', function () {
  this.timeout(60_000);

  it('is heard by whom it is sent to: the introduction, its title and its words', () =>
    withWorld({}, async (world) => {
      const [carol, words] = ['+12025550131', spelled('for you')];
      await world.leave(own, { ...text('at noon?'), kind: 'email', subject: 'Lunch', sender: ann });
      const steps = [
        hear('menu-message-play'),
        press('4'),
        hear('menu-answer-send-on'),
        press('2'),
        hear('recipient-enter'),
        press(`${carol.slice(2)}#`),
        hear('recipient-next'),
        press('#'),
        hear('beep'),
        speak(words),
        press('#'),
        hear('menu-recipients-send'),
        press('1'),
        hear('send-done'),
      ];
      const sender = await world.call(own, press('1'), ...steps);
      assert.deepEqual(sender.remaining, [], sender.prompts.join(' '));
      const person = await world.call(carol, press('1'), hear('menu-message-play'));
      assertHeard(person.prompts, ['kind-email', 'message-from', 'menu-message-play']);
      assert.deepEqual(spelt(person), ['for you', 'Lunch\n\nat noon?']);
    }));
});

describe('Messages without sound, opened otherwise', function () {
  this.timeout(60_000);

  it('a reference to a text says that it is one, who wrote it, and its words', () =>
    withWorld({}, async (world) => {
      const message = await world.leave(own, text('call me'));
      const person = world.media.ring({
        steps: [press(`${message.reference}#`), hear('menu-message-play'), hangup()],
        facts: { from: { number: own } },
      });
      const caller = { number: own as E164, private: false, trusted: true };
      await accessDialogue(person.call, caller, world.deps);
      assertHeard(person.prompts, ['kind-text', 'message-from', 'menu-message-play']);
      assert.deepEqual(spelt(person), ['call me']);
    }));

  it('a call that brings new messages brings texts too', () =>
    withWorld({}, async (world) => {
      const message = await world.leave(own, text('call me'));
      const person = world.media.ring({
        steps: [hear('menu-delivery-hear'), press('1'), hear('menu-message-play'), hangup()],
        entry: { kind: 'outgoing' },
      });
      await person.call.answer();
      const at = world.deps.clock.now();
      const end = await deliverDialogue(
        person.call,
        {
          id: 'delivery' as never,
          purpose: 'new-messages',
          mailbox: message.mailbox,
          to: own as E164,
          status: 'calling',
          tries: 1,
          due: at,
          created: at,
        },
        world.deps,
      );
      assert.equal(end, 'taken');
      assert.deepEqual(spelt(person), ['call me']);
    }));
});
