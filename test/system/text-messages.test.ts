import assert from 'node:assert/strict';
import { readdir, watch } from 'node:fs/promises';
import { join } from 'node:path';
import type { E164, Reference } from '../../app/core/ids.ts';
import type { Phone } from '../phone/phone.ts';
import { nextNotice } from './leave-message.ts';
import { access, openSystem, type System } from './system.ts';

const sender = '+12025550123';

describe('A text to a subscriber’s number', function () {
  this.timeout(60_000);
  let system: System;
  let alice: Phone;

  before(async () => {
    system = await openSystem();
    alice = await system.phone(sender);
  });

  after(() => system[Symbol.asyncDispose]());

  async function messagesOf(number: string) {
    const mailbox = await system.store.mailboxes.find(number as E164);
    return mailbox === undefined ? [] : system.store.messages.list(mailbox.id, { limit: 20 });
  }

  /** Sends it, and answers the message and the notice that come of it. */
  async function sent(to: string, body: string | Buffer) {
    assert.equal(await alice.text(to, body), 202);
    const { reference, body: notice } = await nextNotice(system, to);
    const message = await system.store.messages.byReference(reference as Reference);
    assert.ok(message);
    const [part] = message.envelope.parts;
    assert.ok(part);
    const bytes = (await system.store.media.get(part.media))?.bytes;
    return { message, notice, part, written: Buffer.from(bytes ?? []).toString('utf8') };
  }

  /** Resolves when so many deposits wait on the disk. */
  async function inSpool(count: number): Promise<void> {
    const directory = join(system.directory, 'controller', 'deposits');
    for await (const _ of watch(directory, { signal: AbortSignal.timeout(20_000), persistent: true })) {
      const files = await readdir(directory);
      if (files.filter((name) => name.endsWith('.deposit')).length >= count) return;
    }
  }

  it('S1 S2: becomes a message in a mailbox that nobody set up, and the subscriber is told and reads it', async () => {
    const to = '+12025550161';
    const { message, notice, part, written } = await sent(to, 'Dinner at eight? ¡Sí!');
    assert.equal(message.envelope.kind, 'text');
    assert.equal(message.envelope.from.number, sender);
    assert.equal(message.envelope.origin.network, 'sip');
    assert.equal(part.contentType, 'text/plain; charset=utf-8');
    assert.equal(part.durationMs, undefined);
    assert.equal(written, 'Dinner at eight? ¡Sí!');
    assert.match(notice, /^New text from \+12025550123: Dinner at eight\?/);
    const bob = await system.phone(to);
    assert.equal(await bob.text(access, 'TEXT'), 202);
    const answer = await system.network.nextText({
      where: (text) => text.to === to && text.body.includes('Dinner'),
    });
    assert.equal(answer.body, 'Dinner at eight? ¡Sí!');
  });

  it('the same text twice is one message', async () => {
    const to = '+12025550162';
    const same = { callId: 'twice@test', cseq: 7 };
    assert.equal(await alice.text(to, 'Only once', { same }), 202);
    await nextNotice(system, to);
    assert.equal(await alice.text(to, 'Only once', { same }), 202);
    assert.equal(await alice.text(to, 'The next', { same: { ...same, cseq: 8 } }), 202);
    await nextNotice(system, to);
    const bodies = (await messagesOf(to)).map((message) => message.transcript);
    assert.deepEqual(bodies, ['The next', 'Only once']);
  });

  it('STOP from a stranger is a message like any other', async () => {
    const { message } = await sent('+12025550163', 'STOP');
    assert.equal(message.transcript, 'STOP');
    assert.equal((await system.store.mailboxes.find('+12025550163' as E164))?.textsStopped, undefined);
  });

  it('emoji come through whole', async () => {
    const { written, notice } = await sent('+12025550164', 'Happy birthday 🎂🎉 dear Łukasz');
    assert.equal(written, 'Happy birthday 🎂🎉 dear Łukasz');
    assert.match(notice, /^New text from \+12025550123: Happy birthday/);
  });

  it('10 kB, NULs and control characters harm nothing, an empty one is none, and the next text comes', async () => {
    const to = '+12025550165';
    await alice.text(to, '');
    await alice.text(to, Buffer.from('A\0B\u0007<x a="1">&amp;\u0000'));
    await alice.text(to, 'long '.repeat(2048));
    await alice.text(to, Buffer.from([0xff, 0xfe, 0x41, 0xc3]));
    assert.equal(await alice.text(to, 'And this'), 202);
    for (let notice = ''; !notice.includes('And this');) notice = (await nextNotice(system, to)).body;
    const messages = await messagesOf(to);
    const cut = messages.filter((message) => message.envelope.cut);
    assert.equal(cut.length, 1, 'the long one says that it was cut');
    assert.ok(messages.length >= 3 && messages.length <= 4, `${messages.length} messages`);
    assert.ok(system.controller.running);
  });

  it('of 1,024 bytes and more arrives without its words: both are told, and one of 1,000 comes whole', async () => {
    const to = '+12025550169';
    const whole = 'Grüße, ¿qué tal? 🎂 '.repeat(30).trim();
    assert.ok(Buffer.byteLength(whole) > 700 && Buffer.byteLength(whole) < 1000);
    assert.equal((await sent(to, whole)).written, whole);
    // Alice has a mailbox from now on, so that she is somebody who may be answered.
    const carol = await system.phone('+12025550170');
    await carol.text(sender, 'Hello Alice');
    await nextNotice(system, sender);
    assert.equal(await alice.text(to, 'x'.repeat(1024)), 202);
    const { reference, body } = await nextNotice(system, to);
    assert.match(body, /^New text from \+12025550123: \(it was too long to arrive\)/);
    const message = await system.store.messages.byReference(reference as Reference);
    assert.deepEqual(message?.envelope.omitted, [{ why: 'too-large', contentType: 'text/plain' }]);
    assert.equal(message?.envelope.cut, true);
    const answer = await system.network.nextText({
      where: (text) => text.to === sender && /too long/.test(text.body),
    });
    assert.match(answer.body, /shorter pieces/);
  });

  it('of several lines, in other alphabets, comes as it was written', async () => {
    for (const words of ['One line\nand another\r\n\tand a third', 'Привет, 世界! مرحبا', 'a\u00a0b — “c”']) {
      const { written } = await sent('+12025550171', words);
      assert.equal(written, words);
    }
  });

  it('one to a number not served, and one that bears our own number, make no message and no answer', async () => {
    await alice.text('+4930123456', 'Hello');
    const ourselves = await system.phone(access);
    await ourselves.text('+12025550166', 'New voice message');
    await sent('+12025550167', 'Done');
    assert.deepEqual(await messagesOf('+12025550166'), []);
    assert.equal(await system.store.mailboxes.find('+4930123456' as E164), undefined);
  });

  it('waits on this disk while the store is away, and comes in once', async () => {
    const to = '+12025550168';
    await sent(to, 'Before');
    await system.local.kill('ferretdb', 'SIGKILL');
    const safe = inSpool(1);
    assert.equal(await alice.text(to, 'While it was away'), 202);
    await safe;
    await system.local.start('ferretdb');
    await nextNotice(system, to, 30_000);
    assert.deepEqual(
      (await messagesOf(to)).map((message) => message.transcript),
      ['While it was away', 'Before'],
    );
  });
});
