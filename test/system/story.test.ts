import assert from 'node:assert/strict';
import type { E164 } from '../../app/core/ids.ts';
import { speech } from '../audio/speech.ts';
import type { Phone } from '../phone/phone.ts';
import { callRecords } from './call-records.ts';
import { access, openSystem, type System } from './system.ts';

const caller = '+12025550123';
const subscriber = '+12025550147';
const words = 'Hello, this is Alice. The parcel is at the front desk. Please pick it up before six.';

describe('The main job on real calls', function () {
  this.timeout(60_000);
  let system: System;
  let alice: Phone;
  let bob: Phone;
  let said: Buffer;
  let reference: string;

  before(async () => {
    [system, said] = await Promise.all([openSystem(), speech(words)]);
    alice = await system.phone(caller);
    bob = await system.phone(subscriber);
  });

  after(() => system[Symbol.asyncDispose]());

  it('S6 S30: a caller leaves a message for a number that nobody provisioned, and a mailbox exists', async () => {
    assert.equal(await system.store.mailboxes.find(subscriber as E164), undefined);
    const call = await alice.call(subscriber, { fromName: 'Alice' });
    await call.up();
    await call.hearsTone(1000, { withinMs: 15_000 });
    await call.say(said);
    await call.hangup();
    const notice = await system.network.nextText({ where: (text) => /,,\d{10}#/.test(text.body) });
    const mailbox = await system.store.mailboxes.find(subscriber as E164);
    assert.equal(mailbox?.origin, 'dynamic');
    assert.equal(mailbox?.status, 'provisional');
    assert.deepEqual(mailbox?.counts, { new: 1, old: 0, urgent: 0 });
    reference = /,,(\d{10})#/.exec(notice.body)?.[1] ?? '';
  });

  it('S19 S41: the subscriber is welcomed first and then told who called, how long, and a reference to tap', () => {
    const texts = system.network.texts.filter((text) => text.to === subscriber);
    assert.equal(texts.length, 2);
    const [welcome, notice] = texts;
    assert.doesNotMatch(welcome?.body ?? '', /,,\d{10}#/);
    assert.ok(notice?.body.includes(`${access},,${reference}#`), notice?.body);
    assert.match(notice?.body ?? '', /Alice|\+12025550123/);
    assert.match(notice?.body ?? '', /0:0\d/);
  });

  it('S39 S40: calling back with the reference plays exactly that message', async () => {
    const call = await bob.call(access);
    await call.up();
    await call.press(`${reference}#`);
    const match = await call.hears(said, { withinMs: 20_000 });
    assert.ok(match.score > 0.8, `score ${match.score}`);
    await call.hangup();
  });

  it('S40: the reference as SIP user part plays it as well', async () => {
    const call = await bob.call(reference);
    await call.up();
    const match = await call.hears(said, { withinMs: 20_000 });
    assert.ok(match.offsetMs < 1000, `it began after ${match.offsetMs} ms`);
    await call.hangup();
  });

  it('S42: answering the text with 1 brings a call that plays it', async () => {
    assert.equal(await bob.text(access, '1'), 202);
    const call = await system.network.incoming({ where: (incoming) => incoming.to === subscriber });
    assert.equal(call.from, access);
    await call.up();
    await call.press('1');
    await call.hears(said, { withinMs: 30_000 });
    await call.hangup();
  });

  it('the message is heard now, the mailbox active, and every call and text has its record', async () => {
    const mailbox = await system.store.mailboxes.find(subscriber as E164);
    assert.equal(mailbox?.status, 'active');
    assert.deepEqual(mailbox?.counts, { new: 0, old: 1, urgent: 0 });
    const rows = await callRecords(system, 4);
    const calls = rows.filter((row) => row.event === 'call').map((row) => row.lastapp);
    assert.deepEqual(calls.toSorted(), ['deliver', 'deposit', 'listen', 'listen']);
    const delivered = rows.find((row) => row.lastapp === 'deliver');
    assert.equal(delivered?.src, access);
    assert.equal(delivered?.dst, subscriber);
    assert.equal(delivered?.disposition, 'ANSWERED');
    assert.equal(rows.filter((row) => row.event === 'text-out').length, 2);
    assert.equal(rows.filter((row) => row.event === 'text-in').length, 1);
    const events = rows
      .filter((row) => row.userfield !== undefined && row.event !== 'call')
      .map((row) => row.event);
    assert.equal(events.filter((event) => event === 'deposit').length, 1);
    assert.equal(events.filter((event) => event === 'retrieve').length, 1);
  });
});
