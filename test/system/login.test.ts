import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { E164, MailboxId } from '../../app/core/ids.ts';
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import { openHasher } from '../../app/secrets/open.ts';
import { prompt } from '../audio/prompt.ts';
import type { PhoneCall } from '../phone/call.ts';
import { access, openSystem, type System } from './system.ts';
import { Told } from './told.ts';

const pin = '482915';
const other = '730582';
const soon = { withinMs: 30_000 };

/** What the tests of this file share: prompts as they sound, and subscribers. */
class Town {
  readonly system: System;
  readonly #hasher = openHasher({ memoryKiB: 19_456, passes: 2, atOnce: 2 });
  #next = 300;
  #told: Told | undefined;

  constructor(system: System) {
    this.system = system;
  }

  async mailbox(have: { readonly pin?: string; readonly mustChange?: boolean } = {}): Promise<Mailbox> {
    const number = `+12025550${(this.#next += 1)}` as E164;
    const { mailbox } = await this.system.store.mailboxes.findOrCreate({
      id: randomUUID() as MailboxId,
      number,
      origin: 'provisioned',
      classOfService: 'standard',
      created: new Date(),
    });
    if (have.pin !== undefined)
      await this.system.store.credentials.setPin({
        mailbox: mailbox.id,
        hash: await this.#hasher.hash(have.pin),
        set: new Date(),
        mustChange: have.mustChange ?? false,
        keep: 5,
      });
    return mailbox;
  }

  /** Calls the access number. */
  async call(number: string): Promise<PhoneCall> {
    const phone = await this.system.phone(number);
    this.#told = new Told(this.system);
    const call = await phone.call(access);
    await call.up();
    return call;
  }

  /** Calls from another phone and asks for this mailbox. */
  async callFor(mailbox: Mailbox, number: string): Promise<PhoneCall> {
    const call = await this.call(number);
    await call.press(`*${mailbox.number.slice(2)}#`);
    return call;
  }

  /** What the caller who called last is told, in this order, others between it or not. */
  async tells(...names: readonly string[]): Promise<void> {
    for (const name of names) await this.#told?.plays(name, soon.withinMs);
  }

  /** What is audited of a mailbox once there is so much, oldest first. */
  async audited(mailbox: Mailbox, count: number): Promise<string[]> {
    for (const deadline = Date.now() + 20_000; ; await pause(50)) {
      const events = await this.system.store.audit.list({ limit: 50, mailbox: mailbox.id });
      if (events.length >= count || Date.now() > deadline)
        return events.toReversed().map(({ event, outcome }) => `${event} ${outcome}`);
    }
  }
}

/** By its sound. */
async function hears(call: PhoneCall, name: string): Promise<void> {
  await call.hears(await prompt(name), soon);
}

describe('Logging in on real calls', function () {
  this.timeout(90_000);
  let town: Town;
  before(async () => (town = new Town(await openSystem())));
  after(() => town.system[Symbol.asyncDispose]());

  it('S22: from the own phone # is enough', async () => {
    const mailbox = await town.mailbox({ pin });
    const call = await town.call(mailbox.number);
    await call.press('#');
    await town.tells('mailbox-empty');
    await call.hangup();
    assert.deepEqual(await town.audited(mailbox, 1), ['login own-phone']);
  });

  it('S22: from another phone by number and PIN; keys cut every prompt short', async () => {
    const mailbox = await town.mailbox({ pin });
    const call = await town.callFor(mailbox, '+13035550101');
    await call.press(`${pin}#`);
    await hears(call, 'mailbox-empty');
    await call.hangup();
    assert.deepEqual(await town.audited(mailbox, 1), ['login in']);
  });

  it('B4: without a PIN a code by text lets the subscriber choose one, and then the PIN lets them in', async () => {
    const mailbox = await town.mailbox();
    const call = await town.callFor(mailbox, '+13035550102');
    await town.tells('code-offer');
    await call.press('1');
    const text = await town.system.network.nextText({ where: (one) => one.to === mailbox.number });
    const code = /\b\d{6}\b/.exec(text.body)?.[0] ?? '';
    await call.press(`${code}#`);
    await town.tells('new-pin');
    await call.press('123456#');
    await town.tells('pin-sequence');
    await call.press(`${pin}#`);
    await town.tells('new-pin-again');
    await call.press(`${pin}#`);
    await town.tells('pin-set', 'mailbox-empty');
    await call.hangup();
    const again = await town.callFor(mailbox, '+13035550102');
    await again.press(`${pin}#`);
    await town.tells('mailbox-empty');
    await again.hangup();
    assert.deepEqual(await town.audited(mailbox, 4), [
      'code-sent sent',
      'code right',
      'pin-set set',
      'login in',
    ]);
    const log = JSON.stringify(town.system.controller.lines);
    assert.ok(!log.includes(pin) && !log.includes(code), 'neither stands in the log, at debug too');
  });

  it('B4: a PIN from the operator must be changed at the first login', async () => {
    const mailbox = await town.mailbox({ pin, mustChange: true });
    const call = await town.callFor(mailbox, '+13035550103');
    await call.press(`${pin}#`);
    await town.tells('pin-must-change', 'new-pin');
    await call.press(`${other}#${other}#`);
    await town.tells('pin-set', 'mailbox-empty');
    await call.hangup();
    assert.deepEqual(await town.audited(mailbox, 2), ['login must-change', 'pin-set set']);
  });

  it('B4: three wrong PINs lock the caller out, over calls and controllers, and not the own phone', async () => {
    const mailbox = await town.mailbox({ pin });
    const call = await town.callFor(mailbox, '+13035550104');
    for (let tries = 0; tries < 3; tries += 1) {
      await call.press(`${other}#`);
      await town.tells('pin-wrong');
    }
    await town.tells('pin-locked', 'try-again-in');
    await call.ended(15_000);
    const second = await town.callFor(mailbox, '+13035550104');
    await town.tells('pin-locked');
    await second.ended(15_000);
    await town.system.controller.kill('SIGTERM');
    await town.system.restart();
    const third = await town.callFor(mailbox, '+13035550104');
    await town.tells('pin-locked');
    await third.hangup();
    const own = await town.call(mailbox.number);
    await own.press('#');
    await town.tells('mailbox-empty');
    await own.hangup();
    assert.deepEqual(await town.audited(mailbox, 6), [
      'login wrong',
      'login wrong',
      'login wrong',
      'login locked',
      'login locked',
      'login own-phone',
    ]);
  });

  it('B4: wrong PINs from phone after phone lock the mailbox for all strangers', async () => {
    const mailbox = await town.mailbox({ pin });
    const guess = async (n: number): Promise<void> => {
      const call = await town.callFor(mailbox, `+1404555010${n}`);
      await call.press(`${other}#${other}#907326#`);
      await call.ended(30_000);
    };
    await Promise.all([0, 1, 2, 3, 4].map(guess));
    const late = await town.callFor(mailbox, '+14045550199');
    await late.press(`${pin}#`);
    await town.tells('pin-locked');
    await late.hangup();
    const audited = await town.audited(mailbox, 12);
    assert.ok(audited.filter((one) => one === 'login wrong').length <= 10, audited.join());
    assert.ok(!audited.includes('login in'));
    const rows = JSON.stringify(await town.system.store.cdrs.list({ limit: 100 }));
    assert.ok(!rows.includes(other) && !rows.includes('907326'));
  });
});

describe('Logging in over a trunk that is not trusted', function () {
  this.timeout(90_000);
  let town: Town;
  before(async () => (town = new Town(await openSystem({ trusted: false }))));
  after(() => town.system[Symbol.asyncDispose]());

  it('B4: who says that it is the own phone has to know the PIN', async () => {
    const mailbox = await town.mailbox({ pin });
    const call = await town.call(mailbox.number);
    await call.press('#');
    await town.tells('enter-pin');
    await call.press(`${pin}#`);
    await town.tells('mailbox-empty');
    await call.hangup();
    const empty = await town.mailbox();
    const liar = await town.call(empty.number);
    await liar.press('#');
    await town.tells('code-offer');
    await liar.press('2');
    await town.tells('invalid-key');
    await liar.press('*');
    await town.tells('goodbye');
    await liar.ended(15_000);
  });
});
