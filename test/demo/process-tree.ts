/** Looks at running processes through /proc. */
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessSeen {
  readonly pid: number;
  readonly parent: number;
  /** Tells apart processes that had the same id one after another. */
  readonly started: string;
  readonly command: string;
}

/** Every process below this one. */
export function descendants(pid: number): ProcessSeen[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => look(Number(name)))
    .filter((seen) => seen !== undefined);
  const below = (parent: number): ProcessSeen[] =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)]);
  return below(pid);
}

/** Whether this very process is still there; one that only waits for its parent to notice its end is not. */
export function stillRuns({ pid, started }: ProcessSeen): boolean {
  return look(pid)?.started === started;
}

function look(pid: number): ProcessSeen | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return { pid, parent: Number(fields[1]), started: fields[19] ?? '', command };
  } catch {
    return undefined;
  }
}
