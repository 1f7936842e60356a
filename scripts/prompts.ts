/** `npm run prompts [-- --out DIR] [--source DIR]`: builds the sound of all prompts into var/prompts. */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildPrompts } from './prompts/build.ts';
import { checkout } from './stack/machine.ts';

const { values } = parseArgs({ options: { out: { type: 'string' }, source: { type: 'string' } } });
const started = Date.now();
const terminal = process.stdout.isTTY;
/** Least time between two lines of progress where they cannot be written over each other, in milliseconds. */
const beatMs = 2000;
let beat = started;
try {
  const result = await buildPrompts({
    source: resolve(values.source ?? join(checkout, 'prompts')),
    out: resolve(values.out ?? join(checkout, 'var/prompts')),
    onProgress: (done, of) => {
      const now = Date.now();
      if (terminal) process.stdout.write(`\rprompts: ${done} of ${of} spoken`);
      else if (now - beat >= beatMs) {
        beat = now;
        console.log(`prompts: ${done} of ${of} spoken`);
      }
    },
  });
  for (const warning of result.warnings) console.error(`prompts: ${warning}`);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  const what =
    result.written === 0 ? 'nothing to do' : `${result.spoken} spoken, ${result.written} files written`;
  console.log(
    `${terminal && result.spoken > 0 ? '\r' : ''}prompts: ${result.clips} clips, ${what} (${seconds} s)`,
  );
} catch (error) {
  console.error(`prompts: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
