import { once } from 'node:events';
import { styleText } from 'node:util';
import { OutputClosed } from '../failure.ts';
import type { Stream, Terminal } from '../terminal.ts';
import { padded, printable, shortened, width } from './text.ts';

export type Colour = 'green' | 'yellow' | 'red' | 'dim' | 'bold';

export interface Column {
  readonly title: string;
  /** Numbers stand at the right. */
  readonly right?: boolean;
  /** Gives way first where the line is too long for the screen. */
  readonly shrinks?: boolean;
}

export interface OutputChoice {
  readonly json: boolean;
  readonly colour: boolean;
  /** IANA zone of written times, if one was asked for. */
  readonly zone: string | undefined;
}

/** Rows of one table are aligned to each other: so many are held back at once. */
const page = 500;

/** What the command answers: for people as aligned text, for programs as JSON. */
export class Output {
  readonly json: boolean;
  readonly #terminal: Terminal;
  readonly #choice: OutputChoice;
  #failed: Error | undefined;

  constructor(terminal: Terminal, choice: OutputChoice) {
    this.#terminal = terminal;
    this.#choice = choice;
    this.json = choice.json;
    terminal.stdout.on('error', (error) => (this.#failed = error));
    // Who does not read what is told about the work gets the work all the same.
    terminal.stderr.on('error', () => undefined);
  }

  /** One line of text; not with `--json`. */
  async line(text = ''): Promise<void> {
    if (!this.json) await this.raw(`${text}\n`);
  }

  /** Bytes or text as they are. @throws OutputClosed if nobody reads them any more */
  async raw(chunk: string | Uint8Array): Promise<void> {
    const { stdout, signal } = this.#terminal;
    this.#judge();
    if (!stdout.write(chunk)) await once(stdout, 'drain', { signal }).catch(() => undefined);
    this.#judge();
  }

  /** One JSON document. */
  document(value: unknown): Promise<void> {
    return this.raw(`${JSON.stringify(value, undefined, 2)}\n`);
  }

  /** What happens beside the answer. */
  tell(text: string): void {
    this.#terminal.stderr.write(`${text}\n`);
  }

  /** Fields of one thing, one a line; those without a value are left out. */
  async record(fields: readonly (readonly [name: string, value: string | undefined])[]): Promise<void> {
    const shown = fields.filter(([, value]) => value !== undefined && value !== '');
    const places = Math.max(16, ...shown.map(([name]) => width(name) + 2));
    for (const [name, value] of shown) await this.line(`${padded(name, places)}${printable(value ?? '')}`);
  }

  /**
   * One line for each item: of a table, or of JSON.
   * @param cells of a row of the table; @param value of the same item for programs
   */
  async list<T>(
    items: AsyncIterable<T> | Iterable<T>,
    columns: readonly Column[],
    cells: (item: T) => readonly (string | undefined)[],
    value: (item: T) => unknown,
  ): Promise<number> {
    let count = 0;
    let rows: string[][] = [];
    for await (const item of items) {
      this.#terminal.signal.throwIfAborted();
      count += 1;
      if (this.json) await this.raw(`${JSON.stringify(value(item))}\n`);
      else rows.push(cells(item).map((cell) => printable(cell ?? '')));
      if (rows.length < page) continue;
      await this.#table(columns, rows, count === page);
      rows = [];
    }
    if (rows.length > 0) await this.#table(columns, rows, count <= page);
    return count;
  }

  paint(text: string, colour: Colour): string {
    return this.#choice.colour ? styleText(colour, text, { validateStream: false }) : text;
  }

  /** `2026-01-31 23:05:09`, in the zone that was asked for, else the given one, else the machine's. */
  time(at: Date | undefined, zone?: string): string {
    if (at === undefined) return '';
    // The Swedish form of a date is that of ISO 8601.
    return new Intl.DateTimeFormat('sv-SE', {
      dateStyle: 'short',
      timeStyle: 'medium',
      timeZone: this.zone(zone),
    }).format(at);
  }

  /** Name of the zone of `time`. */
  zone(zone?: string): string {
    return this.#choice.zone ?? zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  }

  async #table(
    columns: readonly Column[],
    rows: readonly (readonly string[])[],
    titles: boolean,
  ): Promise<void> {
    const { isTTY, columns: screen } = this.#terminal.stdout;
    const widths = columns.map(({ title }, i) =>
      Math.max(width(title), ...rows.map((row) => width(row[i] ?? ''))),
    );
    const gap = 2;
    const over = widths.reduce((sum, one) => sum + one + gap, -gap) - (isTTY ? (screen ?? 80) : Infinity);
    const soft = columns.findIndex(({ shrinks }) => shrinks);
    if (over > 0 && soft >= 0) widths[soft] = Math.max(8, (widths[soft] ?? 0) - over);
    const line = (row: readonly string[]): string =>
      columns
        .map(({ right }, i) => padded(shortened(row[i] ?? '', widths[i] ?? 0), widths[i] ?? 0, right))
        .join('  ')
        .trimEnd();
    if (titles) await this.line(this.paint(line(columns.map(({ title }) => title)), 'bold'));
    for (const row of rows) await this.line(line(row));
  }

  #judge(): void {
    if (this.#failed === undefined) return;
    if ((this.#failed as NodeJS.ErrnoException).code === 'EPIPE') throw new OutputClosed();
    throw this.#failed;
  }
}

/** Colours are for a terminal alone, and where nobody has asked for none (https://no-color.org). */
export function wantsColour(stream: Stream, env: Terminal['env']): boolean {
  return stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}
