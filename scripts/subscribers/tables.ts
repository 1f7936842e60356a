/** Whole tables of subscribers in and out. */
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { exportSubscribers } from '../../app/services/directory-export.ts';
import { importSubscribers, type LineProblem } from '../../app/services/directory-import.ts';
import type { Office } from './office.ts';
import { openProgress } from './progress.ts';

/** Bad lines told on the terminal; the report has all. */
const mostTold = 20;

interface ImportChoice {
  readonly dryRun: boolean;
  readonly report: string | undefined;
}

export async function importTable(office: Office, file: string, choice: ImportChoice): Promise<number> {
  const stdin = file === '-';
  const total = stdin ? undefined : (await stat(file)).size;
  const progress = openProgress(process.stderr, total);
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  process.once('SIGINT', stop);
  const report =
    choice.report === undefined ? undefined : (await open(choice.report, 'w', 0o600)).createWriteStream();
  report?.write(office.tables.write(['line', 'column', 'code', 'found', 'allowed']));
  let told = 0;
  let bytes = 0;
  const onProblem = ({ line, column, code, found, allowed }: LineProblem): void => {
    report?.write(office.tables.write([String(line), column, code, found, allowed]));
    told += 1;
    if (told > mostTold) return;
    const place = column === '' ? '' : `, ${column}`;
    progress.say(
      `line ${line}${place}: found ${found === '' ? 'nothing' : `\`${found}\``}, allowed: ${allowed}`,
    );
  };
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of stdin ? process.stdin : createReadStream(file)) {
      bytes += (chunk as Buffer).length;
      yield chunk as Buffer;
    }
  }
  try {
    const sum = await importSubscribers(office.tables.read(counted()), office.importing, {
      dryRun: choice.dryRun,
      signal: stopping.signal,
      onProblem,
      onProgress: ({ lines, bad }) => progress.step(bytes, `${lines} lines, ${bad} bad`),
    });
    progress.end();
    if (told > mostTold)
      console.error(
        `… and ${told - mostTold} more${choice.report === undefined ? '; --report FILE keeps all of them' : ''}`,
      );
    if (!sum.table) {
      console.error('subscribers: this is no table of subscribers; nothing was done');
      return 1;
    }
    const { lines, created, changed, same, bad } = sum;
    const dry = choice.dryRun ? 'would be: ' : '';
    console.log(
      `${dry}${lines} lines: ${created} made, ${changed} changed, ${same} as they were, ${bad} bad`,
    );
    if (stopping.signal.aborted) return 1;
    return bad > 0 ? 2 : 0;
  } finally {
    progress.end();
    process.removeListener('SIGINT', stop);
    if (report) {
      report.end();
      await finished(report);
    }
  }
}

/** To a file beside the wanted one first, so that nobody reads half a table. */
export async function exportTable(office: Office, file: string | undefined): Promise<number> {
  if (file === undefined) {
    await writeTable(office, process.stdout);
    return 0;
  }
  const partial = `${file}.${process.pid}.partial`;
  try {
    const out = createWriteStream(partial, { mode: 0o600 });
    const lines = await writeTable(office, out);
    out.end();
    await finished(out);
    await rename(partial, file);
    console.log(`${lines - 1} subscribers in ${file}`);
    return 0;
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

async function writeTable(office: Office, out: Writable): Promise<number> {
  let lines = 0;
  for await (const cells of exportSubscribers(office.store.mailboxes)) {
    lines += 1;
    if (!out.write(office.tables.write(cells))) await once(out, 'drain');
  }
  return lines;
}
