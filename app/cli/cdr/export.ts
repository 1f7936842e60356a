import { readFile } from 'node:fs/promises';
import type { ExportForm } from '../../services/cdr-export.ts';
import type { OfficeRun } from '../command.ts';
import { Failure } from '../failure.ts';
import { openBooks } from '../office/books.ts';
import { writeWhole } from '../output/whole-file.ts';
import { filterOf, type FilterChoice } from './list.ts';

interface ExportChoice extends FilterChoice {
  readonly format: ExportForm;
  readonly output?: string;
  readonly after?: number;
  readonly cursor?: string;
}

export async function exportCdrs({ office, out, terminal }: OfficeRun, choice: ExportChoice): Promise<void> {
  const { format, output, cursor: cursorFile } = choice;
  const { exports } = await openBooks(office, terminal.signal);
  const after = choice.after ?? (cursorFile === undefined ? 0 : await readCursor(cursorFile));
  const lines = exports.cdrs(await filterOf(office, choice), format, after);
  const cursor = await (output === undefined
    ? drain(lines, async (line) => {
        terminal.signal.throwIfAborted();
        await out.raw(line);
      })
    : writeWhole(output, (write) =>
        drain(lines, (line) => {
          terminal.signal.throwIfAborted();
          return write(line);
        }),
      ));
  // Last, so that a next export begins where this one is safe.
  if (cursorFile !== undefined) await writeWhole(cursorFile, (write) => write(`${cursor}\n`));
  if (output === undefined && cursorFile === undefined)
    out.tell(`the next export begins with --after ${cursor}`);
  if (output === undefined) return;
  if (out.json) await out.document({ file: output, after, cursor });
  await out.line(`${output}: records after ${after} up to ${cursor}`);
}

async function readCursor(file: string): Promise<number> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '0';
    throw error;
  });
  const cursor = Number(text.trim());
  if (!Number.isSafeInteger(cursor) || cursor < 0)
    throw new Failure(
      'usage',
      `--cursor: ${file} has no number in it; remove it to begin from the first record`,
    );
  return cursor;
}

async function drain(
  lines: AsyncGenerator<string, number>,
  write: (line: string) => Promise<void>,
): Promise<number> {
  for (;;) {
    const next = await lines.next();
    if (next.done) return next.value;
    await write(next.value);
  }
}
