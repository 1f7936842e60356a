import assert from 'node:assert/strict';
import { isClean } from '../../scripts/chaos/checker.ts';
import { runChaos } from '../../scripts/chaos/run.ts';
import { openChance } from '../system/chance.ts';

const { seed } = openChance();

describe(`Chaos, a slice (seed ${seed})`, function () {
  this.timeout(300_000);

  it('B3: faults while callers speak: nothing is lost, doubled, corrupted, leaked or untold', async () => {
    const lines: string[] = [];
    const { verdict, faults } = await runChaos({
      seed,
      faults: 4,
      deposits: 16,
      settleMs: 150_000,
      say: (line) => lines.push(line),
    });
    assert.ok(isClean(verdict), `${lines.join('\n')}\n${JSON.stringify(verdict, undefined, 1)}`);
    assert.ok(verdict.finished >= 8, `${verdict.finished} spoke to the end`);
    assert.equal(
      Object.values(faults).reduce((sum, count) => sum + count, 0),
      4,
    );
  });

  it('the checker finds a dropped step and a doubled insert', async () => {
    const plants = ['dropped-step', 'doubled-insert'] as const;
    const { verdict } = await runChaos({
      seed,
      faults: 0,
      deposits: 12,
      plants,
      settleMs: 15_000,
      say: () => undefined,
    });
    assert.equal(isClean(verdict), false);
    assert.ok(verdict.doubled.length > 0, 'doubled');
    assert.ok(verdict.untold.length > 0, 'untold');
    assert.deepEqual([verdict.lost, verdict.corrupted, verdict.turnedAway], [[], [], []]);
  });

  it('the checker finds a clock that was believed', async () => {
    const { verdict } = await runChaos({
      seed,
      faults: 4,
      kinds: ['clock'],
      deposits: 12,
      plants: ['believed-clock'],
      settleMs: 5000,
      say: () => undefined,
    });
    assert.ok(verdict.mistimed.length > 0, JSON.stringify(verdict, undefined, 1));
  });
});
