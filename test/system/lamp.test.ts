import assert from 'node:assert/strict';
import type { E164 } from '../../app/core/ids.ts';
import { babble } from '../audio/babble.ts';
import type { Phone } from '../phone/phone.ts';
import type { ReceivedText } from '../phone/received.ts';
import { leaveMessage } from './leave-message.ts';
import { access, openSystem, type System } from './system.ts';

const subscriber = '+12025550147';

describe('The message waiting lamp of a registered phone', function () {
  this.timeout(120_000);
  let system: System;
  let alice: Phone;
  let desk: Phone;

  before(async () => {
    system = await openSystem({
      standard: { lamp: true },
      phones: [{ name: 'desk', number: subscriber, password: 'secret' }],
    });
    alice = await system.phone('+12025550123');
    desk = await system.phone('desk', { password: 'secret' });
    assert.equal(await desk.register(), 200);
  });
  after(() => system?.[Symbol.asyncDispose]());

  /** What the phone is told next that says so. */
  const shows = (voice: string) =>
    desk.nextNotify({ timeoutMs: 20_000, where: ({ body }) => body.includes(`Voice-Message: ${voice}`) });
  const notice = async (): Promise<string> => {
    const text: ReceivedText = await desk.nextText({
      timeoutMs: 20_000,
      where: (one) => /,,\d{10}#/.test(one.body),
    });
    return /,,(\d{10})#/.exec(text.body)?.[1] ?? '';
  };
  const leave = async (sound: Uint8Array): Promise<string> => {
    await leaveMessage(alice, subscriber, sound);
    return notice();
  };

  it('goes on with a new message, off when it is heard, and forgets it when it is deleted', async () => {
    const said = babble(3000, 5);
    const reference = await leave(said);
    assert.equal((await shows('1/0 ')).waiting, true);
    const call = await desk.call(access);
    await call.up();
    await call.press(`${reference}#`);
    await call.hears(said, { withinMs: 20_000 });
    await call.hangup();
    assert.equal((await shows('0/1 ')).waiting, false);
    assert.equal(await desk.text(access, `delete ${reference}`), 202);
    await shows('0/0 ');
  });

  it('is on again after Asterisk was killed, without anybody doing anything', async () => {
    await leave(babble(2000, 6));
    await shows('1/0 ');
    await system.asterisk.kill();
    desk.notices.length = 0;
    await system.asterisk.start();
    await shows('1/0 ');
    assert.equal(await desk.register(), 200);
    await shows('1/0 ');
  });

  it('tells of other kinds of messages too', async () => {
    const mailbox = await system.store.mailboxes.find(subscriber as E164);
    assert.ok(mailbox !== undefined);
    await system.store.mailboxes.count(mailbox.id, { kind: 'fax', new: 1, urgent: 1 });
    const reference = await leave(babble(2000, 7));
    await shows('2/0 (0/0)\r\nFax-Message: 1/0 (1/0)\r\n');
    assert.equal(await desk.text(access, `delete ${reference}`), 202);
    await shows('1/0 (0/0)\r\nFax-Message: 1/0 (1/0)\r\n');
    assert.equal(await desk.register(), 200);
    await shows('1/0 (0/0)\r\nFax-Message: 1/0 (1/0)\r\n');
  });

  it('follows what happened while the switch was away', async () => {
    await system.asterisk.kill();
    const mailbox = await system.store.mailboxes.find(subscriber as E164);
    assert.ok(mailbox !== undefined);
    const messages = await system.store.messages.list(mailbox.id, { states: ['new'], limit: 5 });
    assert.equal(messages.length, 1);
    await system.store.mailboxes.count(mailbox.id, { kind: 'voice', new: 1 });
    await system.asterisk.start();
    await shows('2/0 ');
  });

  it('is right after the controller was killed', async () => {
    await system.controller.kill('SIGKILL');
    const mailbox = await system.store.mailboxes.find(subscriber as E164);
    assert.ok(mailbox !== undefined);
    await system.store.mailboxes.count(mailbox.id, { kind: 'voice', new: -2 });
    await system.restart();
    await shows('0/0 ');
  });
});
