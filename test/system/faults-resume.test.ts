import assert from 'node:assert/strict';
import type { E164 } from '../../app/core/ids.ts';
import type { Message } from '../../app/core/message/message.ts';
import { correlate } from '../../scripts/audio/correlate.ts';
import { babble } from '../audio/babble.ts';
import { prompt } from '../audio/prompt.ts';
import type { Phone } from '../phone/phone.ts';
import { counted } from './counted.ts';
import { nextNotice, skipsGreeting } from './leave-message.ts';
import { openSystem, type System } from './system.ts';

describe('Calls up while the controller is killed and started again', function () {
  this.timeout(60_000);
  let system: System;
  let alice: Phone;

  before(async () => {
    system = await openSystem();
    alice = await system.phone('+12025550123');
  });

  after(() => system[Symbol.asyncDispose]());

  async function messagesOf(number: string): Promise<Message[]> {
    const mailbox = await system.store.mailboxes.find(number as E164);
    return mailbox === undefined ? [] : system.store.messages.list(mailbox.id, { limit: 100 });
  }

  async function killAndRestart(): Promise<void> {
    await system.controller.kill('SIGKILL');
    await system.restart();
  }

  it('a caller who goes on speaking meanwhile leaves one whole message', async () => {
    const bob = '+12025550161';
    const said = babble(9000, 1);
    const call = await alice.call(bob);
    await skipsGreeting(call);
    const tone = await call.hearsTone(1000, { withinMs: 15_000 });
    const speaking = call.say(said);
    await Promise.all([speaking, killAndRestart()]);
    const spokeMs = performance.now() - tone.endAt;
    await call.hangup();
    await nextNotice(system, bob);
    const [message, ...others] = await messagesOf(bob);
    assert.deepEqual(others, []);
    const [part] = message!.envelope.parts;
    assert.ok(
      Math.abs((part!.durationMs ?? 0) - spokeMs) < 500,
      `${part!.durationMs} ms instead of ${spokeMs} ms`,
    );
    const media = await system.store.media.get(part!.media);
    const { score } = correlate(media!.bytes, said);
    assert.ok(score > 0.9, `score ${score}`);
  });

  it('a caller in the greeting is told of the interruption, hears the greeting again and leaves a message', async () => {
    const bob = '+12025550162';
    const call = await alice.call(bob);
    await call.soundAfter(0);
    await killAndRestart();
    await call.hears(await prompt('interrupted'), { withinMs: 10_000 });
    await call.hears(await prompt('greeting-default'), { withinMs: 15_000 });
    await call.hearsTone(1000, { withinMs: 15_000 });
    await call.say(babble(2000, 2));
    await call.hangup();
    await nextNotice(system, bob);
    assert.equal((await messagesOf(bob)).length, 1);
  });

  it('what a caller says after an interrupted "sent" is a second message', async () => {
    const bob = '+12025550163';
    const call = await alice.call(bob);
    await skipsGreeting(call);
    await call.hearsTone(1000, { withinMs: 15_000 });
    const first = babble(2000, 3);
    await call.say(first);
    await call.press('#');
    await call.hears((await prompt('recording-review')).subarray(0, 8000), { withinMs: 10_000 });
    await call.press('1');
    // The thanks come once the message is stored; the notice goes out meanwhile.
    await nextNotice(system, bob);
    await killAndRestart();
    const { endAt } = await call.hearsTone(1000, { after: performance.now(), withinMs: 20_000 });
    assert.ok(endAt > 0);
    const second = babble(2500, 4);
    await call.say(second);
    await call.hangup();
    await nextNotice(system, bob);
    const durations = (await messagesOf(bob)).map((message) => message.envelope.parts[0]?.durationMs ?? 0);
    assert.equal(durations.length, 2, String(durations));
    const mailbox = await counted(system, bob, 2);
    assert.equal(mailbox?.counts.new, 2);
  });
});
