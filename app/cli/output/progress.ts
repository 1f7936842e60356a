import type { Stream } from '../terminal.ts';
/** How far a long work is: a bar on a terminal, elsewhere a line now and then. */
export interface Progress {
  /** @param done of `total`, in the same unit */
  step(done: number, text: string): void;
  /** A line of its own, above the bar. */
  say(line: string): void;
  end(): void;
}

const barWidth = 24;
/** Between two lines where there is no terminal, in milliseconds. */
const everyMs = 5_000;

export function openProgress(out: Stream, total: number | undefined): Progress {
  let shown = '';
  let last = Date.now();
  const wipe = (): void => {
    if (shown !== '') out.write('\r\u001b[K');
    shown = '';
  };
  return {
    step(done, text) {
      if (!out.isTTY) {
        if (Date.now() - last < everyMs) return;
        last = Date.now();
        out.write(`${percent(done, total)}${text}\n`);
        return;
      }
      wipe();
      shown = `${bar(done, total)}${percent(done, total)}${text}`.slice(0, (out.columns ?? 80) - 1);
      out.write(shown);
    },
    say(line) {
      wipe();
      out.write(`${line}\n`);
    },
    end: wipe,
  };
}

function percent(done: number, total: number | undefined): string {
  return total ? `${Math.min(100, Math.floor((done / total) * 100))} % ` : '';
}

function bar(done: number, total: number | undefined): string {
  if (!total) return '';
  const full = Math.min(barWidth, Math.round((done / total) * barWidth));
  return `[${'#'.repeat(full)}${'.'.repeat(barWidth - full)}] `;
}
