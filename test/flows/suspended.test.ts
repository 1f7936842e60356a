import assert from 'node:assert/strict';
import { hear, press, silence } from '../../app/media/scripted/steps.ts';
import { access, assertHeard, FlowWorld, mailbox, subscriber } from './world.ts';

const pin = '482915';
const box = { ...mailbox(), status: 'suspended' as const };
const waits = silence(60_000);

describe('A mailbox that is suspended', () => {
  const closed = async (): Promise<FlowWorld> => {
    const world = new FlowWorld();
    world.onFind = async (number) => (number === subscriber ? box : undefined);
    await world.access.setPin(box.id, pin);
    return world;
  };

  it('takes no message, and says so', async () => {
    const world = await closed();
    const person = await world.call(subscriber, [hear('greeting-no-messages'), silence(10_000)]);
    assert.ok(!person.prompts.includes('beep'));
    assert.deepEqual(
      world.rows.map(({ outcome }) => outcome),
      ['announced'],
    );
  });

  it('lets nobody in, neither from the own phone nor by the right PIN', async () => {
    const fromOwn = await (
      await closed()
    ).call(access, [hear('enter-reference'), press('#'), waits], { facts: { from: { number: subscriber } } });
    assertHeard(fromOwn.prompts, ['mailbox-suspended', 'goodbye']);
    const byNumber = await (
      await closed()
    ).call(
      access,
      [hear('enter-reference'), press('*'), hear('enter-mailbox'), press('2025550147#'), waits],
      { facts: { trunk: 'elsewhere', from: { number: '+12025550100' } } },
    );
    assertHeard(byNumber.prompts, ['mailbox-suspended', 'goodbye']);
    for (const { prompts } of [fromOwn, byNumber])
      assert.ok(!prompts.includes('mailbox-empty') && !prompts.includes('enter-pin'));
  });
});
