import assert from 'node:assert/strict';
import type { E164 } from '../../app/core/ids.ts';
import { sendMail } from '../mail/mail-sink.ts';
import { createTextMessages } from '../../app/services/text-message.ts';
import { allowing } from './allowing.ts';
import { openMailServices } from './mail-services.ts';
import { access, bob, openRulesWorld, type RulesWorld } from './rules-world.ts';

describe('A machine that answers everything and does not say that it is one', function () {
  this.timeout(60_000);

  async function withWorld(test: (world: RulesWorld) => Promise<void>): Promise<void> {
    await using world = await openRulesWorld();
    await test(world);
  }

  it('at a subscriber’s number is answered a few times an hour and then not, whatever it writes', () =>
    withWorld(async (world) => {
      const message = await world.leave();
      const other = await world.leave();
      world.told();
      const cases = [
        [`SAVE ${message.reference}`, 60],
        ['HELP', 5],
        // Five that there is no such message, five that there were too many wrong ones.
        ['PLAY 0000000000', 10],
      ] as const;
      for (const [body, most] of cases) {
        let answers = 0;
        for (; answers < 100; answers += 1) {
          if (answers === 60) await world.answer(bob, `DELETE ${other.reference}`);
          world.told();
          await world.answer(bob, body);
          if (world.told().length === 0) break;
        }
        assert.equal(answers, most, body);
      }
      assert.equal(
        (await world.test.store.messages.get(other.id))?.state,
        'deleted',
        'it is done all the same',
      );
    }));

  it('is told from a person who mistypes a few times, and is answered an hour later again', () =>
    withWorld(async (world) => {
      await world.leave();
      world.told();
      for (let i = 0; i < 4; i += 1) await world.answer(bob, `TEXT 000000000${i}`);
      assert.equal(world.told().length, 4);
      for (let i = 4; i < 12; i += 1) await world.answer(bob, `TEXT 000000000${i}`);
      world.told();
      world.at('2026-01-05T13:00:01Z');
      await world.answer(bob, 'TEXT 0000000009');
      assert.equal(world.told().length, 1);
    }));

  it('a subscriber’s number over a trunk that is not believed is obeyed in nothing, and not answered', () =>
    withWorld(async (world) => {
      const message = await world.leave();
      world.told();
      for (const body of [
        `DELETE ${message.reference}`,
        'DELETE',
        `TEXT ${message.reference}`,
        'CALL',
        'STOP',
        'HELP',
      ])
        await world.answer(bob, body, { trunk: 'elsewhere' });
      assert.deepEqual([world.told(), world.dialled], [[], []]);
      const state = async () => (await world.test.store.messages.get(message.id))?.state;
      assert.equal(await state(), 'new');
      assert.equal((await world.test.store.mailboxes.find(bob))?.textsStopped, undefined);
      // Over the trusted one the very same is done.
      await world.answer(bob, `DELETE ${message.reference}`);
      assert.equal(await state(), 'deleted');
    }));

  it('at a subscriber’s address makes no endless talk either', async () => {
    await using world = await openMailServices();
    const carol = '+12025550163' as E164;
    await world.subscriber({}, carol);
    await world.leave(carol, { from: { number: '+14155550100', private: false } });
    const from = 'bob63@home.example';
    const notice = await world.sink.next(from);
    const first = notice.mail.replyTo?.value[0]?.address ?? '';
    const write = async (id: string, to: string): Promise<string | undefined> => {
      const messageId = `<${id}@home.example>`;
      await sendMail(world.port, { from, to, subject: 'Your mail', text: 'I am away.', messageId });
      await world.settled();
      return world.sink.kept.splice(0)[0]?.mail.replyTo?.value[0]?.address;
    };
    let replyTo = first;
    let answers = 0;
    for (; answers < 20; answers += 1) {
      const next = await write(`away-${answers}`, replyTo);
      if (next === undefined) break;
      replyTo = next;
    }
    // The first is about a message, those to our answers about none: five of a kind are answered.
    assert.equal(answers, 6);
    world.at('2026-01-05T13:00:01Z');
    assert.ok(await write('person', first), 'an hour later it is answered');
  });

  it('and echoes each text of ours, or asks for something else by each, is not answered for ever', () =>
    withWorld(async (world) => {
      await world.leave();
      const [notice = ''] = world.told().slice(-1);
      let talk = 0;
      // A notice that comes back to us is no command, and nobody is told how to write one.
      await world.answer(bob, notice.slice(notice.indexOf(': ') + 2));
      assert.deepEqual(world.told(), []);
      for (let hour = 0; hour < 48 && talk < 1000; hour += 1) {
        world.at(new Date(Date.UTC(2026, 0, 6) + hour * 1_800_000).toISOString());
        let body = 'HELP';
        for (let i = 0; i < 20; i += 1) {
          await world.answer(bob, body);
          const answers = world.told();
          if (answers.length === 0) break;
          talk += answers.length;
          body = ['HELP', 'START', 'TEXT 0000000000', 'SAVE 0000000001', 'CALL 0000000002'][i % 5]!;
        }
      }
      assert.equal(talk, 40, 'in a day, over all kinds of trouble');
    }));

  it('is not answered at a short code, under a name, from a number of ours, or where a text costs more', async () => {
    const ours = '+12025559999' as E164;
    await using world = await openRulesWorld({ smsNumbers: [ours] });
    await world.leave();
    await world.leave(ours);
    world.told();
    for (const from of ['72345', 'MyBank', ours, access, '+19005551234', '+442079460000', ''])
      await world.answer(from as E164, 'HELP');
    assert.deepEqual(world.told(), []);
    await world.answer(bob, 'HELP');
    assert.equal(world.told().length, 1);
  });

  it('and sends on what it gets to another that does the same: the recipients are told a few times, and it ends', async () => {
    await using world = await openMailServices({
      standard: { notify: [{ gateway: 'sip', to: 'subscriber' }] },
    });
    const [anna, ben] = ['+12025550161' as E164, '+12025550162' as E164];
    for (const one of [anna, ben]) await world.subscriber({}, one);
    const messages = createTextMessages({
      ...world.shared,
      deposits: world.deposits,
      allowance: allowing(world.shared),
      notify: world.notify,
      account: world.account,
      trunks: [],
      ownNumbers: [],
    });
    const other = new Map<string, E164>([
      [anna, ben],
      [ben, anna],
    ]);
    await world.leave(anna);
    let sentOn = 0;
    for (; sentOn < 50; sentOn += 1) {
      const [notice] = world.texts.splice(0);
      if (notice === undefined) break;
      await messages.take({
        id: `on-${sentOn}`,
        network: 'sms',
        trunk: 'smpp:home',
        from: notice.to,
        to: other.get(notice.to)!,
        body: `Fwd: ${notice.body}`,
        truncated: false,
      });
      await world.settled();
    }
    assert.equal(sentOn, 7, 'three times each way, and one that nobody is told of');
    // A network that brings a notice back to its own recipient causes none.
    const message = await world.leave(anna);
    const [notice] = world.texts.splice(0);
    const returned = { id: 'back', network: 'sms', trunk: 'smpp:home', from: '12345', to: anna } as const;
    await messages.take({ ...returned, body: `Not delivered: ${notice!.body}`, truncated: false });
    await world.settled();
    assert.deepEqual(world.texts, []);
    assert.equal((await world.messages(anna)).filter(({ id }) => id !== message.id).length > 0, true);
  });
});
