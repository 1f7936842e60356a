/**
 * npm run dialplan:check [-- --apply] [-- FOLDER]
 *
 * A real Asterisk loads the rendered dialplans; what it says of them is shown with file and line, and the code is then 1.
 * --apply: if all is well, the running local stack takes them over; calls go on.
 */
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checkDialplans } from './dialplan/check.ts';
import { applyDialplans } from './stack/apply.ts';
import { checkout } from './stack/machine.ts';

const { values, positionals } = parseArgs({
  options: { apply: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const folder = resolve(positionals[0] ?? join(checkout, 'dialplans'));
const shown = relative(process.cwd(), folder) || '.';

try {
  const complaints = await checkDialplans(folder);
  for (const { file, line, text } of complaints) {
    const place = file === undefined ? shown : `${join(shown, file)}${line === undefined ? '' : `:${line}`}`;
    console.log(`${place}: ${text}`);
  }
  if (complaints.length > 0) {
    console.log(`${complaints.length} to put right`);
    process.exitCode = 1;
  } else {
    console.log(`${shown}: Asterisk loads it without a complaint`);
    if (values.apply) {
      await applyDialplans(join(process.env['ANSWERBACK_VAR'] ?? join(checkout, 'var'), 'asterisk'), folder);
      console.log('the running Asterisk has taken it over');
    }
  }
} catch (error) {
  console.error(`dialplan:check: ${(error as Error).message}`);
  process.exitCode = 1;
}
