import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { E164, MailboxId } from '../../app/core/ids.ts';
import type { PendingStep } from '../../app/core/message/message.ts';
import { correlate } from '../../scripts/audio/correlate.ts';
import { prompt } from '../audio/prompt.ts';
import { speech } from '../audio/speech.ts';
import type { PhoneCall } from '../phone/call.ts';
import type { Phone } from '../phone/phone.ts';
import { header } from '../phone/sip-message.ts';
import { sampleMessage } from '../storage/sample.ts';
import { counted } from './counted.ts';
import { enterMailbox } from './enter-mailbox.ts';
import { leaveMessage, nextNotice } from './leave-message.ts';
import { access, openSystem, type System } from './system.ts';
import { Told } from './told.ts';

const alice = '+12025550123';
const mallory = '+12025550188';

/** A time of day in UTC, so many minutes from now. */
function clock(minutes: number): string {
  return new Date(Date.now() + minutes * 60_000).toISOString().slice(11, 16);
}

describe('Rules about who is called and told, and when', function () {
  this.timeout(120_000);
  let system: System;
  let said: Buffer;
  let other: Buffer;
  let fromAlice: Phone;
  let fromMallory: Phone;

  before(async () => {
    [said, other] = await Promise.all([
      speech('The concert begins at eight. I have your ticket with me.'),
      speech('Please bring the red umbrella back on Thursday.'),
    ]);
    system = await openSystem({
      config: {
        numbers: {
          ranges: [
            { prefix: '+1202555', class: 'standard' },
            { prefix: '+12025556', class: 'tolled' },
            { prefix: '+12025557', class: 'called' },
            { prefix: '+12025558', class: 'quiet' },
            { prefix: '+12025559', class: 'small' },
          ],
        },
        classes: {
          tolled: {
            welcome: false,
            toll: {
              rules: [
                { allow: true, destination: 'internal' },
                { allow: false, prefix: mallory },
              ],
              dailyCalls: 2,
            },
          },
          called: { notify: [], deliverByCall: true },
          small: { welcome: false, maxMessages: 1, urgentReservePercent: 100 },
          quiet: { welcome: false, deliverByCall: true, quietHours: { from: clock(-60), to: clock(180) } },
        },
        deliver: { ringSeconds: 20, maxTries: 3, retryMs: 1500 },
      },
    });
    [fromAlice, fromMallory] = await Promise.all([system.phone(alice), system.phone(mallory)]);
  });

  after(() => system[Symbol.asyncDispose]());

  const calledAt = (number: string, timeoutMs = 20_000): Promise<PhoneCall> =>
    system.network.incoming({ timeoutMs, where: (call) => call.to === number });
  const textTo = async (number: string): Promise<string> =>
    (await system.network.nextText({ timeoutMs: 20_000, where: (text) => text.to === number })).body;

  describe('a subscriber with toll rules and two calls a day', () => {
    const bob = '+12025556001';
    let own: Phone;
    let words: Buffer;

    before(async () => {
      [own, words] = await Promise.all([system.phone(bob), speech('Hello, it is me calling back.')]);
    });

    /** Calls with the reference, hears the message, and asks to call its sender. */
    async function callSender(reference: string): Promise<PhoneCall> {
      const call = await own.call(reference);
      await call.hears(said, { withinMs: 20_000 });
      await call.press('4');
      await call.press('3');
      return call;
    }

    async function speaks(call: PhoneCall): Promise<void> {
      const sender = await calledAt(alice);
      await sender.up();
      const [match] = await Promise.all([sender.hears(words, { withinMs: 15_000 }), call.say(words)]);
      assert.ok(match.score > 0.8, `score ${match.score}`);
      await call.hangup();
      await sender.ended(10_000);
    }

    it('is told that a number is not allowed, by the key and by text, and nobody is called', async () => {
      await leaveMessage(fromMallory, bob, said);
      const { reference } = await nextNotice(system, bob);
      const call = await callSender(reference);
      await call.hears(await prompt('call-denied'), { withinMs: 15_000 });
      await call.hangup();
      await own.text(access, 'CALL');
      assert.match(await textTo(bob), /cannot be called from here/);
      assert.deepEqual(
        system.network.calls.filter((one) => one.to === mallory),
        [],
      );
    });

    it('is connected where it is allowed, by the key and by text', async () => {
      await leaveMessage(fromAlice, bob, said);
      const { reference } = await nextNotice(system, bob);
      await speaks(await callSender(reference));
      await own.text(access, 'CALL');
      const back = await calledAt(bob);
      await back.up();
      await back.press('1');
      await speaks(back);
    });

    it('hears when the calls of the day are used up, and reads it', async () => {
      await leaveMessage(fromAlice, bob, said);
      const { reference } = await nextNotice(system, bob);
      const call = await callSender(reference);
      await call.hears(await prompt('call-limit'), { withinMs: 15_000 });
      await call.hangup();
      await own.text(access, 'CALL');
      assert.match(await textTo(bob), /all the calls of today/);
    });

    it('every refused call has its record', async () => {
      const refusals = async (): Promise<string[]> =>
        (await system.store.cdrs.list({ limit: 200 }))
          .filter(({ dcontext }) => dcontext === 'toll')
          .map(({ src, dst, lastapp, disposition }) => `${src} ${dst} ${lastapp} ${disposition}`)
          .toSorted();
      for (const deadline = Date.now() + 5000; (await refusals()).length < 4 && Date.now() < deadline;)
        await pause(100);
      assert.deepEqual(await refusals(), [
        `${bob} ${alice} toll-limit FAILED`,
        `${bob} ${alice} toll-limit FAILED`,
        `${bob} ${mallory} toll-denied FAILED`,
        `${bob} ${mallory} toll-denied FAILED`,
      ]);
    });
  });

  describe('a subscriber whose messages are brought by a call', () => {
    it('presses the key and hears exactly the message, then the next one', async () => {
      const carol = '+12025557001';
      system.network.onCall = ({ to }) => (to === carol ? 'ring' : 'answer');
      await leaveMessage(fromAlice, carol, said);
      const ringing = await calledAt(carol);
      // Another one comes while the telephone rings: it is the same call.
      await leaveMessage(fromAlice, carol, other);
      system.network.onCall = 'answer';
      await ringing.answer();
      await ringing.up();
      await ringing.press('1');
      const first = await ringing.hears(said, { withinMs: 30_000 });
      assert.ok(first.score > 0.8, `score ${first.score}`);
      await ringing.press('6');
      const next = await ringing.hears(other, { withinMs: 20_000 });
      assert.ok(next.score > 0.8, `score ${next.score}`);
      await ringing.press('*');
      await ringing.ended(20_000);
      const mailbox = await system.store.mailboxes.find(carol as E164);
      for (const deadline = Date.now() + 10_000; (await system.store.deliveries.nextDue()) !== undefined;) {
        assert.ok(Date.now() < deadline, 'a call is due still');
        await pause(100);
      }
      assert.equal(system.network.calls.filter((one) => one.to === carol).length, 1);
      const left = await system.store.messages.list(mailbox?.id as MailboxId, { states: ['new'], limit: 5 });
      assert.deepEqual(left, []);
    });

    it('an answering machine that presses nothing hears no message, and the call comes again', async () => {
      const dave = '+12025557002';
      await leaveMessage(fromAlice, dave, said);
      const machine = await calledAt(dave);
      await machine.up();
      await machine.say(other);
      await machine.ended(60_000);
      const all = Buffer.from(machine.heard.ulaw);
      const asked = correlate(all, await prompt('menu-delivery-hear')).score;
      assert.ok(asked > 0.8, `it was asked for a key: ${asked}`);
      const told = correlate(all, said).score;
      assert.ok(told < 0.4, `it heard the message: ${told}`);
      const mailbox = await system.store.mailboxes.find(dave as E164);
      assert.equal(mailbox?.counts.new, 1);
      const again = await calledAt(dave);
      await again.up();
      await again.press('1');
      const match = await again.hears(said, { withinMs: 30_000 });
      assert.ok(match.score > 0.8, `score ${match.score}`);
      await again.hangup();
    });
  });

  describe('a subscriber in quiet hours', () => {
    /** The steps that wait for the end of quiet hours, once they do. */
    async function heldFor(number: string): Promise<PendingStep[]> {
      for (const deadline = Date.now() + 10_000; ; await pause(100)) {
        const mailbox = await system.store.mailboxes.find(number as E164);
        const found = mailbox && (await system.store.messages.list(mailbox.id, { limit: 1 }));
        const held = found?.[0]?.pending.filter(({ lastError }) => lastError === 'quiet hours') ?? [];
        if (held.length >= 2 || Date.now() > deadline) return held;
      }
    }

    it('is told and called of nothing but an urgent message', async () => {
      const [erin, frank] = ['+12025558001', '+12025558002'];
      await leaveMessage(fromAlice, erin, said);
      const held = await heldFor(erin);
      assert.deepEqual(held.map(({ kind }) => kind).toSorted(), ['call', 'notify']);
      const ends = held.map(({ due }) => due.toISOString().slice(11, 16));
      assert.equal(new Set(ends).size, 1);
      const urgent = await fromAlice.call(frank);
      await urgent.up();
      await urgent.press('#');
      await urgent.hearsTone(1000, { withinMs: 15_000 });
      await urgent.say(said);
      await urgent.press('#');
      await urgent.hears(await prompt('recording-review'), { withinMs: 15_000 });
      await urgent.press('5');
      await urgent.press('1');
      assert.match((await nextNotice(system, frank, 20_000)).body, /Urgent/);
      const call = await calledAt(frank);
      await call.up();
      await call.press('1');
      await call.hears(said, { withinMs: 30_000 });
      await call.hangup();
      assert.deepEqual(
        system.network.texts.filter(({ to }) => to === erin),
        [],
      );
      assert.deepEqual(
        system.network.calls.filter(({ to }) => to === erin),
        [],
      );
    });
  });

  describe('a mailbox that takes one message, and one more if that is urgent', () => {
    const grace = '+12025559007';

    it('B6: says so before anybody speaks, takes what is urgent with a key, and tells its owner', async () => {
      await leaveMessage(fromAlice, grace, said);
      assert.equal((await counted(system, grace, 1))?.counts.new, 1);
      const told = new Told(system);
      const urgent = await (await fromMallory.call(grace)).up();
      await told.plays('mailbox-full-urgent');
      await urgent.press('1');
      await urgent.hearsTone(1000, { withinMs: 15_000 });
      await urgent.say(other);
      await urgent.hangup();
      const mailbox = await counted(system, grace, 2);
      assert.deepEqual(mailbox?.counts, { new: 2, old: 0, urgent: 1 });
      const [newest] = await system.store.messages.list(mailbox.id, { limit: 1 });
      const media = await system.store.media.get(newest!.envelope.parts[0]!.media);
      assert.equal(newest?.urgent, true);
      assert.ok(correlate(media!.bytes, other).score > 0.8, 'it is what was said');
      const { usage } = mailbox;
      assert.ok(usage !== undefined && usage.seconds > 0 && usage.bytes > media!.bytes.length);
      const full = await system.network.nextText({
        timeoutMs: 20_000,
        where: (text) => text.to === grace && text.body.includes('full'),
      });
      assert.match(full.body, /^Your mailbox is full \(number of messages\)/);
    });

    it('B6: refuses everybody then, and its owner hears it when they call', async () => {
      const told = new Told(system);
      const call = await (await fromMallory.call(grace)).up();
      await call.hears(await prompt('mailbox-full'), { withinMs: 15_000 });
      await call.ended(10_000);
      assert.deepEqual(told.names, ['mailbox-full']);
      const own = await system.phone(grace);
      await using visit = await enterMailbox(own, told);
      await told.plays('own-mailbox-full');
      await visit.hears(await prompt('own-mailbox-full'), { withinMs: 15_000 });
    });
  });

  it('S20: reminders go out once each, though the controller is killed among them', async () => {
    const numbers = Array.from({ length: 12 }, (_, i) => `+120255502${String(i).padStart(2, '0')}`);
    const dayMs = 86_400_000;
    const due = new Date(Date.now() + 1500);
    for (const number of numbers) {
      const received = new Date(Date.now() - dayMs - 60_000);
      const { mailbox } = await system.store.mailboxes.findOrCreate(
        {
          id: randomUUID() as MailboxId,
          number: number as E164,
          origin: 'provisioned',
          classOfService: 'standard',
          created: received,
        },
        { kind: 'voice', new: 1 },
      );
      const change = {
        mailbox: mailbox.id,
        referenceExpires: new Date(Date.now() + dayMs),
        expires: new Date(Date.now() + 20 * dayMs),
        pending: [{ kind: 'remind', due, tries: 0 }] as const,
      };
      await system.store.messages.insert(sampleMessage(change, { received, to: number as E164 }));
    }
    const reminder = /A message has been waiting for you for a day/;
    const reminders = () =>
      system.network.texts.filter((text) => numbers.includes(text.to) && reminder.test(text.body));
    await system.network.nextText({ timeoutMs: 30_000, where: (text) => reminder.test(text.body) });
    await system.controller.kill('SIGKILL');
    await system.restart();
    // The lease of the one that died ends first.
    for (
      const deadline = Date.now() + 75_000;
      new Set(reminders().map(({ to }) => to)).size < numbers.length;
    ) {
      assert.ok(Date.now() < deadline, `${reminders().length} reminders`);
      await pause(250);
    }
    for (const number of numbers) {
      const sent = await system.store.notifications.latestSent(number);
      assert.equal(sent?.kind, 'reminder', number);
    }
    // One that was in the network’s hands when its sender died may come again, as the same text.
    const ids = new Set(reminders().map((text) => header(text.request, 'X-Answerback-Id')));
    assert.equal(ids.size, numbers.length);
  });
});
