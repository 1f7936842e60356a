import assert from 'node:assert/strict';
import { fuzz } from '../../scripts/fuzz/parsers/engine.ts';
import { fuzzParsers } from '../../scripts/fuzz/parsers/run.ts';
import { bytes, text, type Target } from '../../scripts/fuzz/parsers/target.ts';

describe('every parser that is ours, under inputs of all kinds', function () {
  this.timeout(300_000);

  it('answers or refuses, in time and memory that fit', async () => {
    const all = await fuzzParsers({ seconds: 5, seed: 20_261 });
    assert.ok(all.length > 30);
    for (const { name, executions, findings } of all) {
      assert.deepEqual(findings, [], name);
      assert.ok(executions >= 30, `${name}: ${executions} inputs`);
    }
  });

  const planted = (run: Target['run']): Target => ({
    name: 'planted',
    files: [],
    seeds: [bytes('a word=1; another="two"')],
    run,
    refuses: (error) => error instanceof RangeError,
    largest: 32_768,
  });
  const kinds = async (run: Target['run'], ms: number): Promise<string[]> =>
    (await fuzz(planted(run), ms, 1)).findings.map(({ kind }) => kind);

  it('a parser that breaks, holds on to what it read, or takes the square of its input is found', async () => {
    const breaks = (input: Uint8Array): void => {
      if (text(input).includes('""')) throw new TypeError('no such thing');
      throw new RangeError('refused');
    };
    assert.ok((await kinds(breaks, 600)).includes('broke'));
    const slow = (input: Uint8Array): boolean => square(input);
    assert.ok((await kinds(slow, 1500)).includes('grows'));
    const held: Uint8Array[] = [];
    const holds = (): void => {
      if (held.length < 400) held.push(Buffer.alloc(200_000));
    };
    assert.ok((await kinds(holds, 600)).includes('kept'));
  });
});

/** Looks at each pair of bytes, of those beyond the usual. */
function square(input: Uint8Array): boolean {
  let sum = 0;
  if (input.length > 2000) for (const a of input) for (const b of input) sum += a ^ b;
  return sum > 0;
}
