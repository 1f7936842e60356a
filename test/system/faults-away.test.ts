import assert from 'node:assert/strict';
import type { E164 } from '../../app/core/ids.ts';
import { correlate } from '../../scripts/audio/correlate.ts';
import { babble } from '../audio/babble.ts';
import { prompt } from '../audio/prompt.ts';
import type { CallOptions, Phone } from '../phone/phone.ts';
import { nextNotice } from './leave-message.ts';
import { access, openSystem, type System } from './system.ts';

const caller = '+12025550123';

describe('The controller is away when the call comes', function () {
  this.timeout(90_000);
  let system: System;
  let alice: Phone;
  let away: Buffer;

  before(async () => {
    system = await openSystem({ tries: 3 });
    alice = await system.phone(caller);
    away = await prompt('controller-away');
    await system.controller.kill('SIGKILL');
  });

  after(() => system[Symbol.asyncDispose]());

  /** Hears the announcement of the switch, speaks and hangs up. */
  async function leave(to: string, sound: Buffer, options: CallOptions = {}): Promise<void> {
    const call = await alice.call(to, options);
    await call.up(15_000);
    const waitedMs = call.times.ack! - call.times.invite;
    assert.ok(waitedMs >= 900, `answered after ${waitedMs} ms: it must be tried three times`);
    await call.hears(away, { withinMs: 15_000 });
    await call.hearsTone(1000, { withinMs: 15_000 });
    await call.say(sound);
    await call.hangup();
  }

  async function isIn(number: string, sound: Buffer, from: string | undefined): Promise<void> {
    await nextNotice(system, number, 30_000);
    const mailbox = await system.store.mailboxes.find(number as E164);
    const messages = await system.store.messages.list(mailbox!.id, { limit: 10 });
    assert.equal(messages.length, 1);
    const { envelope } = messages[0]!;
    assert.equal(envelope.from.number, from);
    assert.equal(envelope.from.private, from === undefined);
    assert.ok(Math.abs(envelope.received.getTime() - Date.now()) < 90_000);
    const media = await system.store.media.get(envelope.parts[0]!.media);
    const { score } = correlate(media!.bytes, sound);
    assert.ok(score > 0.8, `score ${score}`);
    assert.deepEqual(mailbox?.counts, { new: 1, old: 0, urgent: 0 });
  }

  it('the switch records natively, and each becomes a message of the right mailbox when the controller is back', async () => {
    const sounds = [1, 2, 3, 4].map((seed) => babble(2500, seed));
    const [direct, diverted, secret, silent] = sounds as [Buffer, Buffer, Buffer, Buffer];
    const diversion = 'Diversion: <sip:+12025550182@pbx>;reason=no-answer';
    await Promise.all([
      leave('+12025550181', direct),
      leave(access, diverted, { headers: [diversion] }),
      leave('+12025550183', secret, { headers: ['Privacy: id'] }),
      leave('+12025550184', Buffer.alloc(silent.length, 0xff)),
    ]);
    await system.restart();
    await isIn('+12025550181', direct, caller);
    await isIn('+12025550182', diverted, caller);
    await isIn('+12025550183', secret, undefined);
    assert.equal(await system.store.mailboxes.find('+12025550184' as E164), undefined, 'of silence');
  });

  it('# passes over the announcement, and pressed as the tone comes or right after it ends nothing', async () => {
    await system.controller.kill('SIGKILL');
    const sounds = [5, 6, 7].map((seed) => babble(2500, seed)) as [Buffer, Buffer, Buffer];
    const [plain, early, late] = sounds;
    const hasty = async (to: string, sound: Buffer, afterTone: number | undefined): Promise<void> => {
      const call = await alice.call(to);
      await call.up(15_000);
      await call.press('#');
      const pressed = performance.now();
      let tone = await call.hearsTone(1000, { withinMs: 15_000 });
      assert.ok(tone.startAt - pressed < 3000, 'the announcement is five seconds long');
      if (afterTone !== undefined) {
        await call.sayNothing(afterTone);
        await call.press('#');
        tone = await call.hearsTone(1000, { withinMs: 15_000, after: tone.endAt + 50 });
      }
      await call.say(sound);
      await call.hangup();
    };
    await Promise.all([
      hasty('+12025550186', plain, undefined),
      hasty('+12025550187', early, 0),
      hasty('+12025550188', late, 400),
    ]);
    await system.restart();
    await isIn('+12025550186', plain, caller);
    await isIn('+12025550187', early, caller);
    await isIn('+12025550188', late, caller);
  });

  it('the next caller is served as always', async () => {
    const call = await alice.call('+12025550185');
    await call.hears(await prompt('greeting-default'), { withinMs: 15_000 });
    await call.hangup();
  });
});
