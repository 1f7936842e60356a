import assert from 'node:assert/strict';
import type { Deposit } from '../../app/services/deposit.ts';
import { recoverStray } from '../../app/services/recover.ts';
import { openScriptedMedia } from '../../app/media/scripted/open.ts';
import { babble } from '../audio/babble.ts';
import { FlowWorld, subscriber } from '../flows/world.ts';

describe('A recording that no call owns', () => {
  /** What became of it, and what is left at the switch. */
  async function recover(tag: string) {
    const world = new FlowWorld();
    const media = openScriptedMedia();
    media.stray({ tag, bytes: babble(2000, 1), cut: true });
    const foreign = new Map<string, Date>();
    let outcome: Awaited<ReturnType<typeof recoverStray>> | undefined;
    for await (const stray of media.strays(AbortSignal.timeout(5000))) {
      outcome = await recoverStray(stray, { ...world.deps, foreign });
      break;
    }
    const taken: Deposit[] = world.taken;
    return { outcome, taken, left: media.takes };
  }

  it('for a subscriber becomes the message, marked as cut', async () => {
    const { outcome, taken, left } = await recover(`${subscriber}~+12025550123~1767355200~call-1~0`);
    assert.equal(outcome, 'deposited');
    assert.deepEqual(
      taken.map(({ draft }) => [draft.to, draft.cut]),
      [[subscriber, true]],
    );
    assert.deepEqual(left, []);
  });

  for (const [letter, what] of [
    ['g', 'a greeting'],
    ['d', 'what a subscriber had not sent yet'],
  ] as const) {
    it(`that was ${what} becomes nobody's message, and is removed`, async () => {
      const { outcome, taken, left } = await recover(`${subscriber}~-~1767355200~call-1~${letter}0`);
      assert.equal(outcome, 'discarded');
      assert.deepEqual(taken, []);
      assert.deepEqual(left, []);
    });
  }

  it('for a number not served here is kept for now', async () => {
    const { outcome, taken, left } = await recover('+12125550100~-~1767355200~call-1~0');
    assert.equal(outcome, 'foreign');
    assert.deepEqual(taken, []);
    assert.equal(left.length, 1);
  });
});
