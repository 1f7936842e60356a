import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { openScheduler } from '../../app/jobs/open.ts';
import type { Scheduler, Worker } from '../../app/ports/scheduler.ts';
import { keptLog } from '../telemetry/kept-log.ts';

const hour = 3_600_000;

describe('a scheduler whose store is away', function () {
  this.timeout(20_000);
  let log: ReturnType<typeof keptLog>;
  let scheduler: Scheduler;

  beforeEach(async () => {
    log = keptLog();
    scheduler = openScheduler(
      { url: `mongodb://127.0.0.1:${await closedPort()}`, database: 'none', timeoutMs: 200 },
      { log },
    );
  });
  afterEach(() => scheduler[Symbol.asyncDispose]());

  it('runs a worker when it is woken, and not before', async () => {
    let runs = 0;
    const worker = scheduler.worker('texts', hour, async () => void (runs += 1));
    await worker.idle();
    assert.equal(runs, 0);
    worker.wake();
    await worker.idle();
    assert.equal(runs, 1);
  });

  it('a wake does not run before the caller has gone on', async () => {
    const order: string[] = [];
    const worker = scheduler.worker('texts', hour, async () => void order.push('run'));
    worker.wake();
    order.push('caller');
    await worker.idle();
    assert.deepEqual(order, ['caller', 'run']);
  });

  it('runs a worker never twice at once, and once more for wakes during a run', async () => {
    let [running, most, runs] = [0, 0, 0];
    const gate = gateOf();
    const worker = scheduler.worker('texts', hour, async () => {
      running += 1;
      most = Math.max(most, running);
      runs += 1;
      await gate.promise;
      running -= 1;
    });
    worker.wake();
    await turn();
    for (let n = 0; n < 10; n += 1) worker.wake();
    gate.resolve();
    await worker.idle();
    assert.deepEqual({ runs, most }, { runs: 2, most: 1 });
  });

  it('a worker that wakes itself runs again', async () => {
    let runs = 0;
    const worker: Worker = scheduler.worker('texts', hour, async () => {
      runs += 1;
      if (runs < 5) worker.wake();
    });
    worker.wake();
    await worker.idle();
    assert.equal(runs, 5);
  });

  it('workers do not wait for each other', async () => {
    const gate = gateOf();
    const slow = scheduler.worker('slow', hour, () => gate.promise);
    let runs = 0;
    const fast = scheduler.worker('fast', hour, async () => void (runs += 1));
    slow.wake();
    fast.wake();
    await fast.idle();
    assert.equal(runs, 1);
    gate.resolve();
    await slow.idle();
  });

  it('a run that fails is logged, and the next wake runs again', async () => {
    let runs = 0;
    const worker = scheduler.worker('texts', hour, async () => {
      runs += 1;
      if (runs === 1) throw new Error('no');
    });
    worker.wake();
    await worker.idle();
    worker.wake();
    await worker.idle();
    assert.equal(runs, 2);
    assert.equal(
      log.lines.filter((line) => line.fields['job'] === 'texts' && line.level === 'warn').length,
      1,
    );
  });

  it('a run that fails is tried again by itself, long before its interval', async () => {
    let runs = 0;
    const done = gateOf();
    const worker = scheduler.worker('texts', hour, async () => {
      runs += 1;
      if (runs === 1) throw new Error('no');
      done.resolve();
    });
    worker.wake();
    await done.promise;
    assert.equal(runs, 2);
  });

  it('work that throws before its first wait is a failed run too', async () => {
    const worker = scheduler.worker('texts', hour, () => {
      throw new Error('no');
    });
    worker.wake();
    await worker.idle();
    assert.equal(log.lines.filter((line) => line.fields['job'] === 'texts').length, 1);
  });

  it('runs at each time that it was set to, in any order', async () => {
    const starts: number[] = [];
    const done = gateOf();
    const worker = scheduler.worker('texts', hour, async () => {
      starts.push(Date.now());
      if (starts.length === 3) done.resolve();
    });
    const now = Date.now();
    for (const after of [300, 100, 200, 100]) worker.wakeAt(new Date(now + after));
    await done.promise;
    starts.forEach((start, n) => assert.ok(start >= now + (n + 1) * 100, `${start - now} ms`));
  });

  it('a time that has passed runs at once, one after the end of timers does not', async () => {
    const ran = gateOf();
    const worker = scheduler.worker('texts', hour, async () => ran.resolve());
    worker.wakeAt(new Date(Date.now() - 5000));
    await ran.promise;
    let early = 0;
    const far = scheduler.worker('far', hour, async () => void (early += 1));
    far.wakeAt(new Date(Date.now() + 2 ** 32));
    const after = gateOf();
    const mark = scheduler.worker('mark', hour, async () => after.resolve());
    mark.wakeAt(new Date(Date.now() + 50));
    await after.promise;
    assert.equal(early, 0);
  });

  it('runs workers by local time', async () => {
    const twice = gateOf();
    let runs = 0;
    scheduler.worker('texts', 50, async () => {
      runs += 1;
      if (runs === 2) twice.resolve();
    });
    await twice.promise;
  });

  it('says once that the store is away', async () => {
    const thrice = gateOf();
    let runs = 0;
    scheduler.worker('texts', 400, async () => void ((runs += 1) === 3 && thrice.resolve()));
    await thrice.promise;
    assert.equal(log.lines.filter((line) => /do not reach the store/.test(line.text)).length, 1);
  });

  it('closing in mid-run tells the run, waits for it and runs no more', async () => {
    const started = gateOf();
    const order: string[] = [];
    let runs = 0;
    const worker = scheduler.worker('texts', 20, async (signal) => {
      runs += 1;
      started.resolve();
      if (!signal.aborted) await once(signal, 'abort');
      order.push('run ended');
    });
    worker.wake();
    await started.promise;
    worker.wake();
    worker.wakeAt(new Date(Date.now() + 10));
    await scheduler[Symbol.asyncDispose]();
    order.push('closed');
    worker.wake();
    worker.wakeAt(new Date());
    await worker.idle();
    assert.deepEqual(order, ['run ended', 'closed']);
    assert.equal(runs, 1);
  });
});

interface Gate {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function gateOf(): Gate {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve: () => resolve() };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
