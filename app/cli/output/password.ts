import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { Failure } from '../failure.ts';
import type { Terminal } from '../terminal.ts';

/**
 * Asks for a new password: at a terminal twice and without showing it, elsewhere the first line of the input is it. It is never an
 * argument: those can be read by others on this machine.
 * @throws Failure if there is none, or the two are not the same
 */
export async function newPassword(terminal: Terminal, whose: string): Promise<string> {
  const { stdin, stderr, signal } = terminal;
  const asked = stdin.isTTY === true && stderr.isTTY === true;
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: stdin, output, terminal: asked });
  const stop = new AbortController();
  reader.once('SIGINT', () => stop.abort());
  const ending = AbortSignal.any([signal, stop.signal]);
  ending.addEventListener('abort', () => reader.close());
  const lines = reader[Symbol.asyncIterator]();
  const ask = async (prompt: string): Promise<string> => {
    if (asked) stderr.write(prompt);
    const { value, done } = await lines.next();
    if (asked) stderr.write('\n');
    if (ending.aborted) throw new Failure('interrupted', 'interrupted');
    return done === true ? '' : value;
  };
  try {
    const password = await ask(`New password of ${whose}: `);
    if (password === '')
      throw new Failure('usage', 'no password was given; it is asked for, or read from the input');
    if (asked && (await ask('The same again: ')) !== password)
      throw new Failure('failed', 'the two are not the same; nothing was done');
    return password;
  } finally {
    reader.close();
  }
}
