#!/usr/bin/env node
/** The process around `answerback`. */
import { userInfo } from 'node:os';
import { main } from './main.ts';

const stopping = new AbortController();
process.once('SIGINT', () => stopping.abort());
process.once('SIGTERM', () => stopping.abort());
process.exitCode = await main(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: stopping.signal,
  user: process.env['SUDO_USER'] ?? userName(),
});
// All is closed; timers that a library leaves behind would hold the process for seconds.
process.exit();

/** A user id without a name is one in a container. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '');
  }
}
