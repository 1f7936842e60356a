import assert from 'node:assert/strict';
import type { E164 } from '../../app/core/ids.ts';
import { sendMail } from '../mail/mail-sink.ts';
import { openMailServices } from './mail-services.ts';
import { bob, openRulesWorld, type RulesWorld } from './rules-world.ts';

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
});
