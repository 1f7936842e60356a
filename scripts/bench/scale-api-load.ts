/** A process that asks at a steady rate, whatever becomes of what it asked before; tells how long each answer took. */
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

export interface Load {
  readonly address: string;
  /** Path and token of each request, in turn. */
  readonly requests: readonly { readonly path: string; readonly token: string }[];
  readonly perSecond: number;
  readonly seconds: number;
}

export interface LoadTold {
  /** In milliseconds, from when it was to be asked: one that waits for others is late. */
  readonly times: readonly number[];
  /** Answers other than 200. */
  readonly wrong: number;
}

const [{ address, requests, perSecond, seconds }] = (await once(process, 'message')) as [Load];
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const times: number[] = [];
let wrong = 0;
const waiting: Promise<void>[] = [];
const begun = performance.now();
for (let i = 0; i < perSecond * seconds; i += 1) {
  const due = begun + (i * 1000) / perSecond;
  const early = due - performance.now();
  if (early > 0.5) await pause(early);
  waiting.push(ask(i, due));
}
await Promise.all(waiting);
agent.destroy();
process.send?.({ times, wrong } satisfies LoadTold);
process.disconnect();

function ask(i: number, due: number): Promise<void> {
  const { path, token } = requests[i % requests.length] ?? { path: '/', token: '' };
  return new Promise((resolve) => {
    const done = (right: boolean): void => {
      times.push(performance.now() - due);
      if (!right) wrong += 1;
      resolve();
    };
    get(`${address}${path}`, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
      response.resume().once('end', () => done(response.statusCode === 200));
    }).once('error', () => done(false));
  });
}
