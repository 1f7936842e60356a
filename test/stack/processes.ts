import { readdirSync, readFileSync } from 'node:fs';

/** Command lines of running processes that mention `text`. */
export function processesNaming(text: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(commandLine)
    .filter((line) => line.includes(text));
}

/** Waits until no process mentions `text`; gives those that are left after the deadline. */
export async function goneWithin(text: string, milliseconds: number): Promise<string[]> {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const left = processesNaming(text);
    if (left.length === 0 || Date.now() > deadline) return left;
    await new Promise((done) => {
      setTimeout(done, 50);
    });
  }
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
