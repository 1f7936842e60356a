import assert from 'node:assert/strict';
import type { Mailbox } from '../../../app/core/mailbox/mailbox.ts';
import type { Message } from '../../../app/core/message/message.ts';
import { answerDialogue } from '../../../app/flows/mailbox/answer.ts';
import { hangup, hear, press, speak, type Step } from '../../../app/media/scripted/steps.ts';
import { babble } from '../../audio/babble.ts';
import { OwnWorld } from '../own-world.ts';
import { assertHeard } from '../world.ts';

const original = babble(3000, 1);
const words = babble(2000, 2);
const menu = hear('menu-recipients-send');

describe('A subscriber who answers a message', function () {
  this.timeout(60_000);
  let world: OwnWorld;
  let bob: Mailbox;
  const dialled: string[] = [];

  before(async () => {
    world = await OwnWorld.open({
      onDial: (number) => {
        dialled.push(number);
        return { kind: 'answered', steps: [hangup()] };
      },
    });
    bob = await world.subscriber();
  });
  after(() => world[Symbol.asyncDispose]());
  afterEach(() => assert.deepEqual(world.flow.media.takes, [], 'a recording was left at the switch'));

  const answer = (message: Message, steps: readonly Step[]) =>
    world.talk([hear('menu-answer-send-on'), ...steps], (call, deps) =>
      answerDialogue(call, bob, message, deps),
    );
  const speaks: Step[] = [hear('record-own'), hear('beep'), speak(words), press('#'), menu];
  const to = (number: string): Step[] => [
    hear('recipient-enter'),
    press(`${number.slice(2)}#`),
    hear('recipient-next'),
    press('#'),
  ];

  it('1 replies: the sender gets it in a mailbox here, related to the message', async () => {
    const alice = world.number();
    const message = await world.receives(bob, original, { number: alice, private: false });
    const { person, result } = await answer(message, [press('1'), ...speaks, press('1')]);
    assert.equal(result, 'done');
    assertHeard(person.prompts, ['menu-answer-reply', 'record-own', 'send-done']);
    const [reply] = await world.messages(alice);
    assert.ok(reply);
    assert.equal(reply.envelope.related, message.id);
    assert.deepEqual(reply.envelope.from, { number: bob.number, private: false });
    assert.deepEqual((await world.sounds(reply)).map(Buffer.from), [Buffer.from(words)]);
  });

  it('1, and the sender has no mailbox here: it is said, and 3 calls them', async () => {
    dialled.length = 0;
    const message = await world.receives(bob, original, { number: '+12125550100', private: false });
    const steps = [press('1'), hear('reply-no-mailbox'), hear('menu-answer-call-sender'), press('3')];
    const { person } = await answer(message, steps);
    assertHeard(person.prompts, ['reply-no-mailbox', 'menu-answer-call-sender']);
    assert.ok(!person.prompts.includes('record-own'));
  });

  it('3 calls a sender who is served here', async () => {
    dialled.length = 0;
    const alice = world.number();
    const message = await world.receives(bob, original, { number: alice, private: false });
    const { result } = await answer(message, [press('3')]);
    assert.equal(result, 'done');
    assert.deepEqual(dialled, [alice]);
  });

  for (const [who, from] of [
    ['withheld the number', { private: true }],
    ['has none', { private: false }],
  ] as const) {
    it(`the sender ${who}: neither reply nor call is offered, and their keys do nothing`, async () => {
      const message = await world.receives(bob, original, from);
      const steps = [press('1'), hear('invalid-key'), press('3'), hear('invalid-key'), press('*')];
      const { person, result } = await answer(message, steps);
      assert.equal(result, 'done');
      for (const name of ['menu-answer-reply', 'menu-answer-call-sender'])
        assert.ok(!person.prompts.includes(name), name);
    });
  }

  it('2 sends it on with an introduction: both, in order, as a message of its own', async () => {
    const carol = world.number();
    const message = await world.receives(bob, original);
    const steps = [
      press('2'),
      ...to(carol),
      hear('send-introduction'),
      hear('beep'),
      speak(words),
      press('#'),
    ];
    const { person } = await answer(message, [...steps, menu, press('2'), menu, press('1')]);
    assertHeard(person.prompts, ['send-introduction', 'beep', 'send-done']);
    const played = person.heard.flatMap((item) =>
      item.kind === 'stored' ? [Buffer.from(item.media.bytes)] : [],
    );
    assert.deepEqual(played, [Buffer.from(words), Buffer.from(original)], '2 plays both');
    const [forwarded] = await world.messages(carol);
    assert.ok(forwarded);
    assert.deepEqual((await world.sounds(forwarded)).map(Buffer.from), [
      Buffer.from(words),
      Buffer.from(original),
    ]);
    assert.equal(forwarded.envelope.related, message.id);
    assert.deepEqual(forwarded.envelope.from, { number: bob.number, private: false });
    const media = forwarded.envelope.parts.map((part) => part.media);
    assert.equal(new Set([...media, message.envelope.parts[0]!.media]).size, 3, 'the bytes are copies');
    assert.equal(
      forwarded.envelope.parts.reduce((sum, part) => sum + (part.durationMs ?? 0), 0),
      5000,
    );
  });

  it('2 and # at the tone: it goes on without an introduction', async () => {
    const carol = world.number();
    const message = await world.receives(bob, original);
    const { person } = await answer(message, [
      press('2'),
      ...to(carol),
      hear('beep'),
      press('#'),
      menu,
      press('1'),
    ]);
    assertHeard(person.prompts, ['beep', 'menu-recipients-send', 'send-done']);
    const [forwarded] = await world.messages(carol);
    assert.deepEqual((await world.sounds(forwarded!)).map(Buffer.from), [Buffer.from(original)]);
  });

  it('2 twice in one call to the same person, without introductions: two messages', async () => {
    const carol = world.number();
    const message = await world.receives(bob, original);
    const once = [
      hear('menu-answer-send-on'),
      press('2'),
      ...to(carol),
      hear('beep'),
      press('#'),
      menu,
      press('1'),
    ];
    await world.talk([...once, ...once], async (call, deps) => {
      await answerDialogue(call, bob, message, deps);
      return answerDialogue(call, bob, message, deps);
    });
    assert.equal((await world.messages(carol)).length, 2);
  });

  it('what was sent on can be sent on again: all three parts', async () => {
    const [carol, dave] = [await world.subscriber(), world.number()];
    const message = await world.receives(bob, original);
    const intro = [hear('send-introduction'), hear('beep'), speak(words), press('#'), menu, press('1')];
    await answer(message, [press('2'), ...to(carol.number), ...intro]);
    const [once] = await world.messages(carol.number);
    const second = babble(1000, 3);
    const more = [hear('beep'), speak(second), press('#'), menu, press('1')];
    await world.talk([press('2'), ...to(dave), ...more], (call, deps) =>
      answerDialogue(call, carol, once!, deps),
    );
    const [twice] = await world.messages(dave);
    assert.deepEqual(
      (await world.sounds(twice!)).map(Buffer.from),
      [second, words, original].map(Buffer.from),
    );
    assert.equal(twice?.envelope.related, once!.id);
  });

  it('2 sends a fax on, with an introduction or without: its pages stay pages', async () => {
    const [carol, dave] = [world.number(), world.number()];
    const pages = Buffer.from('II*\0 as if it were a fax');
    const stored = await world.deposits.take({
      draft: {
        kind: 'fax',
        origin: { network: 'fax', id: 'a-fax' },
        from: { private: true },
        to: bob.number,
        received: world.deps.clock.now(),
        urgent: false,
        confidential: false,
        cut: false,
      },
      classOfService: 'standard',
      contentType: 'image/tiff',
      pages: 2,
      bytes: pages,
    });
    assert.ok(stored.kind === 'stored');
    await answer(stored.message, [press('2'), ...to(carol), hear('beep'), press('#'), menu, press('1')]);
    const introduced = [hear('beep'), speak(words), press('#'), menu, press('1')];
    await answer(stored.message, [press('2'), ...to(dave), ...introduced]);
    const [plain] = await world.messages(carol);
    const [spoken] = await world.messages(dave);
    const shapes = [plain, spoken].map((message) =>
      message?.envelope.parts.map((part) => [part.contentType, part.pages, part.durationMs]),
    );
    assert.deepEqual(shapes, [
      [['image/tiff', 2, undefined]],
      [
        ['audio/PCMU', undefined, 2000],
        ['image/tiff', 2, undefined],
      ],
    ]);
    assert.deepEqual([plain?.envelope.kind, spoken?.envelope.kind], ['fax', 'fax']);
  });

  it('2 on a private message: it is said that it cannot be sent on', async () => {
    const message = await world.receives(bob, original, { private: true }, true);
    const { person, result } = await answer(message, [press('2'), hear('send-confidential')]);
    assert.equal(result, 'done');
    assert.ok(!person.prompts.includes('recipient-enter'));
  });

  it('2, and the sound is gone: it is said', async () => {
    const message = await world.receives(bob, original);
    await world.store.media.delete(message.envelope.parts[0]!.media);
    const { person } = await answer(message, [press('2')]);
    assertHeard(person.prompts, ['reference-deleted']);
  });

  it('2, an introduction, and hangs up: nothing is sent', async () => {
    const carol = world.number();
    const message = await world.receives(bob, original);
    const { result } = await answer(message, [
      press('2'),
      ...to(carol),
      hear('beep'),
      speak(words),
      hangup(),
    ]);
    assert.equal(result, 'gone');
    assert.deepEqual(await world.messages(carol), []);
  });

  it('* goes back', async () => {
    const message = await world.receives(bob, original);
    assert.equal((await answer(message, [press('*')])).result, 'done');
  });
});
