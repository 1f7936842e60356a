import assert from 'node:assert/strict';
import type { E164 } from '../../app/core/ids.ts';
import type { TollTable } from '../../app/core/profile/toll-table.ts';
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import { createCallRequests } from '../../app/services/ask-call.ts';
import { bob, openRulesWorld, type RulesOptions, type RulesWorld } from './rules-world.ts';

const paris = '+33142685300';
const inland = '+12125551234';

async function withBob(
  toll: Partial<TollTable>,
  test: (world: RulesWorld, mailbox: Mailbox) => Promise<void>,
  options: RulesOptions = {},
) {
  const rules = [
    { allow: true, destination: 'internal' },
    { allow: true, destination: 'national' },
  ] as const;
  await using world = await openRulesWorld({
    ...options,
    standard: { timeZone: 'America/New_York', ...options.standard, toll: { rules, dailyCalls: 3, ...toll } },
  });
  await world.leave();
  await test(world, await world.mailbox());
}

describe('Calls at the operator’s cost', function () {
  this.timeout(60_000);

  it('what the table allows is allowed, and the rest is refused and written down', () =>
    withBob({}, async (world, mailbox) => {
      assert.equal(await world.tolls.use(mailbox, inland), 'allowed');
      assert.equal(await world.tolls.use(mailbox, paris), 'denied');
      assert.equal(await world.tolls.use(mailbox, '911'), 'not-a-number');
      assert.equal(await world.tolls.use(mailbox, '+12025550199'), 'denied');
      await world.account.flush();
      const rows = (await world.test.store.cdrs.list({ limit: 50 })).filter((row) => row.event === 'call');
      assert.deepEqual(
        rows
          .map(
            ({ dst, lastapp, disposition, accountcode }) => `${dst} ${lastapp} ${disposition} ${accountcode}`,
          )
          .toSorted(),
        [
          `${paris} toll-denied FAILED ${mailbox.id}`,
          `+12025550199 toll-denied FAILED ${mailbox.id}`,
          `911 toll-denied FAILED ${mailbox.id}`,
        ].toSorted(),
      );
    }));

  it('the operator of the class is not counted, but must be allowed', () =>
    withBob(
      { dailyCalls: 1 },
      async (world, mailbox) => {
        for (let i = 0; i < 3; i += 1) assert.equal(await world.tolls.use(mailbox, inland), 'allowed');
        assert.equal(await world.tolls.use(mailbox, '+12125551235'), 'allowed');
        assert.equal(await world.tolls.may(mailbox, '+12125551235'), 'daily-limit');
        assert.equal(await world.tolls.may(mailbox, inland), 'allowed');
        const denied = { ...mailbox, settings: { toll: { rules: [], dailyCalls: 9 } } };
        assert.equal(await world.tolls.use(denied, inland), 'denied');
      },
      { standard: { operator: inland } },
    ));

  it('a day’s calls are counted; asking alone counts nothing', () =>
    withBob({}, async (world, mailbox) => {
      for (let i = 0; i < 5; i += 1) assert.equal(await world.tolls.may(mailbox, inland), 'allowed');
      for (let i = 0; i < 3; i += 1) assert.equal(await world.tolls.use(mailbox, inland), 'allowed');
      assert.equal(await world.tolls.may(mailbox, inland), 'daily-limit');
      assert.equal(await world.tolls.use(mailbox, inland), 'daily-limit');
      assert.equal(await world.tolls.use(mailbox, paris), 'denied');
    }));

  it('the day is the subscriber’s own', () =>
    withBob({ dailyCalls: 1 }, async (world, mailbox) => {
      world.at('2026-01-05T12:00:00Z');
      assert.equal(await world.tolls.use(mailbox, inland), 'allowed');
      world.at('2026-01-06T04:59:59Z');
      assert.equal(await world.tolls.use(mailbox, inland), 'daily-limit');
      world.at('2026-01-06T05:00:00Z');
      assert.equal(await world.tolls.use(mailbox, inland), 'allowed');
    }));

  it('of forty at once exactly the limit go through', () =>
    withBob({ dailyCalls: 7 }, async (world, mailbox) => {
      const answers = await Promise.all(Array.from({ length: 40 }, () => world.tolls.use(mailbox, inland)));
      assert.equal(answers.filter((answer) => answer === 'allowed').length, 7);
      assert.equal(answers.filter((answer) => answer === 'daily-limit').length, 33);
    }));

  it('none a day means none', () =>
    withBob({ dailyCalls: 0 }, async (world, mailbox) => {
      assert.equal(await world.tolls.may(mailbox, inland), 'daily-limit');
      assert.equal(await world.tolls.use(mailbox, inland), 'daily-limit');
    }));

  it('calling the subscribers themselves is free, also at an alias, and when all calls are used', () =>
    withBob({ rules: [], dailyCalls: 0 }, async (world, mailbox) => {
      assert.equal(await world.tolls.use(mailbox, bob), 'allowed');
      const twin = { ...mailbox, aliases: [paris as E164] };
      assert.equal(await world.tolls.use(twin, paris), 'allowed');
      assert.equal(await world.tolls.use(twin, '+33 1 42 68 53 00'), 'allowed');
    }));

  it('what all may call holds where no rule of the table says anything', () =>
    withBob(
      {},
      async (world, mailbox) => {
        assert.equal(await world.tolls.use(mailbox, paris), 'allowed');
        const denied = {
          ...mailbox,
          settings: { toll: { rules: [{ allow: false, prefix: '+33' }], dailyCalls: 9 } },
        };
        assert.equal(await world.tolls.use(denied, paris), 'denied');
      },
      { callable: ['+331'] },
    ));

  it('a caller ID that costs more than others is called back in no way, even where its whole country is allowed', () =>
    withBob({ rules: [{ allow: true, prefix: '+1' }] }, async (world) => {
      const premium = '+19005551234';
      const message = await world.leave(bob, { from: premium });
      world.told();
      await world.answer(bob, `CALL ${message.reference}`);
      await world.call();
      assert.deepEqual(world.dialled, []);
      assert.deepEqual(world.told(), [`${bob}: The sender of this message cannot be called from here.`]);
      const mailbox = await world.mailbox();
      const { deliveries, tolls, plan } = world;
      const byWeb = await createCallRequests({ deliveries, tolls, plan }).ask(
        'web',
        'sender',
        message,
        mailbox,
      );
      assert.deepEqual(byWeb, { kind: 'refused', why: 'denied' });
      // Nor as an alias, where calls are free.
      const alias = { ...mailbox, aliases: [premium as E164] };
      assert.equal(await world.tolls.use(alias, premium), 'denied');
      assert.equal(await world.tolls.use(mailbox, inland), 'allowed');
    }));

  it('the subscriber’s own table goes before that of the class', () =>
    withBob({}, async (world, mailbox) => {
      const own = {
        ...mailbox,
        settings: { toll: { rules: [{ allow: true, prefix: '+331' }], dailyCalls: 1 } },
      };
      assert.equal(await world.tolls.use(own, inland), 'denied');
      assert.equal(await world.tolls.use(own, paris), 'allowed');
      assert.equal(await world.tolls.use(own, paris), 'daily-limit');
    }));
});
