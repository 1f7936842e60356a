import assert from 'node:assert/strict';
import { Fault } from '../../app/core/errors.ts';
import type { E164, MailboxId } from '../../app/core/ids.ts';
import type { ClassOfService } from '../../app/core/profile/class-of-service.ts';
import { access, bob, openRulesWorld, type RulesWorld } from './rules-world.ts';

const carol = '+12025550163' as E164;
const night = { quietHours: { from: '22:00', to: '07:00' }, timeZone: 'America/New_York' } as const;

async function withWorld(standard: Partial<ClassOfService>, test: (world: RulesWorld) => Promise<void>) {
  await using world = await openRulesWorld({ standard });
  await test(world);
}

describe('Quiet hours of a subscriber', function () {
  this.timeout(60_000);

  it('a message by day is told of at once', () =>
    withWorld(night, async (world) => {
      world.at('2026-01-05T15:00:00Z');
      const message = await world.leave();
      const [text] = world.told();
      assert.match(text ?? '', new RegExp(`^\\${bob}: New voice message .*${message.reference}`));
    }));

  it('one by night waits for their end, welcome and notice in order', () =>
    withWorld({ ...night, welcome: true }, async (world) => {
      world.at('2026-01-06T04:00:00Z');
      const message = await world.leave();
      await world.work('2026-01-06T11:59:59Z');
      assert.deepEqual(world.told(), []);
      await world.work('2026-01-06T12:00:00Z');
      await world.work('2026-01-06T12:00:02Z');
      const [welcome, notice, ...more] = world.told();
      assert.match(welcome ?? '', /You now have voice mail/);
      assert.ok(notice?.includes(message.reference));
      assert.deepEqual(more, []);
    }));

  it('an urgent one is told of at once', () =>
    withWorld(night, async (world) => {
      world.at('2026-01-06T04:00:00Z');
      await world.leave(bob, { urgent: true });
      assert.match(world.told().join(), /Urgent voice message/);
    }));

  it('up to three are told of one by one; four become one text, whose 1 plays the oldest of them', () =>
    withWorld(night, async (world) => {
      world.at('2026-01-06T04:00:00Z');
      for (let i = 0; i < 3; i += 1) await world.leave(carol);
      const first = await world.leave();
      for (let i = 1; i < 6; i += 1) {
        world.at(`2026-01-06T04:0${i}:00Z`);
        await world.leave();
      }
      await world.work('2026-01-06T12:00:00Z');
      const told = world.told();
      assert.equal(told.filter((text) => text.startsWith(carol)).length, 3);
      const [summary, ...more] = told.filter((text) => text.startsWith(bob));
      assert.deepEqual(more, []);
      assert.equal(
        summary,
        `${bob}: 6 new messages since 22:00. Call ${access},,${first.reference}# - Reply 1 to listen to the first, HELP for more.`,
      );
      const latest = await world.test.store.notifications.latestSent(bob);
      assert.equal(latest?.about, first.id);
      // The next night has a summary of its own.
      world.at('2026-01-07T04:00:00Z');
      for (let i = 0; i < 4; i += 1) await world.leave();
      await world.work('2026-01-07T12:00:00Z');
      assert.match(world.told().join('\n'), /10 new messages since 22:00/);
    }));

  it('one that was heard meanwhile is not told of', () =>
    withWorld(night, async (world) => {
      world.at('2026-01-06T04:00:00Z');
      await world.hear(await world.leave());
      await world.work('2026-01-06T12:00:00Z');
      assert.deepEqual(world.told(), []);
    }));

  it('a text that failed in the evening is not tried again in the night', () =>
    withWorld(night, async (world) => {
      world.at('2026-01-06T02:59:59Z');
      world.onText = () => {
        throw new Fault('gateway-unavailable', 'away', { temporary: true });
      };
      await world.leave();
      world.onText = () => undefined;
      await world.work('2026-01-06T03:10:00Z');
      assert.deepEqual(world.told(), []);
      await world.work('2026-01-06T12:00:00Z');
      assert.equal(world.told().length, 1);
    }));
});

describe('Notification rules', function () {
  this.timeout(60_000);

  it('a rule for other events or kinds sends nothing about a voice message', () =>
    withWorld(
      {
        notify: [
          { gateway: 'sip', to: 'subscriber', kinds: ['fax'] },
          { gateway: 'sip', to: carol, events: ['full'] },
        ],
      },
      async (world) => {
        await world.leave();
        assert.deepEqual(world.told(), []);
      },
    ));

  it('a fixed recipient who wants no texts gets none, and the subscriber does', () =>
    withWorld(
      {
        notify: [
          { gateway: 'sip', to: 'subscriber' },
          { gateway: 'sip', to: carol },
        ],
      },
      async (world) => {
        await world.leave();
        assert.deepEqual(
          world
            .told()
            .map((text) => text.slice(0, 12))
            .toSorted(),
          [bob, carol],
        );
        await world.test.store.stops.set(carol, new Date());
        await world.leave();
        assert.deepEqual(
          world.told().map((text) => text.slice(0, 12)),
          [bob],
        );
        await world.test.store.stops.set(carol, undefined);
        await world.leave();
        assert.equal(world.told().length, 2);
      },
    ));
});

describe('STOP from a fixed recipient', function () {
  this.timeout(60_000);
  const eve = '+14155550188' as E164;
  const notify = [
    { gateway: 'sip', to: 'subscriber' },
    { gateway: 'sip', to: eve },
  ] as const;
  const toldOfOne = async (world: RulesWorld): Promise<string[]> => {
    await world.leave();
    return world.told().map((text) => text.slice(0, 12));
  };

  it('ends the texts to that recipient and to nobody else; START brings them back', () =>
    withWorld({ notify }, async (world) => {
      assert.deepEqual((await toldOfOne(world)).toSorted(), [bob, eve]);
      await world.answer(eve, 'STOP');
      assert.match(world.told().join(), /^\+14155550188: You will get no more texts/);
      assert.deepEqual(await toldOfOne(world), [bob]);
      assert.equal((await world.mailbox()).textsStopped, undefined);
      await world.answer(eve, 'START');
      assert.match(world.told().join(), /again/);
      assert.equal((await toldOfOne(world)).length, 2);
    }));

  it('who has a mailbox of their own gets no texts about either', () =>
    withWorld({ notify: [notify[0], { gateway: 'sip', to: carol }] }, async (world) => {
      await world.leave();
      await world.leave(carol);
      await world.answer(carol, 'STOP');
      world.told();
      await world.leave();
      await world.leave(carol);
      assert.deepEqual(
        world.told().map((text) => text.slice(0, 12)),
        [bob],
      );
    }));

  it('what else such a recipient writes opens nothing and is not answered; nor is a stranger’s STOP', () =>
    withWorld({ notify }, async (world) => {
      const message = await world.leave();
      world.told();
      for (const body of ['1', `DELETE ${message.reference}`, 'HELP', 'hello']) await world.answer(eve, body);
      await world.answer('+14155550189' as E164, 'STOP');
      assert.deepEqual(world.told(), []);
      await world.call();
      assert.deepEqual(world.dialled, []);
      assert.equal((await world.test.store.messages.get(message.id))?.state, 'new');
    }));
});

describe('Reminders of a subscriber', function () {
  this.timeout(60_000);

  it('a message that nobody heard for a day is reminded of once, and of its end three days before', () =>
    withWorld({}, async (world) => {
      world.at('2026-01-05T12:00:00Z');
      const message = await world.leave();
      world.told();
      await world.work('2026-01-06T11:59:59Z');
      assert.deepEqual(world.told(), []);
      await world.work('2026-01-06T12:00:00Z');
      await world.work('2026-01-06T12:00:01Z');
      assert.deepEqual(world.told(), [
        `${bob}: A message has been waiting for you for a day. Call ${access} to get it.`,
      ]);
      assert.equal((await world.test.store.notifications.latestSent(bob))?.about, message.id);
      await world.work('2026-02-01T11:59:59Z');
      assert.deepEqual(world.told(), []);
      await world.work('2026-02-01T12:00:00Z');
      assert.match(world.told().join(), /will soon be deleted/);
      await world.work('2026-02-03T12:00:00Z');
      assert.deepEqual(world.told(), []);
      assert.equal(await world.test.store.messages.nextPendingDue(), undefined, 'nothing is left to do');
    }));

  it('several of a day are one text; one that was not among them is told of the next day', () =>
    withWorld({}, async (world) => {
      for (const hour of ['08', '09', '20']) {
        world.at(`2026-01-05T${hour}:00:00Z`);
        await world.leave();
      }
      world.told();
      await world.work('2026-01-06T09:00:00Z');
      assert.match(world.told().join('\n'), /^\S+ 2 messages have been waiting[^\n]*$/);
      await world.work('2026-01-06T20:00:00Z');
      assert.deepEqual(world.told(), [], 'not two texts on one day');
      await world.work('2026-01-07T20:00:00Z');
      assert.match(world.told().join('\n'), /^\S+ 3 messages have been waiting[^\n]*$/);
    }));

  it('hundreds that are due at once in one mailbox are one text, and the mailbox is read a few times, not for each', () =>
    withWorld({}, async (world) => {
      world.at('2026-01-05T08:00:00Z');
      for (let n = 0; n < 150; n += 1) await world.leave();
      world.told();
      const { commands } = world.test;
      commands.length = 0;
      await world.work('2026-01-06T08:00:00Z');
      assert.match(world.told().join('\n'), /^\S+ 100 messages have been waiting[^\n]*$/);
      const lists = commands.filter(
        ({ command }) => command['find'] === 'messages' && command['limit'] === 100,
      );
      // Twice for each of the lanes that begin together.
      assert.ok(lists.length > 0 && lists.length <= 10, `the mailbox was read ${lists.length} times`);
      const inserts = commands.filter(({ command }) => command['insert'] === 'notifications');
      assert.ok(inserts.length > 0 && inserts.length <= 4, `${inserts.length} texts were tried`);
    }));

  it('a reminder in days or weeks sets no alarm: thousands would be kept until then', () =>
    withWorld({}, async (world) => {
      world.at('2026-01-05T12:00:00Z');
      await world.leave();
      await world.work('2026-01-06T12:00:00Z');
      assert.match(world.told().join(), /not been heard|new voice message/i);
      await world.work();
      const far = world.alarms.filter((due) => due.getTime() > Date.parse('2026-01-06T12:01:00Z'));
      assert.deepEqual(far, []);
      assert.deepEqual(await world.test.store.messages.nextPendingDue(), new Date('2026-02-01T12:00:00Z'));
    }));

  it('one that was heard, or deleted, makes no reminder', () =>
    withWorld({}, async (world) => {
      const [heard, deleted] = [await world.leave(), await world.leave()];
      await world.hear(heard);
      await world.test.store.messages.setState(deleted.id, 'deleted', new Date(), ['new']);
      world.told();
      await world.work('2026-01-06T12:00:00Z');
      await world.work('2026-02-01T12:00:00Z');
      assert.deepEqual(world.told(), []);
    }));

  it('they wait for the end of quiet hours, also those of an urgent message', () =>
    withWorld(night, async (world) => {
      world.at('2026-01-06T04:00:00Z');
      await world.leave(bob, { urgent: true });
      world.told();
      await world.work('2026-01-07T04:00:00Z');
      assert.deepEqual(world.told(), []);
      await world.work('2026-01-07T12:00:00Z');
      assert.match(world.told().join(), /waiting for you for a day/);
    }));

  it('a subscriber who stopped texts gets none', () =>
    withWorld({}, async (world) => {
      const { mailbox } = await world.leave();
      await world.test.store.mailboxes.stopTexts(mailbox, new Date());
      world.told();
      await world.work('2026-01-06T12:00:00Z');
      assert.deepEqual(world.told(), []);
    }));

  it('whoever breaks off in the middle: it is told once all the same', () =>
    withWorld({}, async (world) => {
      await world.leave();
      world.told();
      world.at('2026-01-06T12:00:00Z');
      // One takes the step and dies with it.
      const taken = await world.test.store.messages.takePending(new Date('2026-01-06T12:00:00Z'), 30_000);
      assert.equal(taken?.step.kind, 'remind');
      await world.work('2026-01-06T12:00:29Z');
      assert.deepEqual(world.told(), []);
      // The next one tells, and the store breaks before that is noted.
      let broken = 0;
      const delay = world.test.store.messages.delayPending.bind(world.test.store.messages);
      world.test.store.messages.delayPending = async (...given) => {
        if (given[3] === 'its next reminder' && broken++ === 0)
          throw new Fault('store-unavailable', 'away', { temporary: true });
        await delay(...given);
      };
      await world.work('2026-01-06T12:00:31Z');
      assert.equal(world.told().length, 1);
      await world.work('2026-01-06T12:30:00Z');
      await world.work('2026-01-06T13:30:00Z');
      assert.deepEqual(world.told(), []);
    }));

  it('nearly full and full: each level once a week, with what to do', () =>
    withWorld({ maxMessages: 20 }, async (world) => {
      const levels: string[] = [];
      for (let i = 1; i <= 20; i += 1) {
        world.at(`2026-01-05T12:${String(i).padStart(2, '0')}:00Z`);
        await world.leave();
        await world.work(`2026-01-05T12:${String(i).padStart(2, '0')}:30Z`);
        for (const text of world.told())
          if (text.includes('full')) levels.push(`${i} ${/\d+%/.exec(text)?.[0] ?? 'full'}`);
      }
      assert.deepEqual(levels, ['15 75%', '18 90%', '20 full']);
    }));

  it('after it was emptied and has filled again, in another week, it is told again', () =>
    withWorld({ maxMessages: 4 }, async (world) => {
      const fill = async (day: string) => {
        world.at(`${day}T12:00:00Z`);
        const left = [await world.leave(), await world.leave(), await world.leave()];
        await world.work(`${day}T12:00:10Z`);
        const full = world.told().filter((text) => text.includes('75%')).length;
        for (const message of left) {
          await world.test.store.messages.setState(message.id, 'deleted', new Date());
          await world.test.store.mailboxes.count(message.mailbox, { kind: 'voice', new: -1 });
        }
        return full;
      };
      assert.deepEqual(
        [await fill('2026-01-05'), await fill('2026-01-06'), await fill('2026-01-12')],
        [1, 0, 1],
      );
    }));

  it('a mailbox that is emptied before it is looked at is not nearly full', () =>
    withWorld({ maxMessages: 4 }, async (world) => {
      const left = [await world.leave(), await world.leave(), await world.leave()];
      for (const { mailbox } of left)
        await world.test.store.mailboxes.count(mailbox, { kind: 'voice', new: -1 });
      world.told();
      await world.work('2026-01-05T12:00:10Z');
      assert.deepEqual(world.told(), []);
    }));

  it('no PIN a day after the mailbox became active: told once; with a PIN, or never opened, not at all', () =>
    withWorld({}, async (world) => {
      const open = async (number: E164) => {
        const message = await world.leave(number);
        await world.test.store.mailboxes.activate(message.mailbox);
        await world.hear(message);
        return message.mailbox;
      };
      await open(bob);
      const withPin: MailboxId = await open(carol);
      world.pins.add(withPin);
      await world.hear(await world.leave('+12025550164' as E164));
      world.told();
      await world.work('2026-01-06T11:59:00Z');
      assert.deepEqual(world.told(), []);
      await world.work('2026-01-06T12:00:00Z');
      assert.deepEqual(world.told(), [
        `${bob}: Your voice mailbox has no PIN yet. Call ${access} to choose one.`,
      ]);
      world.at('2026-01-08T12:00:00Z');
      await world.hear(await world.leave());
      world.told();
      await world.work('2026-01-09T12:00:00Z');
      assert.deepEqual(world.told(), []);
    }));

  it('what is not due costs nothing: no mailbox is read', () =>
    withWorld({}, async (world) => {
      for (let i = 0; i < 5; i += 1) await world.leave();
      world.test.commands.length = 0;
      await world.work('2026-01-05T20:00:00Z');
      const asked = world.test.commands.map(({ command }) => Object.values(command)[0] as string);
      assert.deepEqual([...new Set(asked)].toSorted(), ['messages', 'notifications']);
      assert.ok(asked.length < 12, `${asked.length} commands`);
    }));
});
