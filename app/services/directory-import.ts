/**
 * Takes a table of subscribers in: each line makes or changes one, so that it is as the line says, and a line that says
 * what is so already changes nothing. Bad lines are reported and left out. Columns that the table does not have stay as
 * they are; an empty cell is as the class says.
 */
import { columnNames, columnOf, readHeader } from '../core/directory/columns.ts';
import { problem, type Problem } from '../core/directory/problem.ts';
import { isTemporary } from '../core/errors.ts';
import type { E164, MailboxId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { MailboxPut, MailboxStore } from '../ports/store.ts';
import type { TableRow } from '../ports/tables.ts';
import type { Directory } from './directory.ts';
import { decide, readLine, taken, type Decision, type Line, type LineReading } from './import-line.ts';

const batchSize = 250;
/** Batches that are written while more is read. */
const parallel = 2;
/** Tries of a line that others are in the way of. */
const lineTries = 5;
/** Tries of a batch while the store is away, and the wait before the second, in milliseconds; doubled each time. */
const storeTries = 6;
const storeWaitMs = 500;

export interface ImportDeps {
  readonly store: { readonly mailboxes: Pick<MailboxStore, 'findAll' | 'putAll'> };
  readonly directory: Pick<Directory, 'known'>;
  readonly clock: Clock;
  readonly random: Random;
}

export interface ImportOptions {
  /** Find out what would be done, and do nothing. */
  readonly dryRun?: boolean;
  readonly onProblem?: (found: LineProblem) => void;
  /** Called after each batch. */
  readonly onProgress?: (soFar: ImportSummary) => void;
  /** Ends after the batch under way. */
  readonly signal?: AbortSignal;
}

export interface LineProblem extends Omit<Problem, 'field'> {
  readonly line: number;
  /** Empty where the line as a whole is meant. */
  readonly column: string;
}

export interface ImportSummary {
  /** Lines read, without header and empty ones. */
  readonly lines: number;
  readonly created: number;
  readonly changed: number;
  /** Were as their line says. */
  readonly same: number;
  /** Lines with a problem. */
  readonly bad: number;
  /** False if the header is wrong or missing: no line was read then. */
  readonly table: boolean;
}

/** @throws Fault if the store stays away; what was done stays done, and the same table can be taken in again */
export async function importSubscribers(
  rows: AsyncIterable<TableRow>,
  deps: ImportDeps,
  options: ImportOptions = {},
): Promise<ImportSummary> {
  const run = new Import(deps, options);
  for await (const row of rows) {
    await run.take(row);
    if (run.ended) break;
  }
  await run.finish();
  return run.summary;
}

class Import {
  readonly #deps: ImportDeps;
  readonly #options: ImportOptions;
  readonly #sum = { lines: 0, created: 0, changed: 0, same: 0, bad: 0 };
  #reading: LineReading | undefined;
  #noTable = false;
  #batch: Line[] = [];
  /** Batches that are being written, the oldest first. No two have a number in common. */
  readonly #writing: Promise<void>[] = [];

  constructor(deps: ImportDeps, options: ImportOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  get ended(): boolean {
    return this.#noTable || this.#options.signal?.aborted === true;
  }

  get summary(): ImportSummary {
    return { ...this.#sum, table: this.#reading !== undefined };
  }

  async take(row: TableRow): Promise<void> {
    if (this.#reading === undefined) return this.#takeHeader(row);
    this.#sum.lines += 1;
    if (row.kind === 'unreadable') return this.#bad(row.line, [unreadable(row)]);
    const read = readLine(row.line, row.cells, this.#reading);
    if (read.kind === 'bad') return this.#bad(row.line, read.problems);
    this.#batch.push(read.line);
    if (this.#batch.length < batchSize) return;
    this.#begin();
    if (this.#writing.length > parallel) await this.#writing.shift();
  }

  /** Writes what was taken and not written yet. */
  async finish(): Promise<void> {
    this.#begin();
    await Promise.all(this.#writing);
  }

  #begin(): void {
    const writing = this.#write(this.#batch);
    this.#batch = [];
    // Whoever waits for it learns of an error.
    writing.catch(() => undefined);
    this.#writing.push(writing);
  }

  /** In as few commands as may be. */
  async #write(batch: readonly Line[]): Promise<void> {
    let left = batch;
    for (let tries = 1; left.length > 0 && tries <= lineTries; tries += 1) {
      const lines = left;
      const results = await whileAway(async () => this.#writeOnce(lines));
      left = lines.filter((_, i) => results[i] === 'again');
      lines.forEach((line, i) => {
        const result = results[i];
        if (result !== undefined && result !== 'again') this.#count(line, result);
      });
    }
    for (const { line, number } of left) this.#bad(line, [taken('number', number)]);
    this.#options.onProgress?.(this.summary);
  }

  #takeHeader(row: TableRow): void {
    const header = row.kind === 'row' ? readHeader(row.cells) : [unreadable(row)];
    if (!isHeader(header)) {
      this.#noTable = true;
      return this.#report(row.line, header);
    }
    const { random, clock, directory } = this.#deps;
    this.#reading = {
      header,
      known: directory.known(),
      seen: new Map(),
      make: () => ({ id: random.uuid() as MailboxId, created: clock.now() }),
    };
  }

  async #writeOnce(lines: readonly Line[]): Promise<(Decision | 'again')[]> {
    const { mailboxes } = this.#deps.store;
    const owners = new Map<string, Mailbox>();
    for (const mailbox of await mailboxes.findAll(lines.flatMap(numbersOf))) {
      for (const one of [mailbox.number, ...mailbox.aliases]) owners.set(one, mailbox);
    }
    const decisions = lines.map((line) => decide(line, owners));
    if (this.#options.dryRun) return decisions;
    const puts: MailboxPut[] = decisions.flatMap((one) => (one.kind === 'put' ? [one.put] : []));
    const results = await mailboxes.putAll(puts);
    let next = 0;
    return decisions.map((one) => (one.kind === 'put' && results[next++] === 'again' ? 'again' : one));
  }

  #count({ line }: Line, decision: Decision): void {
    if (decision.kind === 'bad') return this.#bad(line, decision.problems);
    if (decision.kind === 'same') this.#sum[decision.made ? 'created' : 'same'] += 1;
    else this.#sum[decision.put.kind === 'create' ? 'created' : 'changed'] += 1;
  }

  #bad(line: number, problems: readonly Problem[]): void {
    this.#sum.bad += 1;
    this.#report(line, problems);
  }

  #report(line: number, problems: readonly Problem[]): void {
    for (const { field, ...rest } of problems) {
      this.#options.onProblem?.({ line, column: columnOf(field), ...rest });
    }
  }
}

function numbersOf({ number, wanted }: Line): E164[] {
  return [number, ...(wanted.aliases ?? [])];
}

function isHeader(found: readonly string[] | readonly Problem[]): found is readonly string[] {
  return found.every((one) => typeof one === 'string');
}

const unreadableAs = {
  'not-utf-8': 'text in UTF-8',
  'too-long': 'a line of at most 256 KiB',
  quotes: 'quotes around a whole cell, doubled within it, closed in the same line',
} as const;

function unreadable(row: TableRow): Problem {
  if (row.kind === 'row') return problem('', 'missing', '', `a header: ${columnNames.join(', ')}`);
  return problem('', 'bad-text', row.found, unreadableAs[row.why]);
}

async function whileAway<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === storeTries || !isTemporary(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, storeWaitMs * 2 ** (tries - 1)));
    }
  }
}
