import assert from 'node:assert/strict';
import { correlate } from '../../scripts/audio/correlate.ts';
import { babble } from '../audio/babble.ts';
import { prompt } from '../audio/prompt.ts';
import { sippCrowd } from '../sipp/crowd.ts';
import { counted } from './counted.ts';
import { openSystem, type System } from './system.ts';

const bob = '+12025550190';
const calls = 100;

describe('A hundred callers at once, to a number that nobody has called before', function () {
  this.timeout(120_000);
  let system: System;

  before(async () => {
    system = await openSystem();
  });

  after(() => system[Symbol.asyncDispose]());

  it('S6 S30: one mailbox, a hundred whole messages, a hundred notices, one welcome', async () => {
    const says = babble(2500, 1);
    const { sipHost: host, sipPort: port } = system.asterisk;
    const greeting = await prompt('greeting-default');
    await sippCrowd({
      server: { host, port },
      to: bob,
      calls,
      // The greeting, the tone, and a margin for a machine that is busy.
      listenMs: greeting.length / 8 + 300 + 2500,
      says,
      firstNumber: '+1415556',
    });
    const texts = () => system.network.texts.filter((text) => text.to === bob);
    const notices = () => texts().filter((text) => /,,\d{10}#/.test(text.body));
    while (notices().length < calls) await system.network.nextText({ timeoutMs: 30_000 });
    assert.equal(texts().length, calls + 1);
    const mailbox = await counted(system, bob, calls);
    assert.deepEqual(mailbox?.counts, { new: calls, old: 0, urgent: 0 });
    const messages = await system.store.messages.list(mailbox.id, { limit: 1000 });
    assert.equal(messages.length, calls);
    const callers = new Set(messages.map((message) => message.envelope.from.number));
    assert.equal(callers.size, calls);
    const told = new Set(notices().map((text) => /,,(\d{10})#/.exec(text.body)?.[1]));
    assert.deepEqual(told, new Set(messages.map((message) => message.reference)));
    for (const { envelope } of messages) {
      const [part] = envelope.parts;
      const media = await system.store.media.get(part!.media);
      const { score } = correlate(media!.bytes, says);
      assert.ok(score > 0.9, `score ${score} of the message from ${envelope.from.number}`);
      const lengthMs = part!.durationMs ?? 0;
      assert.ok(Math.abs(lengthMs - 2500) < 300, `${lengthMs} ms from ${envelope.from.number}`);
    }
  });
});
