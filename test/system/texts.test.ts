import assert from 'node:assert/strict';
import type { E164, Reference } from '../../app/core/ids.ts';
import { prompt } from '../audio/prompt.ts';
import { speech } from '../audio/speech.ts';
import type { Phone } from '../phone/phone.ts';
import { leaveMessage, nextNotice } from './leave-message.ts';
import { access, openSystem, type System } from './system.ts';

const caller = '+12025550123';

describe('Answering the text', function () {
  this.timeout(60_000);
  let system: System;
  let alice: Phone;
  let said: Buffer;

  before(async () => {
    [system, said] = await Promise.all([
      // Nothing here understands speech.
      openSystem({ config: { speech: { recognise: 'none' } } }),
      speech('Please call me back about the keys.'),
    ]);
    alice = await system.phone(caller);
  });

  after(() => system[Symbol.asyncDispose]());

  /** A subscriber with one message, and what they are answered. */
  async function subscriber(number: string) {
    const phone = await system.phone(number);
    await leaveMessage(alice, number, said);
    const { reference } = await nextNotice(system, number);
    const answer = async (body: string): Promise<string> => {
      assert.equal(await phone.text(access, body), 202);
      return (await system.network.nextText({ where: (text) => text.to === number })).body;
    };
    const state = async () => (await system.store.messages.byReference(reference as Reference))?.state;
    // The welcome text came before the notice and waits in the queue.
    await system.network.nextText({ where: (text) => text.to === number });
    return { phone, reference, answer, state };
  }

  it('S42: the reference itself brings the call that plays it', async () => {
    const bob = await subscriber('+12025550121');
    await bob.phone.text(access, bob.reference);
    const call = await system.network.incoming({ where: (one) => one.to === '+12025550121' });
    await call.up();
    await call.press('1');
    await call.hears(said, { withinMs: 30_000 });
    await call.hangup();
  });

  it('S42: SAVE keeps it, DELETE deletes it, TEXT says that there is no transcript, HELP helps', async () => {
    const bob = await subscriber('+12025550122');
    assert.match(await bob.answer('TEXT'), /no written version/);
    assert.match(await bob.answer('save'), /saved|kept/i);
    assert.equal(await bob.state(), 'saved');
    assert.match(await bob.answer(`Delete ${bob.reference}`), /deleted/i);
    assert.equal(await bob.state(), 'deleted');
    assert.match(await bob.answer('help'), /1|PLAY/);
    assert.match(await bob.answer('what is this?'), /HELP|1|PLAY/);
  });

  it('S42: STOP ends the texts, also for later messages, and START brings them back', async () => {
    const bob = await subscriber('+12025550124');
    assert.match(await bob.answer('STOP'), /no more texts/);
    const before = system.network.texts.length;
    await leaveMessage(alice, '+12025550124', said);
    const carol = await subscriber('+12025550125');
    assert.ok(carol.reference);
    const texts = system.network.texts.slice(before).filter((text) => text.to === '+12025550124');
    assert.deepEqual(texts, [], 'a text went out after STOP');
    await bob.answer('START');
    await leaveMessage(alice, '+12025550124', said);
    await nextNotice(system, '+12025550124');
  });

  it('CALL connects the subscriber with the sender', async () => {
    const bob = await subscriber('+12025550126');
    await bob.phone.text(access, 'CALL');
    const own = await system.network.incoming({ where: (one) => one.to === '+12025550126' });
    await own.up();
    await own.press('1');
    const sender = await system.network.incoming({ where: (one) => one.to === caller, timeoutMs: 20_000 });
    const words = await speech('Hello Alice, it is me.');
    await own.up();
    await sender.up();
    const [match] = await Promise.all([sender.hears(words, { withinMs: 15_000 }), own.say(words)]);
    assert.ok(match.score > 0.8);
    await own.hangup();
    await sender.ended(10_000);
  });

  it('a text of 10 kB gets a short help and opens nothing', async () => {
    const bob = await subscriber('+12025550127');
    const answer = await bob.answer('PLAY '.repeat(2000));
    assert.ok(answer.length <= 160);
    assert.equal(await bob.state(), 'new');
  });

  it('an auto-responder at the subscriber’s number gets one help, and no endless talk begins', async () => {
    const bob = await subscriber('+12025550130');
    await bob.answer('I am driving and will reply later');
    const before = system.network.texts.length;
    for (let i = 0; i < 3; i += 1) await bob.phone.text(access, 'I am driving and will reply later');
    // Asked for, help is always given; its answer shows that the three before were worked.
    assert.match(await bob.answer('HELP'), /1|PLAY/);
    const texts = system.network.texts.slice(before).filter((text) => text.to === '+12025550130');
    assert.equal(texts.length, 1);
  });

  it('a message deleted during a call stays deleted when it is heard again', async () => {
    const bob = await subscriber('+12025550131');
    const call = await bob.phone.call(bob.reference);
    await call.hears(said, { withinMs: 20_000 });
    await call.press('3');
    await call.hears(await prompt('message-deleted'), { withinMs: 10_000 });
    await call.press('1');
    await call.hears(said, { withinMs: 20_000 });
    await call.hangup();
    assert.equal(await bob.state(), 'deleted');
  });

  it('a stranger who texts the access number is not answered', async () => {
    const stranger = await system.phone('+12025550128');
    const before = system.network.texts.length;
    assert.equal(await stranger.text(access, 'HELP'), 202);
    // The next answer to somebody else shows that the stranger's text was worked before.
    const bob = await subscriber('+12025550129');
    await bob.answer('HELP');
    const texts = system.network.texts.slice(before).filter((text) => text.to === '+12025550128');
    assert.deepEqual(texts, []);
    assert.equal(await system.store.mailboxes.find('+12025550128' as E164), undefined);
  });
});
