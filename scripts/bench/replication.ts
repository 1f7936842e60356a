/**
 * Replication over a line that is slow and far: how close to the line's own time, what a message costs, and when a new one is
 * playable. `bash scripts/run.sh scripts/bench/replication.ts [messages] [Mbit/s] [RTT ms]`
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { E164 } from '../../app/core/ids.ts';
import { leave, openNodes, until } from '../../test/sync/nodes.ts';

const [count = 1000, megabits = 20, rtt = 150] = process.argv.slice(2).map(Number);
const bytes = 80_000;
const perMailbox = 100;
const probes = 20;

const line = { bytesPerSecond: (megabits * 1e6) / 8, delayMs: rtt / 2 };
await using nodes = await openNodes({ ...line, everyMs: 250, wholeMs: 60_000 });
const { home, away } = nodes;
const number = (i: number): E164 => `+1202555${String(1000 + i)}` as E164;
const mailboxes = Math.ceil(count / perMailbox);
for (let i = 0; i < count; i += 1) await leave(home, number(i % mailboxes), { state: 'heard' }, bytes);
const there = (): Promise<number> =>
  away.store.client.db(away.store.database).collection('messages').countDocuments();

const cpu = process.cpuUsage();
const began = performance.now();
for (let i = 0; i < mailboxes; i += 1) await home.roaming.report(number(i), 'away');
// New ones while the others are on their way.
const probing = (async () => {
  const times: number[] = [];
  for (let i = 0; i < probes; i += 1) {
    await sleep((count * bytes * 1000) / line.bytesPerSecond / probes / 2);
    const from = performance.now();
    const { id } = await leave(home, number(i % mailboxes), {}, bytes);
    await until('it is there', async () => (await away.store.store.messages.get(id)) !== undefined);
    times.push(performance.now() - from);
  }
  return times.toSorted((a, b) => a - b);
})();
await until('all are there', async () => (await there()) >= count + probes, 3_600_000);
const seconds = (performance.now() - began) / 1000;
const times = await probing;
const { user, system } = process.cpuUsage(cpu);
const own = ((count + probes) * bytes) / line.bytesPerSecond;
const print = (text: string): void => void process.stdout.write(`${text}\n`);
print(`${count} messages of ${bytes / 1000} kB over ${megabits} Mbit/s, ${rtt} ms there and back`);
print(`  ${seconds.toFixed(1)} s, ${(seconds / own).toFixed(2)} of the line's own time`);
print(
  `  new deposit to playable: p50 ${Math.round(times[probes / 2] ?? 0)} ms, most ${Math.round(times.at(-1) ?? 0)} ms`,
);
print(
  `  CPU of both nodes, the line and the looking on: ${((user + system) / 1000 / count).toFixed(1)} ms a message`,
);
