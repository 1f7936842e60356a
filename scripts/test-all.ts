/**
 * `npm test`: the tests but for the longest files, as scripts/test-plan.ts divides them. `npm run test:all`: every test, and then
 * the check that each proof which docs/requirements.md names has run and passed.
 *
 * Calls, speech and conversions take their real time, and a machine that is shared may hold one up beyond any sensible
 * deadline. A file in which something failed is therefore run once more, alone: what fails then has failed, and what passes
 * only then is named at the end.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isProof, readRequirements } from '../test/docs/requirements.ts';
import { onMachine } from './stack/machine.ts';
import { jobs, long, planTests } from './test-plan.ts';

interface Test {
  readonly file: string;
  readonly title: string;
}

interface Results {
  readonly passed: readonly Test[];
  readonly failed: readonly Test[];
  /** Milliseconds of tests, by file. */
  readonly took: Readonly<Record<string, number>>;
}

/** More files than this are no bad luck. */
const mostAgain = 6;
/** Below what waits: that is to hear and to answer in time. */
const niceness = '15';

interface Run {
  /** Files at once; one after the other in one process if absent. */
  readonly jobs?: number;
  readonly nice?: boolean;
}

const nothing: Results = { passed: [], failed: [], took: {} };

async function run(files: readonly string[], folder: string, { jobs, nice = false }: Run): Promise<Results> {
  // Without a file the test runner would take them all.
  if (files.length === 0) return nothing;
  const file = join(folder, `${randomUUID()}.json`);
  const many = jobs === undefined ? [] : ['--parallel', '--jobs', String(jobs)];
  const command = [...(nice ? ['nice', '-n', niceness] : []), 'mocha', ...many, ...files];
  // They end with this process, however that ends; of signals the test runner hands on this one alone.
  const { program, args } = onMachine(command[0] ?? '', command.slice(1), 'INT');
  const child = spawn(program, args, {
    stdio: 'inherit',
    env: { ...process.env, ANSWERBACK_RESULTS: file },
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Results;
  } catch {
    throw new Error(`the test runner ended early with ${code}`);
  }
}

/** What waits and what computes side by side; crowds when nothing else waits. */
async function runAll(files: readonly string[], folder: string): Promise<Results> {
  const plan = planTests(files);
  const inRealTime = async (): Promise<Results[]> => {
    const waited = await run(plan.waiting, folder, { jobs: jobs.waiting });
    return [waited, await run(plan.crowds, folder, { jobs: jobs.crowds })];
  };
  const computing = run(plan.computing, folder, { jobs: jobs.computing, nice: true });
  const all = (await Promise.all([inRealTime(), computing])).flat();
  return {
    passed: all.flatMap(({ passed }) => passed),
    failed: all.flatMap(({ failed }) => failed),
    took: Object.assign({}, ...all.map(({ took }) => took)) as Results['took'],
  };
}

function filesOf(tests: readonly Test[]): string[] {
  return [...new Set(tests.map(({ file }) => file))];
}

/** The second look takes the place of the first, file by file. */
function merge(first: Results, again: Results, files: readonly string[]): Results {
  const others = (tests: readonly Test[]) => tests.filter(({ file }) => !files.includes(file));
  return {
    passed: [...others(first.passed), ...again.passed],
    took: first.took,
    failed: [...others(first.failed), ...again.failed],
  };
}

function missingProofs({ passed }: Results): string[] {
  return readRequirements()
    .flatMap(({ row, proofs }) => proofs.map((proof) => ({ row, proof })))
    .filter(({ proof }) => !passed.some(({ file, title }) => isProof(proof, file, title)))
    .map(({ row, proof }) => `${row}: ${proof.file}: ${proof.title}`);
}

/** They are to begin first: scripts/test-plan.ts. */
function tellSlowest({ took }: Results): void {
  const slowest = Object.entries(took)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, 30);
  for (const [file, ms] of slowest) console.log(`  ${Math.round(ms / 1000)} s: ${file}`);
}

async function main(all: boolean): Promise<void> {
  const every = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => `test/${file}`);
  const files = every.filter((file) => all || !long.includes(file));
  const folder = mkdtempSync(join(tmpdir(), 'answerback-tests-'));
  try {
    const first = await runAll(files, folder);
    const again = filesOf(first.failed);
    const worthIt = again.length > 0 && again.length <= mostAgain;
    if (worthIt) console.log(`\n  Run again, alone: ${again.join(', ')}\n`);
    const results = worthIt ? merge(first, await run(again, folder, {}), again) : first;
    const unsteady = first.failed.filter(({ file }) => !filesOf(results.failed).includes(file));
    for (const { file, title } of unsteady)
      console.log(`  passed only when run again, alone: ${file}: ${title}`);
    tellSlowest(first);
    const missing = all ? missingProofs(results) : [];
    for (const text of missing) console.log(`  requirement without its proof: ${text}`);
    for (const { file, title } of results.failed) console.log(`  failed: ${file}: ${title}`);
    const failures = results.failed.length + missing.length;
    if (!all) console.log(`  ${every.length - files.length} longer files are left to npm run test:all`);
    console.log(`\n  ${results.passed.length} passing\n  ${failures} failing\n`);
    process.exitCode = failures === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main(process.argv.includes('--all'));
