import assert from 'node:assert/strict';
import { correlate } from '../../scripts/audio/correlate.ts';
import { tone } from '../../scripts/audio/tone.ts';
import { babble } from '../audio/babble.ts';
import { prompt } from '../audio/prompt.ts';
import type { PhoneCall } from '../phone/call.ts';
import { enterMailbox, isSound } from './enter-mailbox.ts';
import { putMessage } from './put-message.ts';
import { openSystem, type System } from './system.ts';
import { Told } from './told.ts';

describe('A message by telephone, by its sound', function () {
  this.timeout(90_000);
  let system: System;
  let n = 300;

  before(async () => (system = await openSystem({ standard: { notify: [] } })));
  after(() => system?.[Symbol.asyncDispose]());

  /** Calls and goes straight to the sound of a message. */
  async function listening(sound: Uint8Array): Promise<{ call: PhoneCall; told: Told }> {
    const own = `+12025550${n++}`;
    await putMessage(system, own, { sound });
    const phone = await system.phone(own);
    const told = new Told(system);
    const call = await enterMailbox(phone, told);
    await call.press('1');
    await told.plays('message-from');
    await call.press('1');
    await told.plays(({ name }) => isSound(name));
    return { call, told };
  }

  /** Noise that is nowhere like itself: a piece of it tells where it is. */
  const noise = babble(25_000, 7);
  const piece = (fromMs: number, ms = 500) => noise.subarray(fromMs * 8, (fromMs + ms) * 8);

  it('9 goes on five seconds later, 7 five seconds earlier', async () => {
    const { call } = await listening(noise);
    const before = await call.hears(piece(1500));
    await call.press('9');
    const later = await call.hears(piece(7500));
    // What is between them was passed over: it would have taken longer to hear it.
    assert.ok(later.offsetMs - before.offsetMs < 4500, `${later.offsetMs - before.offsetMs} ms between`);
    assert.ok(correlate(call.heard.ulaw, piece(4500)).score < 0.5);
    const at = call.heard.ulaw.length;
    await call.press('7');
    await call.hears(piece(4500));
    assert.ok(correlate(call.heard.ulaw.subarray(at), piece(2000)).score < 0.5);
    await call.hangup();
  });

  it('8 holds it, and 8 again goes on where it was', async () => {
    const { call, told } = await listening(noise);
    await call.hears(piece(1500));
    await call.press('8');
    await call.hears(await prompt('paused'));
    const held = lastPosition(call);
    await call.press('8');
    await told.plays(({ name }) => isSound(name));
    const from = call.heard.ulaw.length;
    await call.hears(piece(Math.round(held) + 1000));
    const first = correlate(noise, call.heard.ulaw.subarray(from, from + 4000));
    assert.ok(Math.abs(first.offsetMs - held) < 600, `held at ${held} ms, went on at ${first.offsetMs} ms`);
    await call.hangup();
  });

  /** Where in the noise the last piece of it was that was heard, in milliseconds. */
  function lastPosition(call: PhoneCall): number {
    const { ulaw } = call.heard;
    for (let end = ulaw.length; end > 2400; end -= 800) {
      const match = correlate(noise, ulaw.subarray(end - 2400, end));
      if (match.score > 0.8) return match.offsetMs + 300;
    }
    throw new Error('the message was not heard');
  }

  /** One tone a second, each higher than the one before. */
  const hz = (second: number): number => 500 + 60 * second;
  const scale = Buffer.concat(Array.from({ length: 25 }, (_, second) => tone(hz(second), 1000)));

  for (const { title, keys, said, second, ms } of [
    { title: 'at its own speed', keys: [], said: '', second: 3, ms: 1000 },
    { title: 'slower: 0.75', keys: ['01'], said: 'speed-slower', second: 4, ms: 1333 },
    { title: 'faster, three times: 2', keys: ['03', '03', '03'], said: 'speed-faster', second: 16, ms: 500 },
  ]) {
    it(`is heard ${title}: a second lasts ${ms} ms, at the same pitch`, async () => {
      const { call, told } = await listening(scale);
      for (const key of keys) {
        await call.press(key);
        await told.plays(said);
        await told.plays(({ name }) => isSound(name));
      }
      const heard = await call.hearsTone(hz(second), { withinMs: 25_000, minMs: 200 });
      const lasted = heard.endAt - heard.startAt;
      assert.ok(Math.abs(lasted - ms) < ms * 0.15, `${Math.round(lasted)} ms`);
      await call.hangup();
    });
  }
});
