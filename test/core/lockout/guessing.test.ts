import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { lockout, manyRule, pairRule } from '../../../app/core/lockout/lockout.ts';
import { pinProblem } from '../../../app/core/pin/pin-problem.ts';

const page = readFileSync('docs/security.md', 'utf8');
const minute = 60_000;
const year = 365 * 24 * 60;
/** Of the million PINs of six digits every 7th is looked at. */
const step = 7;

/** The last cell of the row that begins so. */
function cell(row: string): string {
  const line = page.split('\n').find((one) => one.startsWith(`| ${row}`));
  assert.ok(line, `docs/security.md has no row “${row}”`);
  return line.split('|').at(-2)?.trim() ?? '';
}

/** Times of tries, in minutes, of who tries whenever it is allowed. */
function guesses(minutes: number): number[] {
  const tries: number[] = [];
  for (let now = 0; now < minutes; now += 1) {
    const recent = (): Date[] => tries.slice(-40).map((at) => new Date(at * minute));
    while (lockout(recent(), manyRule, new Date(now * minute)).kind === 'open') tries.push(now);
  }
  return tries;
}

describe('How far guessing PINs gets, as docs/security.md has it', function () {
  this.timeout(60_000);
  const tries = guesses(year);
  let taken = 0;

  before(() => {
    const owner = { numbers: ['+12025550147'], year: 2026 };
    for (let n = 0; n < 1_000_000; n += step)
      if (pinProblem(String(n).padStart(6, '0'), owner) === undefined) taken += step;
  });

  it('tries at one mailbox in a week and in a year', () => {
    const week = tries.filter((at) => at < 7 * 24 * 60).length;
    assert.equal(cell('at one mailbox, by any number of callers'), String(week));
    assert.equal(cell('in a year'), String(tries.length));
  });

  it('PINs that are left, and tries until a random one is hit', () => {
    assert.ok(Math.abs(taken - 878_000) < 9000, `${taken} of a million`);
    const half = Number(cell('tries until a random PIN is hit').replaceAll(',', ''));
    assert.ok(Math.abs(half - taken / 2) < 4500);
    const chance = Number.parseFloat(cell('chance that a year of guessing'));
    assert.equal(chance, Math.round((tries.length / taken) * 10_000) / 100);
  });

  it('waits', () => {
    const free = (rule: typeof manyRule): string => String(rule.free - 1);
    assert.ok(page.includes(`| one caller at one mailbox | ${free(pairRule)} |`));
    assert.ok(page.includes(`| one mailbox, by all but its own phones | ${free(manyRule)} |`));
    assert.deepEqual(
      manyRule.waitsMs.map((ms) => ms / minute),
      [1, 5, 15, 60, 240, 1440],
    );
    assert.ok(page.includes('1 min, 5 min, 15 min, 1 h, 4 h, then a day each'));
    assert.equal(manyRule.windowMs, 7 * 24 * 60 * minute);
  });
});
