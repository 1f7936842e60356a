import assert from 'node:assert/strict';
import { loadConfig } from '../../app/config.ts';
import type { Message } from '../../app/core/message/message.ts';
import type { Reference } from '../../app/core/ids.ts';
import { createConversions } from '../../app/services/conversions.ts';
import { openSpeech } from '../../app/speech/open-speech.ts';
import { openTransform } from '../../app/transform/open.ts';
import { toolCommands } from '../../scripts/stack/ffmpeg.ts';
import { correlate } from '../../scripts/audio/correlate.ts';
import type { PhoneCall } from '../phone/call.ts';
import { silentLog } from '../ports/silent-log.ts';
import { speech } from '../audio/speech.ts';
import { enterMailbox, isSound } from './enter-mailbox.ts';
import { leaveMessage, nextNotice } from './leave-message.ts';
import { putMessage, type Put } from './put-message.ts';
import { access, openSystem, type System } from './system.ts';
import { Told } from './told.ts';

describe('Messages that are read by telephone', function () {
  this.timeout(180_000);
  let system: System;
  let n = 400;

  before(async () => (system = await openSystem({ standard: { transcribe: true, welcome: false } })));
  after(() => system?.[Symbol.asyncDispose]());

  interface Visit {
    readonly message: Message;
    readonly call: PhoneCall;
    readonly told: Told;
    readonly number: string;
  }

  /** The subscriber calls, and goes to their new messages. */
  async function visits(put: Put): Promise<Visit> {
    const number = `+12025550${n++}`;
    const message = await putMessage(system, number, put);
    const phone = await system.phone(number);
    const told = new Told(system);
    const call = await enterMailbox(phone, told);
    await call.press('1');
    return { message, call, told, number };
  }

  /** What the engine of this machine says, asked by itself. */
  async function saidBy(words: string): Promise<Uint8Array> {
    const { config } = loadConfig(undefined);
    const tools = toolCommands();
    const log = silentLog;
    await using transform = openTransform(tools, { log });
    await using spoken = await openSpeech({ ...config.speech, language: 'en' }, tools, { log });
    const conversions = createConversions({
      store: system.store,
      converters: [transform, ...spoken.converters],
      log,
    });
    const content = { contentType: 'text/plain; charset=utf-8', bytes: Buffer.from(words) };
    const made = await conversions.content(content, 'audio/pcmu', { language: 'en' });
    assert.ok(made, 'nothing here speaks');
    return made.bytes;
  }

  it('S18: a text is announced and its words are spoken; it is a heard message then', async () => {
    const words = 'The meeting is on Thursday at nine in the morning. Bring the red folder with you.';
    const expected = await saidBy(words);
    const { message, call, told } = await visits({ kind: 'text', words });
    await told.plays('kind-text', 20_000);
    await told.plays('message-from');
    await told.plays(({ name }) => isSound(name), 30_000);
    await call.hears(expected, { withinMs: 30_000 });
    await told.plays('menu-message-play');
    await call.hangup();
    assert.equal((await system.store.messages.get(message.id))?.state, 'heard');
    // Kept with the message, for the next time.
    const [derived] = (await system.store.messages.get(message.id))?.derived ?? [];
    assert.equal(derived?.form, 'audio/pcmu');
    const kept = await system.store.media.get(derived.media);
    assert.ok(correlate(kept!.bytes, expected).score > 0.95);
  });

  it('S18: an e-mail is read: who sent it, its subject, its words; and 9 goes on five seconds later', async () => {
    const words =
      'Dear friend. '.repeat(4) +
      'The garden is full of tomatoes this year, and nobody eats them all. '.repeat(4);
    const sender = { name: 'Ann Smith', address: 'ann@example.org', private: false };
    const expected = await saidBy(`Ann Smith.\n\nTomatoes\n\n${words.trim()}`);
    assert.ok(expected.length > 12 * 8000, 'long enough to go on in it');
    const { call, told } = await visits({ kind: 'email', words, subject: 'Tomatoes', sender });
    await told.plays('kind-email', 20_000);
    await told.plays(({ name }) => isSound(name), 30_000);
    const piece = (fromMs: number): Uint8Array => expected.subarray(fromMs * 8, (fromMs + 700) * 8);
    const before = await call.hears(piece(500), { withinMs: 20_000 });
    await call.press('9');
    const later = await call.hears(piece(7500), { withinMs: 20_000 });
    assert.ok(later.offsetMs - before.offsetMs < 5500, `${later.offsetMs - before.offsetMs} ms between`);
    await call.hangup();
  });

  it('S18: a fax says its pages, and that it cannot be heard', async () => {
    const part = { contentType: 'image/tiff', bytes: Buffer.from('II*\0'), pages: 3 };
    const { message, call, told } = await visits({ kind: 'fax', part });
    await told.plays('kind-fax', 20_000);
    await told.plays('message-from');
    await told.plays('noun-page-other');
    await told.plays('kind-no-sound');
    await told.plays('menu-message-save', 30_000);
    await call.hangup();
    assert.deepEqual((await system.store.messages.get(message.id))?.derived, undefined);
  });

  it('what is no video is said to be unplayable, and the menu goes on', async () => {
    const part = { contentType: 'video/mp4', bytes: Buffer.from('this is no video at all') };
    const { call, told } = await visits({ kind: 'video', part });
    await told.plays('kind-video', 20_000);
    await told.plays('cannot-play', 30_000);
    await told.plays('menu-message-play');
    await call.press('3');
    await told.plays('message-deleted');
    await call.hangup();
  });

  it('S3: what a caller said is written down, the notice does not wait, and TEXT brings the words', async () => {
    const to = `+12025550${n++}`;
    const words = 'Good morning. Please call me back before the end of the week. Thank you very much.';
    await leaveMessage(await system.phone('+12025550123'), to, await speech(words));
    const { reference } = await nextNotice(system, to, 20_000);
    const found = (): Promise<Message | undefined> =>
      system.store.messages.byReference(reference as Reference);
    const phone = await system.phone(to);
    assert.equal(await phone.text(access, 'TEXT'), 202);
    const answer = await system.network.nextText({ timeoutMs: 60_000, where: (one) => one.to === to });
    const transcript = (await found())?.transcript ?? '';
    assert.equal(answer.body, transcript);
    assert.match(transcript, /call me back|good morning|thank you/i);
    assert.deepEqual(
      (await found())?.pending.filter(({ kind }) => kind === 'transcribe'),
      [],
    );
  });
});
