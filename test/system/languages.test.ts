import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Reference } from '../../app/core/ids.ts';
import { message as messageMenu } from '../../app/core/menu/menus.ts';
import { clips } from '../../app/core/prompt/say.ts';
import { buildPrompts } from '../../scripts/prompts/build.ts';
import { checkout } from '../../scripts/stack/machine.ts';
import { correlate } from '../../scripts/audio/correlate.ts';
import { speech } from '../audio/speech.ts';
import type { PhoneCall } from '../phone/call.ts';
import type { Phone } from '../phone/phone.ts';
import { shippedPrompts, shippedSpeech } from '../speech/shipped.ts';
import { enterMailbox } from './enter-mailbox.ts';
import { nextNotice } from './leave-message.ts';
import { putMessage } from './put-message.ts';
import { access, openSystem, type System } from './system.ts';
import { Told } from './told.ts';

const caller = '+12025550123';
const spanish = '+12025556001';
const german = '+12025557001';

describe('A mailbox of another language on real calls', function () {
  this.timeout(90_000);
  let system: System;
  let alice: Phone;
  let said: Buffer;
  let folder = '';

  before(async function () {
    this.timeout(240_000);
    // Where the switch can read it, in its root too.
    await mkdir(join(checkout, 'var'), { recursive: true });
    folder = await mkdtemp(join(checkout, 'var/languages-'));
    const [source, out] = [join(folder, 'source'), join(folder, 'out')];
    await cp(shippedPrompts, source, { recursive: true });
    // The third language is this folder and nothing else.
    await cp(join(import.meta.dirname, '../speech/languages/de'), join(source, 'de'), { recursive: true });
    await buildPrompts({ source, out });
    said = await speech('Hello, the keys are with the neighbours.');
    system = await openSystem({
      config: {
        prompts: { directory: out },
        numbers: {
          ranges: [
            { prefix: '+12025556', class: 'spanish' },
            { prefix: '+12025557', class: 'german' },
            { prefix: '+1202555', class: 'standard' },
          ],
        },
        classes: {
          spanish: { language: 'es', timeZone: 'America/Mexico_City' },
          german: { language: 'de', timeZone: 'Europe/Berlin' },
        },
      },
    });
    alice = await system.phone(caller);
  });

  after(async () => {
    await system?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const clip = (language: string, name: string): Promise<Buffer> =>
    readFile(join(folder, 'out', language, `${name}.ulaw`));

  async function leave(to: string, language: string): Promise<void> {
    const call = await alice.call(to, { fromName: 'Alice' });
    await call.up();
    const greeting = await call.hears(await clip(language, 'greeting-default'), { withinMs: 20_000 });
    assert.ok(greeting.score > 0.8, `score ${greeting.score}`);
    const english = correlate(call.heard.ulaw, await clip('en', 'greeting-default'));
    assert.ok(english.score < 0.4, `English scores ${english.score}`);
    await call.hearsTone(1000, { withinMs: 15_000 });
    await call.say(said);
    await call.hangup();
  }

  /** The subscriber hears the message and asks who and when. */
  async function details(subscriber: string, reference: string): Promise<PhoneCall> {
    const phone = await system.phone(subscriber);
    const call = await phone.call(reference);
    await call.up();
    await call.hears(said, { withinMs: 20_000 });
    await call.press(messageMenu.choices.find((choice) => choice.does === 'details')?.key ?? '');
    return call;
  }

  async function hearsClips(call: PhoneCall, language: string, names: readonly string[]): Promise<void> {
    for (const name of names) {
      const match = await call.hears(await clip(language, name), { withinMs: 15_000 });
      assert.ok(match.score > 0.8, `${name} scores ${match.score}`);
    }
  }

  it('greets, reads out numbers and writes in Spanish', async () => {
    await leave(spanish, 'es');
    const { reference, body } = await nextNotice(system, spanish);
    assert.match(body, /^Nuevo mensaje de voz de Alice \(\+12025550123\), 0:0\d\. Llame al \+12025550199,,/);
    const welcome = system.network.texts.find((text) => text.to === spanish);
    assert.match(welcome?.body ?? '', /^Ya tiene correo de voz\. .*Responda AYUDA/);
    const call = await details(spanish, reference);
    const message = await system.store.messages.byReference(reference as Reference);
    assert.ok(message !== undefined);
    const { received: at, parts } = message.envelope;
    const rules = shippedSpeech('es');
    const when = clips({ kind: 'time', at, now: new Date(), timeZone: 'America/Mexico_City' }, rules);
    const long = clips({ kind: 'duration', ms: parts[0]?.durationMs ?? 0 }, rules);
    // However the number is said, it ends so.
    const digits = clips({ kind: 'digits', digits: caller.slice(-10) }, rules);
    await hearsClips(call, 'es', ['message-from', ...digits, 'received', ...when, 'message-length', ...long]);
    await call.hangup();
  });

  it('answers a text in Spanish, and understands one', async () => {
    const phone = await system.phone(spanish);
    assert.equal(await phone.text(access, 'ayuda'), 202);
    const help = await system.network.nextText({ where: (text) => /Responda 1 para/.test(text.body) });
    assert.equal(help.to, spanish);
  });

  it('counts what waits in a mailbox, and tells the keys of its menu, in Spanish', async () => {
    for (let i = 0; i < 21; i++) await putMessage(system, spanish, { sound: said });
    const phone = await system.phone(spanish);
    const call = await enterMailbox(phone, new Told(system));
    const rules = shippedSpeech('es');
    const count = clips({ kind: 'count', value: 21, noun: 'new-message' }, rules);
    assert.deepEqual(count, ['number-21-masculine', 'noun-new-message-other']);
    await hearsClips(call, 'es', ['you-have', ...count]);
    await hearsClips(call, 'es', ['menu-main-new', 'press-1']);
    await call.hangup();
  });

  it('speaks and writes a third language, which is there by its folder alone', async () => {
    await leave(german, 'de');
    const { reference, body } = await nextNotice(system, german);
    assert.match(body, /^Neue Sprachnachricht von Alice \(\+12025550123\), 0:0\d\. Rufen Sie /);
    const call = await details(german, reference);
    // What it has no text for is spoken in English.
    await hearsClips(call, 'en', ['message-from']);
    await hearsClips(call, 'de', ['digit-2', 'digit-5', 'today']);
    await call.hangup();
  });
});
