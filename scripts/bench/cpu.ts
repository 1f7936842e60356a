/** CPU time and memory of processes, from /proc (proc(5)). */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const tickMs = 1000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

interface Stat {
  readonly parent: number;
  /** Of the process and of its children that have ended, in ms. */
  readonly own: number;
  readonly children: number;
}

/** CPU time of a process, its children and theirs, ended ones too, in milliseconds. */
export function cpuOf(pid: number): number {
  const all = new Map<number, Stat>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = read(Number(name));
    if (stat !== undefined) all.set(Number(name), stat);
  }
  const sum = (of: number): number => {
    const stat = all.get(of);
    if (stat === undefined) return 0;
    let total = stat.own + stat.children;
    for (const [child, { parent }] of all) if (parent === of) total += sum(child);
    return total;
  };
  return sum(pid);
}

/** Resident memory in MiB (2²⁰ bytes). */
export function memoryOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}

function read(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in brackets, may hold anything; the third field follows its last bracket.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const at = (field: number): number => fields[field - 3] ?? 0;
    return { parent: at(4), own: (at(14) + at(15)) * tickMs, children: (at(16) + at(17)) * tickMs };
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}
