import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { E164 } from '../../../app/core/ids.ts';
import type { Mailbox } from '../../../app/core/mailbox/mailbox.ts';
import { readTag } from '../../../app/core/message/recording-tag.ts';
import { createSends } from '../../../app/services/send.ts';
import { composeDialogue } from '../../../app/flows/mailbox/compose.ts';
import type { FlowDeps } from '../../../app/flows/flow.ts';
import { hangup, hear, press, silence, speak, type Step } from '../../../app/media/scripted/steps.ts';
import type { MailboxStore, Store } from '../../../app/ports/store.ts';
import { babble } from '../../audio/babble.ts';
import { away, awayMedia } from '../away-media.ts';
import { assertHeard } from '../world.ts';
import { OwnWorld } from '../own-world.ts';

const words = babble(2000, 1);
const menu = hear('menu-recipients-send');

describe('A subscriber who sends a message', function () {
  this.timeout(60_000);
  let world: OwnWorld;
  let alice: Mailbox;

  before(async () => {
    world = await OwnWorld.open({ standard: { maxMessages: 3 } });
    alice = await world.subscriber();
    await world.store.mailboxes.update(alice.id, { settings: { name: 'Alice' } });
  });
  after(() => world[Symbol.asyncDispose]());
  afterEach(() => assert.deepEqual(world.flow.media.takes, [], 'a recording was left at the switch'));

  const compose = async (steps: readonly Step[], deps?: FlowDeps) => {
    const own = await world.now(alice);
    return world.talk(steps, (call, all) => composeDialogue(call, own, all), deps);
  };
  const to = (...numbers: string[]): Step[] => [
    hear('recipient-enter'),
    ...numbers.flatMap((number) => [press(`${number.slice(2)}#`), hear('recipient-next')]),
    press('#'),
  ];
  const speaks: Step[] = [hear('record-own'), hear('beep'), speak(words), press('#'), menu];

  it('to a number that never had a message: a mailbox comes into being, with this message from the subscriber', async () => {
    const bob = world.number();
    const { person, result } = await compose([...to(bob), ...speaks, press('1')]);
    assert.equal(result, 'done');
    assertHeard(person.prompts, [
      'recipient-next',
      'record-own',
      'beep',
      'menu-recipients-send',
      'send-done',
    ]);
    assert.deepEqual(
      person.heard.find((item) => item.kind === 'digits'),
      { kind: 'digits', digits: bob.slice(2) },
      'the number is read back',
    );
    const [message] = await world.messages(bob);
    assert.ok(message);
    assert.deepEqual(message.envelope.from, { number: alice.number, name: 'Alice', private: false });
    assert.equal(message.envelope.to, bob);
    assert.equal(message.urgent, false);
    assert.deepEqual(Buffer.from((await world.sounds(message))[0]!), Buffer.from(words));
    const mailbox = await world.store.mailboxes.find(bob);
    assert.deepEqual(mailbox?.counts, { new: 1, old: 0, urgent: 0 });
  });

  it('to several, one of them twice: each gets one', async () => {
    const [bob, carol] = [world.number(), world.number()];
    const { person } = await compose([...to(bob, carol, bob), ...speaks, press('1')]);
    assert.ok(
      person.heard.some((item) => item.kind === 'count' && item.value === 2 && item.noun === 'recipient'),
    );
    for (const one of [bob, carol]) assert.equal((await world.messages(one)).length, 1);
  });

  it('to two numbers of one subscriber: one message', async () => {
    const bob = await world.subscriber();
    const alias = world.number();
    await world.store.mailboxes.addAlias(bob.id, alias);
    await compose([...to(bob.number, alias), ...speaks, press('1')]);
    assert.equal((await world.messages(bob.number)).length, 1);
  });

  it('hears the spoken name of the recipient, where there is one', async () => {
    const bob = await world.subscriber();
    const name = babble(600, 7);
    await world.deps.greetings.set(bob, 'name', { contentType: 'audio/PCMU', bytes: name });
    const { person } = await compose([...to(bob.number), hangup()]);
    const played = person.heard.flatMap((item) =>
      item.kind === 'stored' ? [Buffer.from(item.media.bytes)] : [],
    );
    assert.deepEqual(played, [Buffer.from(name)]);
    assert.ok(!person.heard.some((item) => item.kind === 'digits'));
  });

  it('to a list by its key', async () => {
    const members = [world.number(), world.number(), world.number()];
    await world.store.mailboxes.update(alice.id, { settings: { lists: { '7': { members } } } });
    const steps = [hear('recipient-enter'), press('*07#'), hear('recipient-next'), press('#')];
    const { person } = await compose([...steps, ...speaks, press('1')]);
    assertHeard(person.prompts, ['list-has', 'send-done-to']);
    for (const one of members) assert.equal((await world.messages(one)).length, 1);
  });

  it('to a list that there is not: it is said, and another may be entered', async () => {
    const { person, result } = await compose([
      hear('recipient-enter'),
      press('*55#'),
      hear('list-unknown'),
      press('#'),
    ]);
    assertHeard(person.prompts, ['list-unknown', 'send-cancelled']);
    assert.equal(result, 'done');
  });

  for (const [what, keys] of [
    ['a number that is not served here', '12125550100#'],
    ['the access number', '12025550199#'],
    ['no number', '99#'],
  ] as const) {
    it(`to ${what}: it is refused plainly`, async () => {
      const { person } = await compose([
        hear('recipient-enter'),
        press(keys),
        hear('recipient-not-served'),
        hear('recipient-enter'),
        press('#'),
      ]);
      assertHeard(person.prompts, ['recipient-not-served', 'recipient-enter', 'send-cancelled']);
    });
  }

  it('to a full mailbox: it is said before anything is recorded', async () => {
    const bob = await world.subscriber();
    for (let n = 0; n < 3; n += 1) await world.receives(bob, babble(500, n));
    const { person } = await compose([
      hear('recipient-enter'),
      press(`${bob.number.slice(2)}#`),
      hear('recipient-full'),
      hear('recipient-enter'),
      press('#'),
    ]);
    assertHeard(person.prompts, ['recipient-full', 'recipient-enter', 'send-cancelled']);
  });

  it('to a list in which one is full: nine of ten get it, and the tenth is named', async () => {
    const full = await world.subscriber();
    for (let n = 0; n < 3; n += 1) await world.receives(full, babble(500, n));
    const members = [full.number, ...Array.from({ length: 9 }, () => world.number())];
    await world.store.mailboxes.update(alice.id, { settings: { lists: { '8': { members } } } });
    const steps = [hear('recipient-enter'), press('*8#'), hear('recipient-next'), press('#')];
    const { person } = await compose([...steps, ...speaks, press('1')]);
    assertHeard(person.prompts, ['send-done-to', 'send-of', 'send-full']);
    assert.ok(
      person.heard.some((item) => item.kind === 'count' && item.value === 9 && item.noun === 'recipient'),
    );
    assert.ok(person.heard.some((item) => item.kind === 'number' && item.value === 10));
    assert.deepEqual(person.heard.at(-1), { kind: 'digits', digits: full.number.slice(2) });
    assert.equal((await world.messages(full.number)).length, 3);
  });

  it('takes the last recipient back with *#', async () => {
    const [bob, carol] = [world.number(), world.number()];
    const steps = [
      hear('recipient-enter'),
      press(`${bob.slice(2)}#`),
      hear('recipient-next'),
      press(`${carol.slice(2)}#`),
    ];
    await compose([
      ...steps,
      hear('recipient-next'),
      press('*#'),
      hear('recipient-removed'),
      press('#'),
      ...speaks,
      press('1'),
    ]);
    assert.equal((await world.messages(bob)).length, 1);
    assert.equal((await world.messages(carol)).length, 0);
  });

  it('types everything ahead', async () => {
    const bob = world.number();
    const { person } = await compose([
      press(`${bob.slice(2)}##`),
      hear('beep'),
      speak(words),
      press('#'),
      press('1'),
    ]);
    assertHeard(person.prompts, ['beep', 'send-done']);
    assert.equal((await world.messages(bob)).length, 1);
  });

  it('2 plays it, 4 marks it urgent and again not, 4 once more', async () => {
    const bob = world.number();
    const { person } = await compose([
      ...to(bob),
      ...speaks,
      press('2'),
      menu,
      press('4'),
      hear('marked-urgent'),
      hear('menu-recipients-mark-normal'),
      press('4'),
      hear('marked-normal'),
      menu,
      press('41'),
    ]);
    assert.ok(
      person.heard.some((item) => item.kind === 'stored' && Buffer.from(item.media.bytes).equals(words)),
    );
    assert.ok(person.prompts.includes('menu-recipients-mark-normal'));
    assert.equal((await world.messages(bob))[0]?.envelope.urgent, true);
    assert.equal((await world.store.mailboxes.find(bob))?.counts.urgent, 1);
  });

  it('3 records again: only the second one is sent, under a name of its own', async () => {
    const bob = world.number();
    const second = babble(1500, 2);
    await compose([
      ...to(bob),
      ...speaks,
      press('3'),
      hear('beep'),
      speak(second),
      press('#'),
      menu,
      press('1'),
    ]);
    const messages = await world.messages(bob);
    assert.equal(messages.length, 1);
    assert.deepEqual(Buffer.from((await world.sounds(messages[0]!))[0]!), second);
  });

  it('twice in one call to the same recipient: two messages', async () => {
    const bob = world.number();
    const again = [...to(bob), ...speaks, press('1')];
    await world.talk([...again, ...again], async (call, deps) => {
      await composeDialogue(call, alice, deps);
      return composeDialogue(call, alice, deps);
    });
    assert.equal((await world.messages(bob)).length, 2);
  });

  for (const [how, steps, result] of [
    ['cancels with *', [press('*')], 'done'],
    ['hangs up instead of sending', [hangup()], 'gone'],
    ['presses nothing at all', [silence(120_000)], 'gone'],
  ] as const) {
    it(`${how}: nothing is sent, and nothing is left at the switch`, async () => {
      const bob = world.number();
      const ended = await compose([...to(bob), ...speaks, ...steps]);
      assert.equal(ended.result, result);
      assert.ok(!ended.person.prompts.includes('send-done'));
      assert.deepEqual(await world.messages(bob), []);
    });
  }

  it('hangs up while recording: nothing is sent', async () => {
    const bob = world.number();
    const { result } = await compose([...to(bob), hear('beep'), speak(words), hangup()]);
    assert.equal(result, 'gone');
    assert.deepEqual(await world.messages(bob), []);
  });

  it('says nothing: is asked once more, and then back in the menu', async () => {
    const { person, result } = await compose([...to(world.number()), hear('beep'), silence(120_000)]);
    assertHeard(person.prompts, ['beep', 'message-empty', 'beep', 'send-cancelled']);
    assert.equal(result, 'done');
  });

  it('enters nothing: is asked three times, and the line is given up', async () => {
    const { person, result } = await compose([silence(120_000)]);
    assert.equal(person.prompts.filter((name) => name === 'recipient-enter').length, 3);
    assertHeard(person.prompts, ['no-key-heard']);
    assert.equal(result, 'gone');
  });

  it('records for another use: its name says so, that it never becomes a message by itself', async () => {
    const tags: string[] = [];
    await world.talk([...to(world.number()), ...speaks, press('*')], (call, all) => {
      const record = call.record.bind(call);
      call.record = (rule) => {
        tags.push(rule.tag);
        return record(rule);
      };
      return composeDialogue(call, alice, all);
    });
    assert.equal(readTag(tags[0] ?? '')?.use, 'draft');
  });

  it('to a list of a hundred: all of them get it, once, and the subscriber does not wait long', async () => {
    const members = Array.from({ length: 100 }, (_, n) => `+1202555${4000 + n}` as E164);
    await world.store.mailboxes.update(alice.id, { settings: { lists: { '9': { members } } } });
    const steps = [hear('recipient-enter'), press('*9#'), hear('recipient-next'), press('#')];
    let began = 0;
    await compose([
      ...steps,
      ...speaks,
      { kind: 'meanwhile', run: () => (began = performance.now()) },
      press('1'),
    ]);
    const ms = performance.now() - began;
    for (const one of members) assert.equal((await world.messages(one)).length, 1);
    assert.ok(ms < 12_000, `it took ${Math.round(ms)} ms`);
  });

  describe('while the store is away', () => {
    /** A store whose writes fail from now on, and whose mailboxes are found or not. */
    const failing = (): Store => ({
      ...world.store,
      mailboxes: { find: away, get: away, findOrCreate: away } as unknown as MailboxStore,
      media: awayMedia,
      messages: world.store.messages,
    });

    it('it is safe on this disk, "sent" is true, and each gets one when the store is back', async () => {
      const [bob, carol] = [world.number(), world.number()];
      const { person } = await compose([...to(bob, carol), ...speaks, press('1')], world.with(failing()));
      assertHeard(person.prompts, ['send-done-to']);
      assert.equal(world.spool.size, 1, 'one entry for both');
      assert.deepEqual(await world.messages(bob), []);
      assert.equal(await world.deposits.drain(new AbortController().signal), 2);
      for (const one of [bob, carol]) assert.equal((await world.messages(one)).length, 1);
    });

    it('and the disk full: it is said that it was not sent, and to whom', async () => {
      const deps = world.with(failing());
      const full = {
        takeAll: async (all: readonly unknown[]) => all.map(() => ({ kind: 'failed' as const })),
      };
      const sends = createSends({ ...deps, store: world.store, deposits: full });
      const bob = world.number();
      const { person } = await compose([...to(bob), ...speaks, press('1')], { ...deps, sends });
      assertHeard(person.prompts, ['send-none', 'send-failed']);
      assert.deepEqual(person.heard.at(-1), { kind: 'digits', digits: bob.slice(2) });
      assert.ok(!person.prompts.includes('send-done'));
    });
  });

  it('that takes a moment: is told that it is being sent, and then that it was', async () => {
    const bob = world.number();
    const { sends } = world.deps;
    const slow: FlowDeps['sends'] = {
      ...sends,
      send: async (sending) => {
        await pause(1000);
        return sends.send(sending);
      },
    };
    const { person } = await compose([...to(bob), ...speaks, press('1')], { ...world.deps, sends: slow });
    assertHeard(person.prompts, ['send-sending', 'send-done']);
    assert.equal((await world.messages(bob)).length, 1);
  });

  it('and sends it again after the answer was lost: no second message', async () => {
    const bob = world.number();
    const sending = {
      id: 'a-recording',
      from: alice,
      to: [bob],
      kind: 'voice' as const,
      parts: [{ contentType: 'audio/PCMU', durationMs: 2000, bytes: words }],
      urgent: false,
    };
    const first = await world.deps.sends.send(sending);
    assert.deepEqual(await world.deps.sends.send(sending), first);
    assert.equal((await world.messages(bob)).length, 1);
  });
});
