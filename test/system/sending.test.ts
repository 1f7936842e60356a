import assert from 'node:assert/strict';
import type { E164, MailboxId, Reference } from '../../app/core/ids.ts';
import { correlate } from '../../scripts/audio/correlate.ts';
import { babble } from '../audio/babble.ts';
import { prompt } from '../audio/prompt.ts';
import type { Phone } from '../phone/phone.ts';
import { isSound } from './enter-mailbox.ts';
import { leaveMessage, nextNotice } from './leave-message.ts';
import { OwnMailbox, type Step } from './own-mailbox.ts';
import { access, openSystem, type System } from './system.ts';
import { Told } from './told.ts';

const words = babble(2500, 5);

describe('A subscriber who sends, replies and sends on by telephone', function () {
  this.timeout(120_000);
  let system: System;
  let bob: Phone;
  const number = '+12025550147' as E164;

  before(async () => {
    // A machine so busy that this process speaks seconds after the tone must not end a recording in between.
    system = await openSystem({ standard: { maxSilenceSeconds: 20 } });
    bob = await system.phone(number);
    await system.store.mailboxes.findOrCreate({
      id: crypto.randomUUID() as MailboxId,
      number,
      origin: 'provisioned',
      classOfService: 'standard',
      created: new Date(),
    });
  });
  after(() => system?.[Symbol.asyncDispose]());

  const numbers = (...to: readonly string[]): Step[] => [
    ...to.map((one, i): Step => [i === 0 ? 'recipient-enter' : 'recipient-next', `${one.slice(2)}#`]),
    ['recipient-next', '#'],
  ];

  /** The message that a text tells of, heard by its recipient with the reference. */
  async function hears(to: string, ...sounds: readonly Buffer[]) {
    const { reference } = await nextNotice(system, to, 20_000);
    const phone = await system.phone(to);
    await using call = await (await phone.call(access)).up();
    const told = new Told(system);
    await call.press(`${reference}#`);
    // What was played instead stands in the error, should a key be lost.
    await told.plays(({ name }) => isSound(name), 15_000);
    const matches = [];
    for (const sound of sounds) matches.push(await call.hears(sound, { withinMs: 40_000 }));
    const message = await system.store.messages.byReference(reference as Reference);
    assert.ok(message);
    return { message, matches };
  }

  it('to a number without a mailbox: it gets a text, and hears exactly what was said', async () => {
    const carol = '+12025550131';
    {
      await using own = await OwnMailbox.enter(system, bob);
      await own.chooses('4');
      await own.does(...numbers(carol));
      await own.told.plays('record-own');
      await own.record(words);
      await own.does(['menu-recipients-send', '1']);
      await own.call.hears(await prompt('send-done'), { withinMs: 15_000 });
      await own.told.plays('menu-main-new');
    }
    const { message } = await hears(carol, words);
    assert.equal(message.envelope.from.number, number);
    const sound = await system.store.media.get(message.envelope.parts[0]!.media);
    assert.ok(correlate(sound!.bytes, words).score > 0.9);
  });

  it('to a list: each of its numbers gets one', async () => {
    const members = ['+12025550132', '+12025550133', '+12025550134'] as E164[];
    const mailbox = await system.store.mailboxes.find(number);
    await system.store.mailboxes.update(mailbox!.id, { settings: { lists: { '5': { members } } } });
    {
      await using own = await OwnMailbox.enter(system, bob);
      await own.chooses('4');
      await own.does(['recipient-enter', '*5#'], ['recipient-next', '#']);
      await own.told.plays('record-own');
      await own.record(words);
      await own.does(['menu-recipients-send', '1']);
      await own.call.hears(await prompt('send-done-to'), { withinMs: 15_000 });
    }
    const notices = await Promise.all(members.map((one) => nextNotice(system, one, 20_000)));
    assert.equal(new Set(notices.map(({ reference }) => reference)).size, 3);
    const [first] = members;
    const phone = await system.phone(first!);
    await using call = await (await phone.call(notices[0]!.reference)).up();
    await call.hears(words, { withinMs: 20_000 });
  });

  it('replies to a caller: the caller gets a text and hears the reply', async () => {
    const alice = '+12025550135';
    const question = babble(3000, 6);
    await leaveMessage(await system.phone(alice), number, question);
    const { reference } = await nextNotice(system, number);
    {
      await using own = await OwnMailbox.enter(system, bob);
      await own.chooses('1');
      // After who it is from and when: the sound's own time counts from there.
      await own.plays('stored');
      await own.call.hears(question, { withinMs: 20_000 });
      await own.does(['menu-message-play', '4'], ['menu-answer-reply', '1']);
      await own.told.plays('record-own');
      await own.record(words);
      await own.does(['menu-recipients-send', '1']);
      await own.told.plays('send-done');
    }
    const { message } = await hears(alice, words);
    const original = await system.store.messages.byReference(reference as Reference);
    assert.equal(message.envelope.related, original?.id);
  });

  it('sends a message on with an introduction: both are heard, in this order', async () => {
    const [alice, carol] = ['+12025550136', '+12025550137'];
    const original = babble(3000, 7);
    await leaveMessage(await system.phone(alice), number, original);
    await nextNotice(system, number);
    {
      await using own = await OwnMailbox.enter(system, bob);
      await own.chooses('1');
      await own.plays('stored');
      await own.call.hears(original, { withinMs: 20_000 });
      await own.does(['menu-message-play', '4'], ['menu-answer-send-on', '2'], ...numbers(carol));
      await own.told.plays('send-introduction');
      await own.record(words);
      await own.does(['menu-recipients-send', '2']);
      await own.call.hears(words, { withinMs: 15_000 });
      await own.call.hears(original, { withinMs: 15_000 });
      await own.does(['menu-recipients-send', '1']);
      await own.told.plays('send-done');
    }
    const { message, matches } = await hears(carol, words, original);
    assert.ok(matches[0]!.offsetMs < matches[1]!.offsetMs);
    assert.equal(message.envelope.parts.length, 2);
  });

  it('sends to somebody whose name is recorded: the name is said back, not the number', async () => {
    const dave = '+12025550138' as E164;
    const name = babble(1500, 8);
    const { mailbox } = await system.store.mailboxes.findOrCreate({
      id: crypto.randomUUID() as MailboxId,
      number: dave,
      origin: 'provisioned',
      classOfService: 'standard',
      created: new Date(),
    });
    const media = `greeting:${mailbox.id}:name:test` as never;
    await system.store.media.put(media, 'audio/PCMU', name, 'owner' as never);
    await system.store.mailboxes.update(mailbox.id, {
      settings: { greetings: { name: { media, contentType: 'audio/PCMU', durationMs: 1500 } } },
    });
    await using own = await OwnMailbox.enter(system, bob);
    await own.chooses('4');
    await own.does(['recipient-enter', `${dave.slice(2)}#`]);
    await own.call.hears(name, { withinMs: 15_000 });
  });
});
