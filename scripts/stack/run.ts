/** Runs a command to its end. */
import { spawn } from 'node:child_process';
import type { CommandLine } from './machine.ts';

/**
 * @returns what it wrote to its standard output.
 * @throws Error with everything it wrote if it ends with another code than 0.
 */
export async function run(
  command: CommandLine,
  options: { input?: string; cwd?: string } = {},
): Promise<string> {
  const child = spawn(command.program, command.args, { cwd: options.cwd ?? '/' });
  let out = '';
  let all = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    all += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    all += text;
  });
  // A command that does not read its input closes it; that is no fault.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const code = await new Promise<number | null>((done, fail) => {
    child.once('error', fail);
    child.once('close', done);
  });
  if (code !== 0)
    throw new Error(`${[command.program, ...command.args].join(' ')} ended with ${code}:\n${all.trimEnd()}`);
  return out;
}
