import assert from 'node:assert/strict';
import type { E164, Reference } from '../../app/core/ids.ts';
import { speech } from '../audio/speech.ts';
import { openSmsc, type Smsc } from '../../scripts/smsc/smsc.ts';
import { leaveMessage } from './leave-message.ts';
import { access, openSystem, type System } from './system.ts';

const bob = '+12025550147';

describe('Subscribers on a mobile network reached over SMPP', function () {
  this.timeout(60_000);
  let smsc: Smsc;
  let system: System;
  let said: Buffer;

  before(async () => {
    smsc = await openSmsc();
    [system, said] = await Promise.all([
      openSystem({
        standard: { notify: [{ gateway: 'smpp', to: 'subscriber' }] },
        config: {
          smpp: [
            {
              name: 'mobile',
              host: '127.0.0.1',
              port: smsc.port,
              systemId: 'answerback',
              from: access,
              callback: 'access',
              waiting: true,
            },
          ],
        },
        env: { SMPP_PASSWORD_MOBILE: 'secret' },
      }),
      speech('Please call me back about the keys.'),
    ]);
    await smsc.until(() => smsc.receivers > 0);
  });

  after(async () => {
    await system[Symbol.asyncDispose]();
    await smsc[Symbol.asyncDispose]();
  });

  /** The next text to this number whose words match. */
  async function nextText(to: string, words: RegExp) {
    const find = () => smsc.submitted.findIndex((text) => text.to === to && words.test(text.body));
    await smsc.until(() => find() >= 0, 20_000);
    const [text] = smsc.submitted.splice(find(), 1);
    assert.ok(text);
    return text;
  }

  it('S41 S42: get a text with what to tap, answer it with 1, are called and hear the message; the receipt is kept', async () => {
    const alice = await system.phone('+12025550123');
    await leaveMessage(alice, bob, said);
    await nextText(bob, /You now have voice mail/);
    const notice = await nextText(bob, /New voice message from \+12025550123.*,,\d{10}#/);
    assert.equal(notice.callback, access.slice(1));
    assert.equal(notice.waiting, 0x80);
    assert.ok(notice.receipt);
    const reference = /,,(\d{10})#/.exec(notice.body)?.[1] as Reference;
    const message = await system.store.messages.byReference(reference);
    assert.ok(message);

    assert.equal(await smsc.receipt(notice.messageId, 'DELIVRD'), 0);
    const told = await system.store.notifications.latestSent(bob);
    assert.equal(told?.status, 'delivered');
    assert.equal(told?.providerId, `mobile:${notice.messageId}`);
    assert.equal(told?.message, message.id);

    const ringing = system.network.incoming({ where: (one) => one.to === bob, timeoutMs: 20_000 });
    assert.equal(await smsc.deliver({ from: bob, to: access, message: '1' }), 0);
    const call = await ringing;
    await call.up();
    await call.press('1');
    await call.hears(said, { withinMs: 30_000 });
    await call.hangup();
  });

  it('a text to a subscriber’s number is a message, and TEXT brings all its words in parts', async () => {
    const carol = '+12025550148';
    const words = 'The quick brown fox jumps over the lazy dog. '.repeat(5).trim();
    const first = Buffer.from(words.slice(0, 150));
    const second = Buffer.from(words.slice(150));
    const part = (text: Buffer, number: number) => ({
      from: '+12025550123',
      to: carol,
      message: Buffer.concat([Buffer.from([5, 0, 3, 77, 2, number]), text]),
      fields: { esm_class: 0x40 },
    });
    assert.deepEqual(
      await Promise.all([smsc.deliver(part(second, 2)), smsc.deliver(part(first, 1))]),
      [0, 0],
    );
    await nextText(carol, /^New text from \+12025550123: The quick brown/);
    const mailbox = await system.store.mailboxes.find(carol as E164);
    const [message] = await system.store.messages.list(mailbox!.id, { limit: 5 });
    assert.equal(message?.envelope.origin.network, 'sms');
    assert.equal(message?.envelope.kind, 'text');
    assert.equal(message?.transcript, words);
    assert.equal(await smsc.deliver({ from: carol, to: access, message: 'TEXT' }), 0);
    const answers = [await nextText(carol, /^The quick/), await nextText(carol, /dog\.$/)];
    assert.equal(answers.map((one) => one.body).join(''), words);
  });

  it('parts that came before the controller was killed and parts that come after it make one message', async () => {
    const erin = '+12025550151';
    const part = (text: string, number: number) => ({
      from: '+12025550123',
      to: erin,
      message: Buffer.concat([Buffer.from([5, 0, 3, 99, 3, number]), Buffer.from(text)]),
      fields: { esm_class: 0x40 },
    });
    assert.equal(await smsc.deliver(part('Before ', 1)), 0);
    assert.equal(await smsc.deliver(part('and ', 2)), 0);
    const binds = smsc.binds.length;
    await system.controller.kill('SIGKILL');
    await system.restart();
    await smsc.until(() => smsc.binds.length > binds);
    assert.equal(await smsc.deliver(part('and ', 2)), 0, 'a repeat');
    assert.equal(await smsc.deliver(part('after', 3)), 0);
    await nextText(erin, /^New text from \+12025550123: Before and after/);
    const mailbox = await system.store.mailboxes.find(erin as E164);
    const messages = await system.store.messages.list(mailbox!.id, { limit: 5 });
    assert.deepEqual(
      messages.map(({ transcript, envelope }) => [transcript, envelope.cut]),
      [['Before and after', false]],
    );
  });

  it('an SMSC that goes and comes back gets what was meant for it, once', async () => {
    const dave = '+12025550149';
    const alice = await system.phone('+12025550124');
    await smsc.stop();
    await leaveMessage(alice, dave, said);
    smsc.submitted.splice(0);
    await smsc.start();
    const notice = await nextText(dave, /,,\d{10}#/);
    assert.ok(notice);
    await leaveMessage(alice, dave, said);
    await nextText(dave, /,,\d{10}#/);
    const left = smsc.submitted.filter((text) => text.to === dave && /,,\d{10}#/.test(text.body));
    assert.deepEqual(left, []);
  });
});
