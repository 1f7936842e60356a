/**
 * `npm run fuzz [-- --seconds N] [--seed N] [--only NAME]`: every parser that is ours under inputs of all kinds. Prints executions a second
 * and how much of each source was reached. Ends with 1 if one broke, hung, or took time or memory out of proportion.
 */
import { parseArgs } from 'node:util';
import { beginCoverage } from './coverage.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    seed: { type: 'string', default: String(Math.trunc(Date.now() / 1000)) },
    only: { type: 'string' },
  },
});
const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
if (![seconds, seed].every((one) => Number.isSafeInteger(one) && one > 0))
  throw new Error('--seconds and --seed are whole numbers above 0');
console.log(`for ${seconds} s, seed ${seed}`);
const coverage = await beginCoverage();
// Loaded after the counting has begun.
const { fuzzParsers } = await import('./run.ts');
const files: string[] = [];
const done = await fuzzParsers({
  seconds,
  seed,
  only: values.only,
  onDone: ({ name, executions, perSecond, refused, findings }, target) => {
    files.push(...target.files);
    const share = executions === 0 ? 0 : Math.round((100 * refused) / executions);
    console.log(
      `${name}: ${executions} inputs, ${perSecond}/s, ${share} % refused, ${findings.length} findings`,
    );
    for (const { kind, what, input } of findings)
      console.log(`  ${kind}: ${what}\n  input (base64): ${input}`);
  },
});
console.log('\nreached, by characters of code:');
for (const [file, { share, missed }] of await coverage(files))
  console.log(
    `  ${(100 * share).toFixed(1).padStart(5)} %  ${file}${missed.length > 0 ? `  (never: ${missed.join(', ')})` : ''}`,
  );
process.exitCode = done.every(({ findings }) => findings.length === 0) ? 0 : 1;
process.exit();
