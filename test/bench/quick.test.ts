import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkout } from '../../scripts/stack/machine.ts';

const run = promisify(execFile);

interface Document {
  readonly name: string;
  readonly date: string;
  readonly commit: string;
  readonly command: string;
  readonly machine: Readonly<Record<string, unknown>>;
  readonly results: readonly { name: string; ours: number; native?: number; ratio?: number; ok: boolean }[];
}

describe('The bench in its quick form', function () {
  this.timeout(240_000);
  let folder: string;
  let out: string;
  const documents = new Map<string, Document>();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'answerback-bench-test-'));
    const names = ['deposit-cpu', 'first-sound', 'hang-up', 'reference'];
    const only = names.flatMap((name) => ['--only', name]);
    const args = ['--import', 'tsx', 'scripts/bench/main.ts', '--quick', '--out', folder, ...only];
    ({ stdout: out } = await run(process.execPath, args, { cwd: checkout }));
    for (const name of names)
      documents.set(name, JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')) as Document);
  });

  after(() => rm(folder, { recursive: true, force: true }));

  function result(bench: string, name: string) {
    const found = documents.get(bench)?.results.find((one) => one.name === name);
    assert.ok(found, `${bench}: no result ${name} in\n${out}`);
    return found;
  }

  it('compares the CPU of a deposit with the native voice mail, and no message is lost', () => {
    const all = result('deposit-cpu', '4 s, no texts: all processes');
    assert.ok(all.ours > 2 && all.ours < 500, `${all.ours} ms`);
    assert.ok((all.native ?? 0) > 2 && (all.native ?? 0) < 500, `${all.native} ms`);
    assert.ok(Math.abs((all.ratio ?? 0) - all.ours / (all.native ?? 1)) < 0.01);
    assert.equal(result('deposit-cpu', '4 s: messages lost or cut').ours, 0);
  });

  it('measures answer, first sound, hang-up and reference on real calls', () => {
    for (const [bench, name] of [
      ['first-sound', 'INVITE → 200 (p50)'],
      ['hang-up', 'hang-up → message readable (p50)'],
      ['reference', 'last digit → message, 5 calls/s (p50)'],
    ] as const) {
      const { ours } = result(bench, name);
      assert.ok(ours > 0.1 && ours < 2000, `${name}: ${ours} ms`);
    }
  });

  it('writes a document and a table of each, which name no machine', async () => {
    const files = await readdir(folder);
    assert.equal(files.length, 8);
    for (const file of files) {
      const text = await readFile(join(folder, file), 'utf8');
      assert.doesNotMatch(text, /\/(root|home|tmp|work)\//);
    }
    for (const document of documents.values()) {
      assert.match(document.command, /^npm run bench -- /);
      assert.ok(!Number.isNaN(Date.parse(document.date)));
      assert.ok(Number(document.machine['cores']) >= 1);
    }
    const table = await readFile(join(folder, 'deposit-cpu.md'), 'utf8');
    assert.match(table, /\| 4 s, no texts: all processes +\| [\d.]+ ms/);
  });

  it('says which benches there are when asked for one that is not', async () => {
    await assert.rejects(
      run(process.execPath, ['--import', 'tsx', 'scripts/bench/main.ts', '--only', 'nothing'], {
        cwd: checkout,
      }),
      /no bench nothing; there are deposit-cpu/,
    );
  });
});
