/**
 * `npm run guessing:docs`: writes how far guessing references gets into docs/security.md. With `--live`, `--callers`, `--wrong` or
 * `--minutes` it prints the row of such a system instead.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { guessingRow, usual, withGuessing } from './guessing-page.ts';
import { checkout } from './stack/machine.ts';

const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { live: text, callers: text, wrong: text, minutes: text } });
if (Object.keys(values).length === 0) {
  const file = join(checkout, 'docs/security.md');
  writeFileSync(file, withGuessing(readFileSync(file, 'utf8')));
  console.log('docs/security.md written');
} else {
  console.log(
    guessingRow({
      space: usual.space,
      live: number(values.live, 100_000),
      callers: number(values.callers, 1),
      maxWrong: number(values.wrong, usual.maxWrong),
      windowMinutes: number(values.minutes, usual.windowMinutes),
    }),
  );
}

function number(given: string | undefined, otherwise: number): number {
  const n = given === undefined ? otherwise : Number(given);
  if (!Number.isInteger(n) || n < 1) throw new Error(`not a whole number from 1: ${given}`);
  return n;
}
