/** `answerback` in this process, as somebody types it. */
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { main } from '../../app/cli/main.ts';
import type { Terminal } from '../../app/cli/terminal.ts';

export interface Typed {
  readonly code: number;
  readonly out: string;
  readonly bytes: Buffer;
  readonly errors: string;
  /** Of `--json`: the document, or the lines. */
  json(): Record<string, unknown>;
  lines(): Record<string, unknown>[];
}

export interface Typing {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** On a terminal of this width; the answer to what is asked comes from `input`. */
  readonly columns?: number;
  readonly signal?: AbortSignal;
}

export async function answerback(args: readonly string[], typing: Typing = {}): Promise<Typed> {
  const { env = {}, input = '', columns } = typing;
  const tty = columns === undefined ? {} : { isTTY: true, columns };
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const terminal: Terminal = {
    stdin: Object.assign(Readable.from([Buffer.from(input)]), tty),
    stdout: Object.assign(stdout, tty),
    stderr: Object.assign(stderr, tty),
    env,
    signal: typing.signal ?? new AbortController().signal,
    user: 'alice',
  };
  const read = Promise.all([buffer(stdout), buffer(stderr)]);
  const code = await main(args, terminal);
  stdout.end();
  stderr.end();
  const [bytes, errors] = await read;
  const out = bytes.toString('utf8');
  return {
    code,
    out,
    bytes,
    errors: errors.toString('utf8'),
    json: () => JSON.parse(out) as Record<string, unknown>,
    lines: () =>
      out
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}
