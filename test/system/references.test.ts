import assert from 'node:assert/strict';
import type { E164, Reference } from '../../app/core/ids.ts';
import { prompt } from '../audio/prompt.ts';
import { speech } from '../audio/speech.ts';
import type { Phone } from '../phone/phone.ts';
import { leaveMessage, nextNotice } from './leave-message.ts';
import { access, openSystem, type System } from './system.ts';

const caller = '+12025550123';

describe('Retrieving by reference', function () {
  this.timeout(60_000);
  let system: System;
  let alice: Phone;
  let first: Buffer;
  let second: Buffer;

  before(async () => {
    [system, first, second] = await Promise.all([
      openSystem({ config: { references: { maxWrong: 4 } } }),
      speech('This is the first message, about the invoice of last week.'),
      speech('And here comes another one: the meeting is moved to Thursday.'),
    ]);
    alice = await system.phone(caller);
  });

  after(() => system[Symbol.asyncDispose]());

  it('S5: of several messages the reference opens the one it names', async () => {
    const bob = await system.phone('+12025550111');
    await leaveMessage(alice, bob.number, first);
    const one = await nextNotice(system, bob.number);
    await leaveMessage(alice, bob.number, second);
    const two = await nextNotice(system, bob.number);
    assert.notEqual(one.reference, two.reference);
    const call = await bob.call(one.reference);
    await call.up();
    await call.hears(first, { withinMs: 20_000 });
    await call.hangup();
  });

  it('after the message: again, save, next message, delete', async () => {
    const bob = await system.phone('+12025550112');
    await leaveMessage(alice, bob.number, first);
    const one = await nextNotice(system, bob.number);
    await leaveMessage(alice, bob.number, second);
    const two = await nextNotice(system, bob.number);
    const call = await bob.call(one.reference);
    await call.up();
    await call.hears(first, { withinMs: 20_000 });
    await call.press('1');
    await call.hears(first, { withinMs: 20_000 });
    await call.press('2');
    await call.hears(await prompt('message-kept'), { withinMs: 10_000 });
    await call.press('6');
    await call.hears(second, { withinMs: 20_000 });
    await call.press('3');
    await call.hears(await prompt('message-deleted'), { withinMs: 10_000 });
    await call.hangup();
    const state = async (reference: string) =>
      (await system.store.messages.byReference(reference as Reference))?.state;
    assert.equal(await state(one.reference), 'saved');
    assert.equal(await state(two.reference), 'deleted');
    const mailbox = await system.store.mailboxes.find(bob.number as E164);
    assert.deepEqual(mailbox?.counts, { new: 0, old: 1, urgent: 0 });
  });

  it('a deleted reference is said to be deleted', async () => {
    const bob = await system.phone('+12025550113');
    await leaveMessage(alice, bob.number, first);
    const { reference } = await nextNotice(system, bob.number);
    const message = await system.store.messages.byReference(reference as Reference);
    assert.ok(message);
    await system.store.messages.setState(message.id, 'deleted', new Date());
    const call = await bob.call(reference);
    await call.hears(await prompt('reference-deleted'), { withinMs: 10_000 });
    await call.hangup();
  });

  it('from a phone that is not the mailbox’s own it does not open the message', async () => {
    await leaveMessage(alice, '+12025550114', first);
    const { reference } = await nextNotice(system, '+12025550114');
    const stranger = await system.phone('+12025550115');
    const call = await stranger.call(reference);
    await call.hears(await prompt('reference-not-yours'), { withinMs: 10_000 });
    await call.ended(10_000);
    const message = await system.store.messages.byReference(reference as Reference);
    assert.equal(message?.state, 'new');
  });

  it('a wrong check digit is said plainly, and after too many wrong ones the caller has to wait', async () => {
    const eve = await system.phone('+12025550116');
    const wrong = await prompt('reference-wrong');
    for (let call = 0; call < 2; call += 1) {
      const ring = await eve.call(access);
      await ring.up();
      for (let tries = 0; tries < 2; tries += 1) {
        await ring.press('1234567891#');
        await ring.hears(wrong, { withinMs: 10_000 });
      }
      await ring.hangup();
    }
    const last = await eve.call(access);
    await last.up();
    await last.press('1234567891#');
    await last.hears(await prompt('reference-locked'), { withinMs: 10_000 });
    await last.ended(10_000);
  });

  it('a flood of digits ends politely and the next caller is served', async () => {
    const flooder = await system.phone('+12025550117');
    const call = await flooder.call(access);
    await call.up();
    await call.press('9'.repeat(60), { onMs: 40, gapMs: 40 });
    await call.ended(40_000);
    assert.equal(system.controller.running, true);
  });
});
