import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { quietUntil } from '../../../app/core/notification/quiet-hours.ts';
import { localTime } from '../../../app/core/time/local-time.ts';

const zones = [
  'UTC',
  'America/New_York',
  'Europe/Madrid',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'America/St_Johns',
];
const instant = fc.date({
  min: new Date('2020-01-01T00:00:00Z'),
  max: new Date('2030-12-31T00:00:00Z'),
  noInvalidDate: true,
});
const minute = fc.integer({ min: 0, max: 1439 });
const time = (m: number) =>
  `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`;

/** The plain meaning, by the clock on the wall. */
function isQuiet(at: Date, from: number, to: number, timeZone: string): boolean {
  const { minute: now } = localTime(at, timeZone);
  if (from === to) return false;
  return from < to ? now >= from && now < to : now >= from || now < to;
}

describe('Quiet hours', () => {
  const night = { from: '22:00', to: '07:00' };

  it('go over midnight, in the subscriber’s zone', () => {
    const until = (at: string, timeZone: string) =>
      quietUntil(new Date(at), { quietHours: night, timeZone })?.toISOString();
    assert.equal(until('2026-01-10T02:59:59Z', 'America/New_York'), undefined);
    assert.equal(until('2026-01-10T03:00:00Z', 'America/New_York'), '2026-01-10T12:00:00.000Z');
    assert.equal(until('2026-01-10T11:59:59Z', 'America/New_York'), '2026-01-10T12:00:00.000Z');
    assert.equal(until('2026-01-10T12:00:00Z', 'America/New_York'), undefined);
    assert.equal(until('2026-01-10T03:00:00Z', 'UTC'), '2026-01-10T07:00:00.000Z');
  });

  it('a night in which the clock is put forward is shorter, one in which it is put back longer', () => {
    const profile = { quietHours: night, timeZone: 'America/New_York' };
    assert.equal(
      quietUntil(new Date('2026-03-08T04:00:00Z'), profile)?.toISOString(),
      '2026-03-08T11:00:00.000Z',
    );
    assert.equal(
      quietUntil(new Date('2026-11-01T03:00:00Z'), profile)?.toISOString(),
      '2026-11-01T12:00:00.000Z',
    );
  });

  it('an end that the clock jumps over is when it has jumped', () => {
    const profile = { quietHours: { from: '22:00', to: '02:30' }, timeZone: 'America/New_York' };
    assert.equal(
      quietUntil(new Date('2026-03-08T05:00:00Z'), profile)?.toISOString(),
      '2026-03-08T07:00:00.000Z',
    );
  });

  it('none, or from and to the same: never quiet', () => {
    fc.assert(
      fc.property(instant, minute, (at, m) => {
        assert.equal(quietUntil(at, { timeZone: 'UTC' }), undefined);
        assert.equal(
          quietUntil(at, { quietHours: { from: time(m), to: time(m) }, timeZone: 'UTC' }),
          undefined,
        );
      }),
    );
  });

  it('a zone that nobody knows counts as UTC', () => {
    const at = new Date('2026-01-10T23:00:00Z');
    assert.deepEqual(
      quietUntil(at, { quietHours: night, timeZone: 'Mars/Olympus' }),
      quietUntil(at, { quietHours: night, timeZone: 'UTC' }),
    );
  });

  it('for any hours, zone and time: within them there is an end, the first minute that is not quiet; outside none', () => {
    fc.assert(
      fc.property(instant, minute, minute, fc.constantFrom(...zones), (at, from, to, timeZone) => {
        const end = quietUntil(at, { quietHours: { from: time(from), to: time(to) }, timeZone });
        if (!isQuiet(at, from, to, timeZone)) {
          assert.equal(end, undefined);
          return;
        }
        assert.ok(end !== undefined && end > at, 'there is an end, and it is to come');
        assert.ok(end.getTime() - at.getTime() < 51 * 3_600_000, 'it is not far');
        assert.equal(isQuiet(end, from, to, timeZone), false, 'it is not quiet then');
        // Every ten minutes before it, and the minute before it, are quiet.
        for (let ms = end.getTime() - 60_000; ms > at.getTime(); ms -= 600_000)
          assert.ok(isQuiet(new Date(ms), from, to, timeZone), new Date(ms).toISOString());
      }),
      { numRuns: 500 },
    );
  });

  it('around changes of the clock as well', () => {
    const changes = [
      '2026-03-08T07:00:00Z',
      '2026-11-01T06:00:00Z',
      '2026-03-29T01:00:00Z',
      '2026-10-25T01:00:00Z',
    ];
    const near = fc
      .tuple(fc.constantFrom(...changes), fc.integer({ min: -1500, max: 300 }))
      .map(([change, minutes]) => new Date(Date.parse(change) + minutes * 60_000));
    const zone = fc.constantFrom('America/New_York', 'Europe/Madrid');
    fc.assert(
      fc.property(near, minute, minute, zone, (at, from, to, timeZone) => {
        const end = quietUntil(at, { quietHours: { from: time(from), to: time(to) }, timeZone });
        if (!isQuiet(at, from, to, timeZone)) assert.equal(end, undefined);
        else {
          assert.ok(end !== undefined && end > at);
          assert.equal(isQuiet(end, from, to, timeZone), false);
          for (let ms = end.getTime() - 60_000; ms > at.getTime(); ms -= 300_000)
            assert.ok(isQuiet(new Date(ms), from, to, timeZone));
        }
      }),
      { numRuns: 1000 },
    );
  });
});
