// The clock of one process, as if it had been set: `Date` by as many milliseconds as stand in the file of CHAOS_CLOCK, read at the start
// and at each SIGUSR2. Timers and performance.now() go by a clock that nobody can set, here as on a machine whose clock is set.
import { readFileSync } from 'node:fs';
import { env } from 'node:process';
import { isMainThread } from 'node:worker_threads';

const Real = Date;
let apart = 0;
const read = () => {
  apart = Number(readFileSync(env.CHAOS_CLOCK, 'utf8')) || 0;
};
const now = () => Real.now() + apart;
globalThis.Date = new Proxy(Real, {
  apply: () => new Real(now()).toString(),
  construct: (_, values, target) =>
    Reflect.construct(
      Real,
      values.length === 0 ? [now()] : values,
      target === globalThis.Date ? Real : target,
    ),
  get: (_, name) => (name === 'now' ? now : Reflect.get(Real, name)),
});
read();
if (isMainThread) process.on('SIGUSR2', read);
