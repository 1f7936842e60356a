/**
 * `npm run sbom [-- --out FILE]`: what is shipped, as CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/), from the lockfile: the same each time.
 * Ends with 1 if a licence does not fit.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { licenceProblems, sbomOf } from './sbom/sbom.ts';
import { readLockfile } from './sbom/lockfile.ts';

const { values } = parseArgs({ options: { out: { type: 'string' } } });
const lockfile = readLockfile();
const document = `${JSON.stringify(sbomOf(lockfile), undefined, 2)}\n`;
if (values.out === undefined) process.stdout.write(document);
else writeFileSync(values.out, document);
const problems = licenceProblems(lockfile);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
