import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { E164, MailboxId } from '../../app/core/ids.ts';
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import type { GreetingKind } from '../../app/core/profile/settings.ts';
import { babble } from '../audio/babble.ts';
import { prompt } from '../audio/prompt.ts';
import type { PhoneCall } from '../phone/call.ts';
import type { Phone } from '../phone/phone.ts';
import { OwnMailbox, type Step } from './own-mailbox.ts';
import { openSystem, type System } from './system.ts';

const keys: Readonly<Record<GreetingKind, string>> = {
  unavailable: '1',
  busy: '2',
  temporary: '3',
  name: '4',
};
const sounds = {
  unavailable: babble(3000, 11),
  busy: babble(3000, 22),
  temporary: babble(3000, 33),
  name: babble(1500, 44),
};

describe('The greetings of a subscriber, recorded by telephone', function () {
  this.timeout(120_000);
  let system: System;
  let alice: Phone;
  let bob: Phone;
  const number = '+12025550147' as E164;

  before(async () => {
    system = await openSystem();
    alice = await system.phone('+12025550123');
    bob = await system.phone(number);
    await subscriber(number);
  });
  after(() => system?.[Symbol.asyncDispose]());

  async function subscriber(of: E164): Promise<Mailbox> {
    const id = crypto.randomUUID() as MailboxId;
    const fresh = {
      id,
      number: of,
      origin: 'provisioned' as const,
      classOfService: 'standard',
      created: new Date(),
    };
    return (await system.store.mailboxes.findOrCreate(fresh)).mailbox;
  }

  async function mailbox(of = number): Promise<Mailbox> {
    const found = await system.store.mailboxes.find(of);
    assert.ok(found);
    return found;
  }

  /** Until this holds, or not within some seconds. */
  async function eventually(what: string, holds: () => Promise<boolean>, withinMs = 15_000): Promise<void> {
    for (const deadline = Date.now() + withinMs; !(await holds()); await pause(50))
      if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
  }

  async function records(kind: GreetingKind, ...before: readonly Step[]): Promise<void> {
    await using own = await OwnMailbox.enter(system, bob);
    await own.chooses('5');
    await own.does(['menu-greetings-unavailable', keys[kind]], ['menu-greeting-record', '2'], ...before);
    await own.told.plays('record-own');
    await own.record(sounds[kind]);
    await own.call.hears(await prompt('greeting-saved'), { withinMs: 15_000 });
    await own.call.hears(sounds[kind], { withinMs: 15_000 });
    await own.told.plays('menu-greeting-hear');
  }

  /** What a caller hears from the answer on, before the tone. */
  async function calls(reason?: string): Promise<PhoneCall> {
    const headers = reason === undefined ? [] : [`Diversion: <sip:${number}@127.0.0.1>;reason=${reason}`];
    return (await alice.call(number, { headers })).up();
  }

  it('when not answering: another caller hears exactly it, and then the tone', async () => {
    await records('unavailable');
    await using call = await calls();
    const match = await call.hears(sounds.unavailable, { withinMs: 15_000 });
    assert.ok(match.offsetMs < 1000, `something else came before it: ${match.offsetMs} ms`);
    await call.hearsTone(1000, { withinMs: 10_000 });
  });

  it('when busy: only a caller who was diverted because of that hears it', async () => {
    await records('busy');
    for (const [reason, kind] of [
      ['user-busy', 'busy'],
      ['no-answer', 'unavailable'],
    ] as const) {
      await using call = await calls(reason);
      const match = await call.hears(sounds[kind], { withinMs: 15_000 });
      assert.ok(match.offsetMs < 1000);
    }
  });

  it('for a time: callers hear it until then, and the usual one after', async () => {
    await records('temporary', ['greeting-days', '2#']);
    const { id, settings } = await mailbox();
    const temporary = settings.greetings?.temporary;
    assert.ok(temporary?.until);
    assert.ok(Math.abs(temporary.until.getTime() - Date.now() - 2 * 86_400_000) < 120_000);
    {
      await using call = await calls();
      await call.hears(sounds.temporary, { withinMs: 15_000 });
    }
    const over = { ...temporary, until: new Date(Date.now() - 1) };
    await system.store.mailboxes.update(id, { settings: { greetings: { temporary: over } } });
    await using call = await calls();
    const match = await call.hears(sounds.unavailable, { withinMs: 15_000 });
    assert.ok(match.offsetMs < 1000);
  });

  it('the name: callers are told whose mailbox it is, where nothing else is recorded', async () => {
    await records('name');
    const { id } = await mailbox();
    const before = (await mailbox()).settings.greetings;
    const none = { unavailable: undefined, busy: undefined, temporary: undefined };
    await system.store.mailboxes.update(id, { settings: { greetings: none } });
    {
      await using call = await calls();
      await call.hears(await prompt('greeting-number'), { withinMs: 15_000 });
      await call.hears(sounds.name, { withinMs: 15_000 });
      await call.hears(await prompt('greeting-leave-message'), { withinMs: 15_000 });
      await call.hearsTone(1000, { withinMs: 10_000 });
    }
    await system.store.mailboxes.update(id, { settings: { greetings: { ...before } } });
  });

  it('# skips it, and the message is taken', async () => {
    const { counts } = await mailbox();
    const call = await calls();
    await call.soundAfter(0);
    await call.press('#');
    await call.hearsTone(1000, { withinMs: 10_000 });
    await call.say(babble(2000, 9));
    await call.hangup();
    await eventually('the message', async () => (await mailbox()).counts.new === counts.new + 1);
  });

  it('* in it leads the owner into the mailbox', async () => {
    const call = await (await bob.call(number)).up();
    await call.hears(sounds.unavailable.subarray(0, 8000), { withinMs: 15_000 });
    await call.press('*');
    await call.hears(await prompt('menu-main-new'), { withinMs: 15_000 });
    await call.hangup();
  });

  it('only announced: the call ends after it, and no message is taken', async () => {
    const { counts } = await mailbox();
    {
      await using own = await OwnMailbox.enter(system, bob);
      await own.chooses('5');
      await own.does(['menu-greetings-announcement-only', '5']);
      await own.call.hears(await prompt('greeting-announcement-only'), { withinMs: 15_000 });
    }
    const call = await calls();
    await call.hears(sounds.unavailable, { withinMs: 15_000 });
    assert.equal((await call.ended(10_000)).by, 'them');
    assert.deepEqual((await mailbox()).counts, counts);
    await using own = await OwnMailbox.enter(system, bob);
    await own.chooses('5');
    await own.does(['menu-greetings-take-messages', '5']);
    await own.told.plays('greeting-takes-messages');
  });

  it('a class with an operator: 0 in the greeting calls them', async () => {
    const other = '+12025550149' as E164;
    await using small = await openSystem({ standard: { operator: '+12025550190' } });
    const id = crypto.randomUUID() as MailboxId;
    await small.store.mailboxes.findOrCreate({
      id,
      number: other,
      origin: 'provisioned',
      classOfService: 'standard',
      created: new Date(),
    });
    const caller = await small.phone('+12025550123');
    const call = await (await caller.call(other)).up();
    await call.soundAfter(0);
    await call.press('0');
    const operator = await small.network.incoming({ where: ({ to }) => to === '+12025550190' });
    const words = babble(2000, 5);
    await operator.say(words);
    await call.hears(words, { withinMs: 10_000 });
    await operator.hangup();
    await call.ended(10_000);
  });

  describe('the controller is killed while one is recorded', () => {
    const strays = async (): Promise<string[]> =>
      readdir(join(system.asterisk.spool, 'answerback')).catch(() => []);

    async function killedWhileRecording(of: E164): Promise<OwnMailbox> {
      await subscriber(of);
      const own = await OwnMailbox.enter(system, await system.phone(of));
      await own.chooses('5');
      await own.does(['menu-greetings-unavailable', '1'], ['menu-greeting-record', '2']);
      await own.told.plays('record-own');
      await own.speaks(babble(3000, 7));
      await system.controller.kill('SIGKILL');
      return own;
    }

    async function nothingCameOfIt(of: E164): Promise<void> {
      await eventually('the recording is gone', async () => (await strays()).length === 0, 30_000);
      const after = await mailbox(of);
      assert.deepEqual(after.settings.greetings ?? {}, {});
      assert.deepEqual(await system.store.messages.list(after.id, { limit: 5 }), []);
      assert.deepEqual(after.counts, { new: 0, old: 0, urgent: 0 });
    }

    it('and the owner hangs up: it becomes nobody’s message', async () => {
      const of = '+12025550151' as E164;
      const own = await killedWhileRecording(of);
      assert.ok((await strays()).length > 0, 'nothing was being recorded');
      await own.call.hangup();
      await system.restart();
      await nothingCameOfIt(of);
    });

    it('and the owner speaks on: is told of the interruption and starts anew; nothing came of it', async () => {
      const of = '+12025550152' as E164;
      const own = await killedWhileRecording(of);
      await system.restart();
      await own.call.press('#');
      await own.call.hears(await prompt('interrupted'), { withinMs: 20_000 });
      await own.call.hears((await prompt('enter-reference')).subarray(0, 12_000), { withinMs: 20_000 });
      await own.call.hangup();
      await nothingCameOfIt(of);
    });
  });
});
