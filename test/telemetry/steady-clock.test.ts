import assert from 'node:assert/strict';
import { assertRightClock } from '../../app/services/right-clock.ts';
import { createSteadyClock, type SteadyClock } from '../../app/telemetry/steady-clock.ts';
import { keepingLog, type LogLine } from '../ports/silent-log.ts';

const hour = 3_600_000;

describe('a clock that is set while we run', () => {
  /** Of the machine and of the store, apart from the true time. */
  let apart: { machine: number; store: number };
  let elapsed: number;
  let away: boolean;
  let asked: number;
  let lines: LogLine[];
  let clock: SteadyClock;
  const truth = () => 1_800_000_000_000 + elapsed;
  const serverTime = async () => {
    asked += 1;
    if (away) throw new Error('away');
    return new Date(truth() + apart.store);
  };

  beforeEach(() => {
    apart = { machine: 0, store: 0 };
    [elapsed, asked, away, lines] = [0, 0, false, []];
  });
  afterEach(() => clock[Symbol.asyncDispose]());

  function open(): SteadyClock {
    clock = createSteadyClock({
      log: keepingLog(lines),
      machine: () => truth() + apart.machine,
      elapsed: () => elapsed,
    });
    return clock;
  }
  /** How far from the truth. */
  const off = () => clock.now().getTime() - truth();
  /** Some time goes by, and what was asked is answered. */
  async function later(ms = 10_000): Promise<void> {
    elapsed += ms;
    clock.now();
    await new Promise((resolve) => setImmediate(resolve));
  }

  it('B3: a jump of hours, forward or back, changes no time while the store does not agree', async () => {
    await open().follow(serverTime);
    for (const jump of [50 * hour, -50 * hour, 400 * 24 * hour]) {
      apart.machine = jump;
      assert.equal(off(), 0, 'at once');
      await later();
      assert.equal(off(), 0);
      assert.equal(clock.machine().getTime() - truth(), jump);
      await assert.rejects(
        assertRightClock({ store: { retention: { serverTime } } as never, clock }),
        /clocks/,
      );
    }
    apart.machine = 0;
    await later();
    assert.equal(off(), 0);
    await assertRightClock({ store: { retention: { serverTime } } as never, clock });
    assert.equal(lines.filter(({ level }) => level === 'warn').length, 1, 'it is told once');
  });

  it('a jump that the store’s clock has made too holds: the machine was asleep, or both were set right', async () => {
    await open().follow(serverTime);
    apart.machine = -2 * hour;
    await later();
    assert.equal(off(), 0);
    apart = { machine: 3 * hour, store: 3 * hour };
    await later();
    assert.equal(off(), 3 * hour);
  });

  it('small corrections hold at once and ask nobody', async () => {
    await open().follow(serverTime);
    for (let n = 1; n <= 20; n += 1) {
      apart.machine = n * 300;
      assert.equal(off(), n * 300);
    }
    assert.equal(asked, 1);
  });

  it('what the store says when it is reached holds before anything is written', () => {
    apart.machine = -50 * hour;
    open().hear(new Date(truth()));
    assert.equal(off(), 0);
  });

  it('who starts with a wrong clock goes by the store’s, and by the own one again when that is right', async () => {
    apart.machine = -7 * hour;
    await open().follow(serverTime);
    assert.equal(off(), 0);
    await later();
    assert.equal(off(), 0);
    apart.machine = 0;
    await later();
    assert.equal(off(), 0);
  });

  it('a store whose clock goes wrong takes nobody along, and nothing is removed', async () => {
    await open().follow(serverTime);
    apart.store = 9000 * hour;
    await later(70_000);
    assert.equal(off(), 0);
    await assert.rejects(
      assertRightClock({ store: { retention: { serverTime } } as never, clock }),
      /clocks/,
    );
  });

  it('while the store is away time goes on from what it was, and the store is asked again', async () => {
    await open().follow(serverTime);
    [away, apart.machine] = [true, 5 * hour];
    for (let n = 0; n < 5; n += 1) await later();
    assert.equal(off(), 0);
    assert.ok(asked >= 5);
    [away, apart.store] = [false, 5 * hour];
    await later();
    await later();
    assert.equal(off(), 5 * hour);
  });
});
