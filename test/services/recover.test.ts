import assert from 'node:assert/strict';
import type { Deposit } from '../../app/services/deposit.ts';
import { recoverStray } from '../../app/services/recover.ts';
import { openScriptedMedia } from '../../app/media/scripted/open.ts';
import { tone } from '../../scripts/audio/tone.ts';
import { faxTiff } from '../fax/tiff.ts';
import { babble } from '../audio/babble.ts';
import { FlowWorld, subscriber } from '../flows/world.ts';

describe('A recording that no call owns', () => {
  /** What became of it, and what is left at the switch. */
  async function recover(tag: string, bytes: Uint8Array = babble(2000, 1), contentType?: string) {
    const world = new FlowWorld();
    const media = openScriptedMedia(contentType === undefined ? {} : { contentType });
    media.stray({ tag, bytes, cut: true });
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

  it('that was to be urgent is so', async () => {
    const { taken } = await recover(`${subscriber}~+12025550123~1767355200~call-1~u0`);
    assert.deepEqual(
      taken.map(({ draft }) => [draft.kind, draft.urgent]),
      [['voice', true]],
    );
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

  it('of a fax becomes a fax of the pages that are whole', async () => {
    const three = faxTiff(3, 100);
    const tag = `${subscriber}~+12025550166~1767355200~call-1~x0`;
    const { outcome, taken, left } = await recover(tag, three.subarray(0, three.length - 100), 'image/tiff');
    assert.equal(outcome, 'deposited');
    assert.deepEqual(
      taken.map(({ draft, pages, contentType }) => [draft.kind, draft.origin, pages, contentType, draft.cut]),
      [['fax', { network: 'fax', id: tag }, 2, 'image/tiff', true]],
    );
    assert.deepEqual(left, []);
  });

  it('of a fax of which no page came, or of a fax tone alone, is removed', async () => {
    for (const [n, bytes, contentType] of [
      ['x0', faxTiff(1, 100).subarray(0, 900), 'image/tiff'],
      ['0', tone(1100, 460), undefined],
    ] as const) {
      const { outcome, taken, left } = await recover(
        `${subscriber}~-~1767355200~call-1~${n}`,
        bytes,
        contentType,
      );
      assert.equal(outcome, 'discarded');
      assert.deepEqual([taken, left], [[], []]);
    }
  });

  it('for a number not served here is kept for now', async () => {
    const { outcome, taken, left } = await recover('+12125550100~-~1767355200~call-1~0');
    assert.equal(outcome, 'foreign');
    assert.deepEqual(taken, []);
    assert.equal(left.length, 1);
  });
});
