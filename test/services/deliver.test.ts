import assert from 'node:assert/strict';
import type { DeliveryId, E164 } from '../../app/core/ids.ts';
import { openScriptedMedia } from '../../app/media/scripted/open.ts';
import type { Call } from '../../app/ports/media.ts';
import type { Delivery } from '../../app/ports/store.ts';
import { bob, openRulesWorld, type RulesOptions, type RulesWorld } from './rules-world.ts';

const carol = '+12025550163' as E164;
const night = { quietHours: { from: '22:00', to: '07:00' } } as const;

describe('New messages brought by a call', function () {
  this.timeout(60_000);
  const media = openScriptedMedia();
  let world: RulesWorld | undefined;
  const answered = (): { kind: 'answered'; call: Call } => ({
    kind: 'answered',
    call: media.ring({ steps: [], entry: { kind: 'outgoing' } }).call,
  });

  async function withWorld(options: RulesOptions, test: (world: RulesWorld) => Promise<void>): Promise<void> {
    await using world = await openRulesWorld({
      ...options,
      standard: { notify: [], deliverByCall: true, ...options.standard },
    });
    await test(world);
  }

  it('several new messages bring one call, and what is taken brings no other', () => {
    const brought: Delivery[] = [];
    return withWorld(
      { onDial: answered, onDialogue: async (_, delivery) => (brought.push(delivery), 'taken') },
      async (world) => {
        for (let i = 0; i < 3; i += 1) await world.leave();
        const { id } = await world.mailbox();
        await world.call();
        await world.call('2026-01-06T12:00:00Z');
        assert.deepEqual(world.dialled, [bob]);
        assert.deepEqual(
          brought.map(({ purpose, mailbox, tries }) => ({ purpose, mailbox, tries })),
          [{ purpose: 'new-messages', mailbox: id, tries: 1 }],
        );
        await world.leave();
        await world.call();
        assert.deepEqual(world.dialled, [bob, bob]);
      },
    );
  });

  it('nobody presses a key: it is tried again by the rule, and then no more', () =>
    withWorld({ onDial: answered, onDialogue: async () => 'not-taken' }, async (world) => {
      await world.leave();
      for (let minute = 0; minute < 10; minute += 1) await world.call(`2026-01-05T12:0${minute}:30Z`);
      assert.equal(world.dialled.length, 3);
      await world.leave();
      await world.call('2026-01-05T12:20:00Z');
      assert.equal(world.dialled.length, 4, 'a new message begins anew');
    }));

  it('a message that comes while the call is up brings another call after it, and none at the same time', () => {
    let up = 0;
    let most = 0;
    return withWorld(
      {
        onDial: answered,
        onDialogue: async () => {
          up += 1;
          most = Math.max(most, up);
          if (world?.dialled.length === 1) {
            await world.leave();
            await world.deliveries.runDue(AbortSignal.timeout(5000));
          }
          up -= 1;
          return 'taken';
        },
      },
      async (opened) => {
        world = opened;
        await opened.leave();
        await opened.call();
        await opened.call();
        await opened.call();
        assert.deepEqual(opened.dialled, [bob, bob]);
        assert.equal(most, 1);
      },
    );
  });
  it('a message that comes during the last try has tries of its own', () => {
    let calls = 0;
    return withWorld(
      {
        onDial: answered,
        onDialogue: async () => {
          calls += 1;
          if (calls === 3) await world?.leave();
          return 'not-taken';
        },
      },
      async (opened) => {
        world = opened;
        await opened.leave();
        for (let minute = 0; minute < 10; minute += 1) await opened.call(`2026-01-05T12:0${minute}:30Z`);
        assert.equal(calls, 6);
      },
    );
  });

  it('while the switch is away none is tried, and that counts as no try', () => {
    let there = false;
    return withWorld({ isSwitchThere: () => there, onDial: answered }, async (opened) => {
      await opened.leave();
      for (let minute = 0; minute < 10; minute += 1) await opened.call(`2026-01-05T12:0${minute}:30Z`);
      assert.deepEqual(opened.dialled, []);
      there = true;
      await opened.call('2026-01-05T12:10:30Z');
      assert.deepEqual(opened.dialled, [bob]);
    });
  });

  it('what was heard meanwhile is not brought, and nobody is called', () =>
    withWorld({}, async (opened) => {
      await opened.hear(await opened.leave());
      await opened.call();
      assert.deepEqual(opened.dialled, []);
      assert.equal(await opened.test.store.deliveries.nextDue(), undefined);
    }));

  it('within quiet hours nobody is called but for an urgent message', () =>
    withWorld({ standard: night, onDial: answered }, async (opened) => {
      opened.at('2026-01-05T23:00:00Z');
      await opened.leave(bob);
      await opened.leave(carol, { urgent: true });
      await opened.call();
      assert.deepEqual(opened.dialled, [carol]);
      await opened.work('2026-01-06T06:59:00Z');
      await opened.call();
      assert.deepEqual(opened.dialled, [carol]);
      await opened.work('2026-01-06T07:00:00Z');
      await opened.call();
      assert.deepEqual(opened.dialled, [carol, bob]);
    }));

  it('a call that nobody took in the evening is not tried again in the night, and that costs no try', () =>
    withWorld({ standard: night }, async (opened) => {
      opened.at('2026-01-05T21:59:30Z');
      await opened.leave();
      await opened.call();
      await opened.call('2026-01-05T22:05:00Z');
      await opened.call('2026-01-05T22:10:00Z');
      assert.equal(opened.dialled.length, 1);
      for (let minute = 0; minute < 9; minute += 2) await opened.call(`2026-01-06T07:0${minute}:00Z`);
      assert.equal(opened.dialled.length, 3);
    }));

  it('who does not want calls is not called', () =>
    withWorld({ standard: { deliverByCall: false } }, async (opened) => {
      await opened.leave();
      await opened.call();
      assert.deepEqual(opened.dialled, []);
    }));

  it('a call to another number than the subscriber’s own passes the toll rules', () =>
    withWorld({ standard: { deliverByCall: false } }, async (opened) => {
      const message = await opened.leave();
      const ask = (id: string, to: string) =>
        opened.deliveries.request({
          id: id as DeliveryId,
          message: message.id,
          purpose: 'play',
          to: to as E164,
        });
      await ask('own', bob);
      await ask('abroad', '+33142685300');
      await opened.call();
      assert.deepEqual(opened.dialled, [bob]);
    }));
});
