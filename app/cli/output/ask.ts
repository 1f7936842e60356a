import { createInterface } from 'node:readline/promises';
import { Failure } from '../failure.ts';
import type { Terminal } from '../terminal.ts';

/**
 * Asks before what cannot be undone. Where nobody can be asked, `--yes` must have said so.
 * @throws Failure if it is not wanted
 */
export async function confirm(terminal: Terminal, what: string, yes: boolean | undefined): Promise<void> {
  if (yes) return;
  const { stdin, stderr, signal } = terminal;
  if (!stdin.isTTY || !stderr.isTTY) throw new Failure('usage', `${what}; --yes does it`);
  const reader = createInterface({ input: stdin, output: stderr });
  try {
    const answer = await reader.question(`${what}. Go on? [y/N] `, { signal });
    if (!/^y(es)?$/i.test(answer.trim())) throw new Failure('failed', 'nothing was done');
  } finally {
    reader.close();
  }
}
