/** `npm run fuzz:api [-- --seconds N] [--seed N]`: a schema-driven fuzzer against the API. Ends with 1 if it finds anything. */
import { parseArgs } from 'node:util';
import { fuzzApi } from './fuzz-api.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '300' },
    seed: { type: 'string', default: String(Math.trunc(Date.now() / 1000)) },
  },
});
const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
if (![seconds, seed].every((one) => Number.isSafeInteger(one) && one > 0))
  throw new Error('--seconds and --seed are whole numbers above 0');
console.log(`for ${seconds} s, seed ${seed}`);
const { ok, out, errors } = await fuzzApi(seconds, seed);
console.log(out);
for (const error of new Set(errors)) console.error(error);
process.exitCode = ok ? 0 : 1;
process.exit();
