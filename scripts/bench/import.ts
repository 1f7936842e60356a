/**
 * How long 100,000 subscribers take: read from a table into an empty store, the same table again, and written to a table.
 * `--lines N` for another number. Prints seconds and writes docs/benchmarks/import.json and .md.
 */
import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { parseArgs, promisify } from 'node:util';
import { checkout } from '../stack/machine.ts';
import { openLocalStore } from '../stack/store.ts';
import { commit, machineFacts } from './machine-facts.ts';
import { terminalTable, writeReport } from './report.ts';
import { resultOf, type Result } from './result.ts';
import { benchPrompts } from './sound.ts';

const run = promisify(execFile);
const { values } = parseArgs({ options: { lines: { type: 'string', default: '100000' } } });
const lines = Number(values.lines);
const most = 60;

const directory = await mkdtemp(join(tmpdir(), 'answerback-bench-'));
await chmod(directory, 0o755);
try {
  await using local = await openLocalStore({ directory: join(directory, 'store') });
  const config = join(directory, 'answerback.yaml');
  const prompts = await benchPrompts(join(directory, 'prompts'));
  await writeFile(
    config,
    JSON.stringify({ store: { database: 'bench_import' }, prompts: { directory: prompts } }),
  );
  const table = join(directory, 'table.csv');
  await writeTable(table);
  const seconds = async (...args: string[]): Promise<number> => {
    const begun = performance.now();
    const { stdout } = await run(
      process.execPath,
      ['--import', 'tsx', join(checkout, 'app/cli/bin.ts'), 'subscriber', ...args, '--config', config],
      { cwd: checkout, env: { ...process.env, MONGODB_URL: local.url } },
    );
    process.stderr.write(`${args[0]}: ${stdout.trim().slice(-100)}\n`);
    return (performance.now() - begun) / 1000;
  };
  const target = { of: 'ours', most: (most * lines) / 100_000 } as const;
  const results: Result[] = [];
  const told = async (name: string, ...args: string[]): Promise<void> => {
    results.push(resultOf({ name, unit: 's', ours: [await seconds(...args)], target }));
  };
  await told('into an empty store', 'import', table);
  await told('the same again', 'import', table);
  await told('out of the store', 'export', join(directory, 'out.csv'));
  process.stdout.write(`${terminalTable(results)}\n`);
  if (lines === 100_000) {
    await writeReport(
      join(checkout, 'docs/benchmarks'),
      {
        name: 'import',
        title: '100,000 subscribers in and out',
        about: [
          'The whole command `answerback subscriber`, from its start to its end, on the local store. Each subscriber has name, class, language, zone, ' +
            'e-mail address, quiet hours and a notification rule, every third an alias. Once each.',
        ],
        results,
      },
      {
        date: new Date(),
        commit: commit(),
        command: 'bash scripts/run.sh scripts/bench/import.ts',
        machine: machineFacts({ asterisk: 'no switch', store: 'FerretDB over PostgreSQL' }),
      },
    );
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}

async function writeTable(file: string): Promise<void> {
  const out = createWriteStream(file);
  out.write('number,aliases,name,class,status,language,time_zone,email,quiet_hours,notify\r\n');
  const rule = '"[{""gateway"":""sip"",""to"":""subscriber""}]"';
  for (let i = 0; i < lines; i += 1) {
    const digits = String(i).padStart(6, '0');
    const cells = [
      `+1202555${digits}`,
      i % 3 === 0 ? `+34600${digits}` : '',
      `"Name ${i}, Jr."`,
      'standard',
      'active',
      'en',
      'Europe/Madrid',
      `u${i}@example.com`,
      '22:00-07:00',
      rule,
    ];
    if (!out.write(`${cells.join(',')}\r\n`)) await once(out, 'drain');
  }
  out.end();
  await finished(out);
}
