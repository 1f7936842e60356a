import assert from 'node:assert/strict';
import type { E164, Reference } from '../../app/core/ids.ts';
import { correlate } from '../../scripts/audio/correlate.ts';
import { babble } from '../audio/babble.ts';
import { prompt } from '../audio/prompt.ts';
import type { PhoneCall } from '../phone/call.ts';
import type { Phone } from '../phone/phone.ts';
import { nextNotice, skipsGreeting } from './leave-message.ts';
import { openSystem, type System } from './system.ts';

describe('A caller reviews the message by keys', function () {
  this.timeout(120_000);
  let system: System;
  let alice: Phone;
  let menu: Buffer;

  before(async () => {
    system = await openSystem();
    alice = await system.phone('+12025550123');
    // Its first second is enough to know it by.
    menu = (await prompt('recording-review')).subarray(0, 8000);
  });

  after(() => system[Symbol.asyncDispose]());

  async function records(call: PhoneCall, sound: Buffer, after = 0): Promise<void> {
    if (after === 0) await skipsGreeting(call);
    await call.hearsTone(1000, { after, withinMs: 20_000 });
    await call.say(sound);
    await call.press('#');
    await call.hears(menu, { withinMs: 15_000 });
  }

  /** Answers when the key was pressed. */
  async function presses(call: PhoneCall, key: string, answer?: Buffer): Promise<number> {
    const at = performance.now();
    await call.press(key);
    if (answer !== undefined) await call.hears(answer, { withinMs: 15_000 });
    return at;
  }

  async function theMessage(number: string, reference: string) {
    const mailbox = await system.store.mailboxes.find(number as E164);
    assert.equal((await system.store.messages.list(mailbox!.id, { limit: 10 })).length, 1);
    const message = await system.store.messages.byReference(reference as Reference);
    const media = await system.store.media.get(message!.envelope.parts[0]!.media);
    const has = (sound: Buffer): boolean => correlate(media!.bytes, sound).score > 0.8;
    return { envelope: message!.envelope, counts: mailbox!.counts, has };
  }

  it('hears it, adds to it, and sends one message with both', async () => {
    const bob = '+12025550231';
    const [first, second] = [babble(2200, 1), babble(2000, 2)];
    const call = await alice.call(bob);
    await records(call, first);
    await presses(call, '2', first);
    await call.hears(menu, { withinMs: 15_000 });
    await records(call, second, await presses(call, '4'));
    await presses(call, '1', await prompt('message-saved'));
    await call.ended(15_000);
    const message = await theMessage(bob, (await nextNotice(system, bob)).reference);
    assert.ok(message.has(first), 'the beginning is not there');
    assert.ok(message.has(second), 'what was added is not there');
    assert.ok((message.envelope.parts[0]?.durationMs ?? 0) >= 4000);
  });

  it('records again: nothing of the old one is left', async () => {
    const bob = '+12025550232';
    const [first, second] = [babble(2200, 3), babble(2000, 4)];
    const call = await alice.call(bob);
    await records(call, first);
    await records(call, second, await presses(call, '3', await prompt('recording-discarded')));
    await call.hangup();
    const message = await theMessage(bob, (await nextNotice(system, bob)).reference);
    assert.ok(message.has(second));
    assert.ok(!message.has(first), 'the old one is there');
  });

  it('marks it urgent and private: it is counted so, and the subscriber reads and hears it', async () => {
    const number = '+12025550233';
    const sound = babble(2200, 5);
    const call = await alice.call(number);
    await records(call, sound);
    await presses(call, '5', await prompt('marked-urgent'));
    await presses(call, '6', await prompt('marked-private'));
    await presses(call, '1', await prompt('message-saved'));
    await call.ended(15_000);
    const { reference, body } = await nextNotice(system, number);
    assert.match(body, /urgent/i);
    const message = await theMessage(number, reference);
    assert.deepEqual(message.counts, { new: 1, old: 0, urgent: 1 });
    assert.equal(message.envelope.urgent, true);
    assert.equal(message.envelope.confidential, true);
    const bob = await system.phone(number);
    const hearing = await bob.call(reference);
    await hearing.hears(await prompt('urgent-message'), { withinMs: 10_000 });
    await hearing.hears(sound, { withinMs: 15_000 });
    await hearing.hangup();
  });
});
