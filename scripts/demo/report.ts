/** The story on the screen: a line a step, with its time; plain text where the output is no terminal. */
import { styleText } from 'node:util';
import { StepFailure } from './failure.ts';

type Style = Parameters<typeof styleText>[0];

const textWidth = 68;
const timeWidth = 9;
const boxWidth = 46;

export interface Report {
  heading(text: string): void;
  /** Does one step of the story, and says how it went. */
  step<T>(text: string, work: () => Promise<T>, detail?: (result: T) => string): Promise<T>;
  line(text?: string): void;
  /** A text message as a phone shows it; what can be tapped stands out. */
  phone(from: string, body: string): void;
  table(head: readonly string[], rows: readonly (readonly string[])[]): void;
  /** How many steps came true. */
  readonly steps: number;
  /** Whether one did not; what went wrong has then been said. */
  readonly failed: boolean;
}

export function openReport(out: NodeJS.WriteStream): Report {
  const colour = out.isTTY && !process.env['NO_COLOR'];
  const paint = (style: Style, text: string): string => (colour ? styleText(style, text) : text);
  const print = (text: string): void => void out.write(`${text}\n`);
  let steps = 0;
  let failed = false;
  return {
    get steps() {
      return steps;
    },
    get failed() {
      return failed;
    },
    heading: (text) => print(`\n${paint('bold', text)}`),
    line: (text = '') => print(text === '' ? '' : `     ${text}`),
    async step(text, work, detail) {
      const began = performance.now();
      try {
        const result = await work();
        steps += 1;
        const extra = detail?.(result) ?? '';
        print(stepLine(paint('green', '✔'), text, extra, performance.now() - began, paint));
        return result;
      } catch (error) {
        failed = true;
        print(stepLine(paint('red', '✖'), text, '', performance.now() - began, paint));
        if (error instanceof StepFailure) {
          print(`     ${paint('red', 'expected')} ${error.expected}`);
          print(`     ${paint('red', 'got     ')} ${error.got}`);
        } else print(`     ${paint('red', messageOf(error))}`);
        throw error;
      }
    },
    phone(from, body) {
      const tap = (line: string): string =>
        line.replace(/\+\d+,,\d+#/, (link) => paint(['cyan', 'underline'], link));
      const edge = (left: string, right: string): string =>
        `     ${paint('dim', `${left}${'─'.repeat(boxWidth + 2)}${right}`)}`;
      const bar = paint('dim', '│');
      print(edge('╭', '╮'));
      print(`     ${bar} ${paint('bold', from.padEnd(boxWidth))} ${bar}`);
      for (const line of wrap(body, boxWidth)) print(`     ${bar} ${tap(line.padEnd(boxWidth))} ${bar}`);
      print(edge('╰', '╯'));
    },
    table(head, rows) {
      const widths = head.map((title, i) =>
        Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)),
      );
      const row = (cells: readonly string[]): string =>
        cells
          .map((cell, i) => cell.padEnd(widths[i]!))
          .join('  ')
          .trimEnd();
      print(`     ${paint('dim', row(head))}`);
      for (const cells of rows) print(`     ${row(cells)}`);
    },
  };
}

function stepLine(
  mark: string,
  text: string,
  detail: string,
  ms: number,
  paint: (style: Style, text: string) => string,
): string {
  const gap = ' '.repeat(Math.max(1, textWidth - text.length - detail.length));
  return `  ${mark}  ${text}${gap}${paint('dim', detail)} ${time(ms).padStart(timeWidth)}`;
}

/** In ms below one second, else in s. */
export function time(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Breaks at spaces; a longer word is cut. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
    for (; line.length > width; line = line.slice(width)) lines.push(line.slice(0, width));
  }
  return line === '' ? lines : [...lines, line];
}
