/** Whole tables of subscribers in and out. */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { addAbortSignal } from 'node:stream';
import { finished } from 'node:stream/promises';
import { exportSubscribers } from '../../services/directory-export.ts';
import { importSubscribers, type LineProblem } from '../../services/directory-import.ts';
import type { OfficeRun } from '../command.ts';
import type { Ending } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { subscriberOffice } from '../office/subscribers.ts';
import { openProgress } from '../output/progress.ts';
import { writeWhole } from '../output/whole-file.ts';

/** Bad lines told on the terminal; the report has all. */
const mostTold = 20;

interface ImportChoice {
  readonly dryRun?: boolean;
  readonly report?: string;
}

export async function importTable(
  { office, out, terminal }: OfficeRun,
  { dryRun = false, report: reportFile }: ImportChoice,
  file = '',
): Promise<Ending> {
  const { tables, importing } = await subscriberOffice(office);
  const stdin = file === '-';
  const total = stdin ? undefined : (await stat(file)).size;
  const progress = openProgress(terminal.stderr, total);
  const report =
    reportFile === undefined ? undefined : (await open(reportFile, 'w', 0o600)).createWriteStream();
  report?.write(tables.write(['line', 'column', 'code', 'found', 'allowed']));
  let told = 0;
  let bytes = 0;
  const onProblem = ({ line, column, code, found, allowed }: LineProblem): void => {
    report?.write(tables.write([String(line), column, code, found, allowed]));
    told += 1;
    if (told > mostTold) return;
    const place = column === '' ? '' : `, ${column}`;
    progress.say(
      `line ${line}${place}: found ${found === '' ? 'nothing' : `\`${found}\``}, allowed: ${allowed}`,
    );
  };
  const source = stdin ? terminal.stdin : createReadStream(file);
  async function* counted(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of addAbortSignal(terminal.signal, source)) {
        bytes += (chunk as Buffer).length;
        yield chunk as Buffer;
      }
    } catch (error) {
      // What came before is taken in.
      if (!terminal.signal.aborted) throw error;
    }
  }
  try {
    const sum = await importSubscribers(tables.read(counted()), importing, {
      dryRun,
      signal: terminal.signal,
      onProblem,
      onProgress: ({ lines, bad }) => progress.step(bytes, `${lines} lines, ${bad} bad`),
    });
    progress.end();
    if (told > mostTold)
      out.tell(
        `… and ${told - mostTold} more${reportFile === undefined ? '; --report FILE keeps all of them' : ''}`,
      );
    if (!sum.table) throw new Failure('failed', 'this is no table of subscribers; nothing was done');
    const { lines, created, changed, same, bad } = sum;
    if (!dryRun && created + changed > 0)
      await office.note('subscribers-imported', undefined, `${created} made, ${changed} changed`);
    if (out.json) await out.document({ dryRun, lines, created, changed, same, bad });
    const dry = dryRun ? 'would be: ' : '';
    await out.line(
      `${dry}${lines} lines: ${created} made, ${changed} changed, ${same} as they were, ${bad} bad`,
    );
    if (terminal.signal.aborted) return 'interrupted';
    return bad > 0 ? 'invalid' : 'done';
  } finally {
    progress.end();
    if (report) {
      report.end();
      await finished(report);
    }
  }
}

export async function exportTable(
  { office, out, terminal }: OfficeRun,
  _choice: object,
  file?: string,
): Promise<void> {
  const { tables } = await subscriberOffice(office);
  if (file === undefined) {
    for await (const cells of exportSubscribers(office.store.mailboxes)) {
      terminal.signal.throwIfAborted();
      await out.raw(tables.write(cells));
    }
    return;
  }
  const subscribers = await writeWhole(file, async (write) => {
    let lines = 0;
    for await (const cells of exportSubscribers(office.store.mailboxes)) {
      terminal.signal.throwIfAborted();
      lines += 1;
      await write(tables.write(cells));
    }
    return lines - 1;
  });
  if (out.json) await out.document({ subscribers, file });
  await out.line(`${subscribers} subscribers in ${file}`);
}
