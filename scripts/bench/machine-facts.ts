/** On what the figures were measured: enough to compare, nothing that names the machine. */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { checkout } from '../stack/machine.ts';

export interface MachineFacts {
  readonly cores: number;
  readonly processor: string;
  readonly memoryGiB: number;
  readonly kernel: string;
  /** Load average of the five minutes before: what else the machine was doing. */
  readonly loadBefore: number;
  readonly node: string;
  readonly asterisk: string;
  readonly store: string;
}

/** Looked at before anything is started. */
const loadBefore = Number((loadavg()[1] ?? 0).toFixed(1));

export function machineFacts(versions: { asterisk: string; store: string }): MachineFacts {
  return {
    cores: cpus().length,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release().split('-')[0] ?? '',
    loadBefore,
    node: process.versions.node,
    ...versions,
  };
}

/** The commit that was measured; `+` if the files differ from it. */
export function commit(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, {
      cwd: checkout,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    const changed = git('status', '--porcelain', '--', 'app', 'dialplans', 'scripts/stack') !== '';
    return `${git('rev-parse', '--short=12', 'HEAD')}${changed ? '+' : ''}`;
  } catch {
    return 'unknown';
  }
}
