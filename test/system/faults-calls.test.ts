import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import type { Cdr } from '../../app/core/account/cdr.ts';
import type { E164 } from '../../app/core/ids.ts';
import { babble } from '../audio/babble.ts';
import { prompt } from '../audio/prompt.ts';
import type { PhoneCall } from '../phone/call.ts';
import type { Phone } from '../phone/phone.ts';
import { leaveMessage, nextNotice } from './leave-message.ts';
import { access, openSystem, type System } from './system.ts';

const maxTries = 2;

describe('Calls that come to nothing', function () {
  this.timeout(90_000);
  let system: System;
  let alice: Phone;

  before(async () => {
    system = await openSystem({ config: { deliver: { retryMs: 300, maxTries, ringSeconds: 5 } } });
    alice = await system.phone('+12025550123');
  });

  after(() => system[Symbol.asyncDispose]());

  /** The record of the call to this number. */
  async function record(number: string): Promise<Cdr> {
    const deadline = Date.now() + 20_000;
    while (Date.now() < deadline) {
      const rows = await system.store.cdrs.list({ limit: 200 });
      const row = rows.find((one) => one.event === 'call' && one.dst === number);
      if (row !== undefined) return row;
      await pause(50);
    }
    throw new Error(`no call detail record of a call to ${number}`);
  }

  const kinds: readonly [what: string, does: (call: PhoneCall) => Promise<unknown>, lastapp: string][] = [
    ['hangs up in the greeting', (call) => call.soundAfter(0), 'abandoned'],
    [
      'hangs up in the tone',
      async (call) => {
        await call.soundAfter(0);
        await call.press('#');
        await call.sayNothing(150);
      },
      'empty',
    ],
    ['hangs up after the tone', (call) => call.hearsTone(1000, { withinMs: 20_000 }), 'empty'],
    [
      'says nothing',
      async (call) => {
        await call.hearsTone(1000, { withinMs: 20_000 });
        await call.sayNothing(2500);
      },
      'empty',
    ],
    [
      'says less than a word',
      async (call) => {
        await call.hearsTone(1000, { withinMs: 20_000 });
        await call.say(babble(200, 1));
        await call.sayNothing(500);
      },
      'empty',
    ],
  ];

  it('no message, no mailbox and no text come of a caller who says nothing; the record tells of it', async () => {
    await Promise.all(
      kinds.map(async ([what, does, lastapp], i) => {
        const number = `+1202555020${i}`;
        const call = await alice.call(number);
        await call.up();
        await does(call);
        await call.hangup();
        const row = await record(number);
        // Whoever hangs up as the greeting ends may be met on either side of the tone.
        assert.equal(row.lastapp, lastapp, `${what}: ${JSON.stringify(row)}`);
        assert.equal(row.disposition, 'ANSWERED');
        assert.equal(await system.store.mailboxes.find(number as E164), undefined, what);
      }),
    );
    assert.deepEqual(system.network.texts, []);
  });

  it('a phone that is busy or does not answer is called again by the rule, and no more after that', async () => {
    const [busy, away, later] = await Promise.all(
      ['+12025550211', '+12025550212', '+12025550213'].map(async (number) => {
        const phone = await system.phone(number);
        await leaveMessage(alice, number, babble(1200, 3));
        await nextNotice(system, number, 20_000);
        return phone;
      }),
    );
    const met = new Map<string, number>();
    system.network.onCall = ({ to }) => {
      met.set(to, (met.get(to) ?? 0) + 1);
      if (to === away!.number) return 'ring';
      return to === later!.number && met.get(to) === 2 ? 'answer' : 'busy';
    };
    await Promise.all([busy, away, later].map((phone) => phone!.text(access, '1')));
    const answered = await system.network.incoming({
      timeoutMs: 30_000,
      where: (call) => call.to === later!.number && call.state === 'up',
    });
    await answered.press('1');
    await answered.hears(babble(1200, 3), { withinMs: 20_000 });
    await answered.hangup();
    const ofAway = { timeoutMs: 30_000, where: (call: PhoneCall) => call.to === away!.number };
    for (let tries = 1; tries <= maxTries; tries += 1) {
      const call = await system.network.incoming(ofAway);
      await call.ended(20_000);
    }
    // Given up: nothing is due any more.
    const deadline = Date.now() + 20_000;
    while ((await system.store.deliveries.nextDue()) !== undefined) {
      assert.ok(Date.now() < deadline, 'a delivery is still due');
      await pause(100);
    }
    assert.deepEqual(
      [busy, away, later].map((phone) => met.get(phone!.number)),
      [maxTries, maxTries, 2],
    );
    system.network.onCall = 'answer';
  });

  it('S34: a class of service changed in the file holds for the next mailbox, with no reload', async () => {
    const { file } = system.controller;
    const config = parse(await readFile(file, 'utf8')) as { classes: { standard: Record<string, unknown> } };
    Object.assign(config.classes.standard, { maxMessageSeconds: 2, welcome: false });
    await writeFile(file, stringify(config));
    const bob = '+12025550221';
    const call = await alice.call(bob);
    await call.hearsTone(1000, { withinMs: 15_000 });
    const speaking = call.say(babble(20_000, 4));
    await call.hears(await prompt('message-too-long'), { withinMs: 15_000 });
    await call.hangup();
    await speaking;
    await nextNotice(system, bob);
    assert.equal(system.network.texts.filter((text) => text.to === bob).length, 1, 'there was a welcome');
    const mailbox = await system.store.mailboxes.find(bob as E164);
    const [message] = await system.store.messages.list(mailbox!.id, { limit: 1 });
    const lengthMs = message!.envelope.parts[0]!.durationMs ?? 0;
    // Asterisk counts whole seconds of its clock.
    assert.ok(lengthMs > 1900 && lengthMs < 3200, `${lengthMs} ms`);
  });
});
