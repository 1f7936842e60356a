/** What telling costs a message: the same services over a store that tells and over one that does not, in turns. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { configSchema } from '../../app/config/schema.ts';
import { tellingStore } from '../../app/controller/telling.ts';
import type { E164 } from '../../app/core/ids.ts';
import { createEvents, type Events } from '../../app/services/events.ts';
import { systemRandom } from '../../app/telemetry/system-random.ts';
import type { BenchOptions } from './bench-options.ts';
import { cpuOf } from './cpu.ts';
import { resultOf, rounded, type Result } from './result.ts';
import { openScaleServices, quiet, type ScaleServices } from './scale-services.ts';
import { speechOf } from './sound.ts';
import type { Stage } from './stage.ts';

const perSecond = 25;
const roundSeconds = 3;
const mailboxes = 100;
const clock = { now: () => new Date() };

interface Side {
  readonly services: ScaleServices;
  /** Of this process and of the store, in milliseconds for one message. */
  readonly own: number[];
  readonly store: number[];
}

export async function compareTelling(stage: Stage, { quick, rounds, say }: BenchOptions): Promise<Result[]> {
  const told: Events[] = [];
  await using silent = await open(stage, 'silent');
  await using telling = await open(stage, 'telling', (store) => {
    const events = createEvents({ store: store.events, clock, random: systemRandom, log: quiet });
    told.push(events);
    return tellingStore(store, (event) => events.publish(event));
  });
  const sides: { ours: Side; native: Side } = {
    ours: { services: telling, own: [], store: [] },
    native: { services: silent, own: [], store: [] },
  };
  const sound = await speechOf(4);
  // The first of each makes mailboxes, and warms up.
  for (let n = -1; n < (quick ? 1 : rounds); n += 1)
    for (const side of n % 2 === 0 ? [sides.native, sides.ours] : [sides.ours, sides.native])
      await round(stage, side, sound, n >= 0);
  for (const events of told) await events.stop();
  const line = (name: string, of: (side: Side) => number[], target?: { of: 'ratio'; most: number }): Result =>
    resultOf({
      name,
      unit: 'ms',
      ours: of(sides.ours),
      native: of(sides.native),
      ...(target === undefined ? {} : { target }),
    });
  const sum = ({ own, store }: Side): number[] => own.map((one, i) => one + (store[i] ?? 0));
  const shown = (side: Side): string =>
    sum(side)
      .map((one) => rounded(one))
      .join(' ');
  say(`a message with telling ${shown(sides.ours)} ms, without ${shown(sides.native)} ms`);
  return [
    line('a message, told and not: CPU of services and store', sum, { of: 'ratio', most: 1.4 }),
    line('a message, told and not: of the services alone', ({ own }) => own),
    line('a message, told and not: of the store alone', ({ store }) => store),
  ];
}

function open(
  { local, directory }: Stage,
  name: string,
  over?: NonNullable<Parameters<typeof openScaleServices>[0]['over']>,
) {
  return openScaleServices({
    url: local.url,
    database: `bench_events_${name}`,
    directory: join(directory, `events-${name}`),
    classes: configSchema.parse({ classes: { usual: { notify: [], welcome: false } } }).classes,
    clock,
    ...(over === undefined ? {} : { over }),
  });
}

async function round({ local }: Stage, side: Side, sound: Buffer, counts: boolean): Promise<void> {
  const stores = Object.values(local.pids ?? {});
  const used = (): number => stores.reduce((sum, pid) => sum + cpuOf(pid), 0);
  const [before, ownBefore] = [used(), process.cpuUsage()];
  const begun = performance.now();
  const many = perSecond * roundSeconds;
  const all: Promise<void>[] = [];
  for (let i = 0; i < many; i += 1) {
    await pause(begun + (i * 1000) / perSecond - performance.now());
    all.push(deposit(side.services, i, sound));
  }
  await Promise.all(all);
  // Counters are raised and events written a moment later.
  await pause(500);
  const { user, system } = process.cpuUsage(ownBefore);
  if (!counts) return;
  side.own.push((user + system) / 1000 / many);
  side.store.push((used() - before) / many);
}

async function deposit({ deposits }: ScaleServices, i: number, sound: Buffer): Promise<void> {
  const result = await deposits.take({
    draft: {
      kind: 'voice',
      origin: { network: 'sip', id: randomUUID() },
      from: { number: '+13035550123', private: false },
      to: `+1202555${String(4000 + (i % mailboxes))}` as E164,
      received: clock.now(),
      urgent: false,
      confidential: false,
      cut: false,
    },
    classOfService: 'usual',
    contentType: 'audio/PCMU',
    durationMs: sound.length / 8,
    bytes: sound,
  });
  if (result.kind !== 'stored') throw new Error(result.kind);
}
