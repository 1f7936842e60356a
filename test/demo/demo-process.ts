/** The demo as a child process, as a newcomer starts it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { checkout } from '../../scripts/stack/machine.ts';
import { descendants, type ProcessSeen } from './process-tree.ts';

export interface DemoProcess {
  readonly pid: number;
  /** All it wrote so far, to both outputs. */
  readonly output: string;
  /** Settles when this text was written; rejects if the demo ends before. */
  wrote(text: string): Promise<void>;
  /** Settles with the exit code. */
  readonly exited: Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
  /** Its processes. */
  tree(): ProcessSeen[];
}

export function startDemo(directory: string, ...args: string[]): DemoProcess {
  const main = join(checkout, 'scripts/demo/main.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', main, '--directory', directory, ...args], {
    cwd: checkout,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const listener of listeners) listener();
    });
  const exited = once(child, 'close').then(([code]) => code as number | null);
  return {
    pid: child.pid ?? 0,
    get output() {
      return output;
    },
    exited,
    async wrote(text) {
      const seen = new Promise<void>((settle) => {
        const look = (): void => {
          if (output.includes(text)) settle();
        };
        listeners.add(look);
        look();
      });
      const ended = exited.then((code) => {
        throw new Error(`the demo ended with ${code} before it wrote “${text}”:\n${output}`);
      });
      await Promise.race([seen, ended]);
    },
    kill: (signal) => void child.kill(signal),
    tree: () => descendants(child.pid ?? 0),
  };
}
