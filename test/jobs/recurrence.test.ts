import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { openScheduler } from '../../app/jobs/open.ts';
import { createRecurrence } from '../../app/jobs/recurrence.ts';
import type { Recurrence } from '../../app/jobs/recurrence.ts';
import { openLocalStore } from '../../scripts/stack/store.ts';
import type { LocalStore } from '../../scripts/stack/store.ts';
import { keptLog } from '../telemetry/kept-log.ts';

const pollMs = 100;
const everyMs = 400;

describe('recurring jobs on one store', function () {
  this.timeout(60_000);
  let directory: string;
  let store: LocalStore;
  let database = 0;
  const unhandled: unknown[] = [];
  const keep = (error: unknown): void => void unhandled.push(error);

  before(async function () {
    this.timeout(120_000);
    directory = await mkdtemp(join(tmpdir(), 'answerback-jobs-'));
    // The database runs as a user of its own.
    await chmod(directory, 0o755);
    store = await openLocalStore({ directory });
    process.on('unhandledRejection', keep);
  });
  after(async () => {
    process.off('unhandledRejection', keep);
    await store?.[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });
  beforeEach(() => {
    database += 1;
    unhandled.length = 0;
  });
  afterEach(() => assert.deepEqual(unhandled, []));

  const slice = (): { url: string; database: string; timeoutMs: number } => ({
    url: store.url,
    database: `jobs-${process.pid}-${database}`,
    timeoutMs: 1000,
  });

  it('each interval wakes one of two controllers that started together', async () => {
    const wakes: { by: string; at: number }[] = [];
    const six = counter(6);
    const open = (by: string): Recurrence => {
      const recurrence = createRecurrence(slice(), pollMs, keptLog());
      recurrence.add({ name: 'sweep', everyMs, wake: () => six.count(wakes.push({ by, at: Date.now() })) });
      return recurrence;
    };
    const [a, b] = [open('a'), open('b')];
    await six.reached;
    await Promise.all([a.close(), b.close()]);
    // The second registration may wake again at once.
    const gaps = wakes.slice(2).map((wake, n) => wake.at - (wakes[n + 1]?.at ?? 0));
    assert.ok(Math.min(...gaps) > everyMs / 2, `gaps of ${gaps.join(', ')} ms`);
  });

  it('when a controller ends, the other one is woken', async () => {
    const [first, second] = [counter(1), counter(3)];
    const a = createRecurrence(slice(), pollMs, keptLog());
    a.add({ name: 'sweep', everyMs, wake: () => first.count() });
    await first.reached;
    await a.close();
    const b = createRecurrence(slice(), pollMs, keptLog());
    b.add({ name: 'sweep', everyMs, wake: () => second.count() });
    await second.reached;
    await b.close();
  });

  it('two schedulers on one store wake their workers', async () => {
    const runs = counter(4);
    const open = () => openScheduler(slice(), { log: keptLog(), pollMs });
    await using a = open();
    await using b = open();
    for (const scheduler of [a, b]) scheduler.worker('sweep', everyMs, async () => runs.count());
    await runs.reached;
  });

  it("a controller's own work runs on each of them, whatever the others do", async () => {
    const runs = { a: counter(3), b: counter(3) };
    await using a = openScheduler(slice(), { log: keptLog(), pollMs });
    await using b = openScheduler(slice(), { log: keptLog(), pollMs });
    a.worker('spool', everyMs, async () => runs.a.count(), 'controller');
    b.worker('spool', everyMs, async () => runs.b.count(), 'controller');
    await Promise.all([runs.a.reached, runs.b.reached]);
  });

  it('a controller that agenda does not wake runs every fourth interval all the same', async () => {
    const shortMs = 200;
    const [registered, later] = [counter(3), counter(6)];
    const times: number[] = [];
    await using scheduler = openScheduler(slice(), { log: keptLog(), pollMs });
    scheduler.worker('sweep', shortMs, async () => {
      times.push(Date.now());
      registered.count();
      later.count();
    });
    await registered.reached;
    await putOff('sweep');
    await later.reached;
    const last = (times[5] ?? 0) - (times[4] ?? 0);
    assert.ok(last >= 3.5 * shortMs && last < 10 * shortMs, `${last} ms`);
  });

  /** As if other controllers took every turn: the job is due in an hour. */
  async function putOff(name: string): Promise<void> {
    const client = await MongoClient.connect(store.url);
    const hour = 3_600_000;
    const far = { repeatInterval: hour, nextRunAt: new Date(Date.now() + hour) };
    const jobs = client.db(slice().database).collection('agenda');
    const { matchedCount } = await jobs.updateOne({ name }, { $set: far });
    await client.close();
    assert.equal(matchedCount, 1);
  }

  it('a store that comes after the controllers is found', async function () {
    if (store.pids === undefined) return;
    await store.kill('ferretdb', 'SIGKILL');
    const log = keptLog();
    const wakes = counter(1);
    const recurrence = createRecurrence(slice(), pollMs, log);
    recurrence.add({ name: 'sweep', everyMs, wake: () => wakes.count() });
    await log.wait(/do not reach the store/);
    assert.equal(recurrence.healthy, false);
    await store.start('ferretdb');
    await wakes.reached;
    await log.wait(/reach the store again/);
    assert.equal(recurrence.healthy, true);
    await recurrence.close();
  });

  for (const part of ['ferretdb', 'postgres'] as const) {
    it(`when ${part} dies, workers go by local time, and by the store again when it is back`, async function () {
      if (store.pids === undefined) return;
      const log = keptLog();
      await using scheduler = openScheduler(slice(), { log, pollMs });
      const [before, meanwhile] = [counter(2), counter(2)];
      let away = false;
      scheduler.worker('sweep', everyMs, async () => (away ? meanwhile : before).count());
      await before.reached;
      await store.kill(part, 'SIGKILL');
      await log.wait(/do not reach the store/);
      away = true;
      await meanwhile.reached;
      await store.start(part);
      await log.wait(/reach the store again/);
    });
  }

  it('closes while the store is away', async function () {
    if (store.pids === undefined) return;
    const log = keptLog();
    const wakes = counter(2);
    const recurrence = createRecurrence(slice(), pollMs, log);
    recurrence.add({ name: 'sweep', everyMs, wake: () => wakes.count() });
    await wakes.reached;
    await store.kill('ferretdb', 'SIGKILL');
    await recurrence.close();
    await store.start('ferretdb');
  });
});

function counter(goal: number): { count: (n?: number) => void; reached: Promise<void> } {
  let [counted, resolve] = [0, (): void => {}];
  const reached = new Promise<void>((done) => {
    resolve = done;
  });
  return { reached, count: () => void ((counted += 1) >= goal && resolve()) };
}
