import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { cdrCells, cdrColumns } from '../../../app/core/account/cdr-table.ts';
import { cutOff } from '../../../app/core/account/cut-off.ts';
import {
  monthly,
  summarise,
  summaryId,
  totalNames,
  type NumberedCdr,
} from '../../../app/core/account/summary.ts';
import { sampleCdr } from '../../storage/sample.ts';

const zone = 'America/New_York';

const row = fc
  .record({
    start: fc.date({
      min: new Date('2026-02-27T00:00Z'),
      max: new Date('2026-04-02T00:00Z'),
      noInvalidDate: true,
    }),
    event: fc.constantFrom('call', 'text-out', 'deposit'),
    accountcode: fc.constantFrom('alice', 'bob', ''),
    channel: fc.constantFrom('trunk', 'smpp'),
    billsec: fc.nat(5000),
    segments: fc.nat(5),
    cost: fc.option(fc.nat(1_000_000_000), { nil: undefined }),
    disposition: fc.constantFrom('ANSWERED', 'BUSY'),
  })
  .map(({ cost, ...change }): NumberedCdr => {
    const price = cost === undefined ? {} : { cost, currency: 'EUR', rate: 'r' };
    return { ...sampleCdr({ ...(change as object), ...price }), seq: 1, class: 'standard' };
  });

const sum = (all: readonly { readonly [name in (typeof totalNames)[number]]: number }[]) =>
  totalNames.map((name) => all.reduce((total, one) => total + one[name], 0));

describe('Totals of call detail records', () => {
  it('by mailbox, class and trunk all records are counted, each once a day and once a month', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), (rows) => {
        const all = summarise(rows, zone);
        for (const by of ['mailbox', 'class', 'trunk'])
          for (const length of [7, 10]) {
            const own = all.filter((one) => one.by === by && one.period.length === length);
            assert.equal(sum(own)[0], rows.length);
            assert.equal(
              own.reduce((total, { cost }) => total + cost, 0),
              rows.reduce((total, { cost = 0 }) => total + cost, 0),
            );
          }
      }),
      { numRuns: 30 },
    );
  });

  it('in batches they are the same as in one, and months are the sums of their days', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), fc.nat(40), (rows, at) => {
        const whole = summarise(rows, zone);
        const parts = [...summarise(rows.slice(0, at), zone), ...summarise(rows.slice(at), zone)];
        for (const one of whole) {
          const own = parts.filter((part) => summaryId(part) === summaryId(one));
          assert.deepEqual(sum(own), sum([one]));
        }
        const months = whole.filter(({ period }) => period.length === 7);
        const days = whole.filter(({ period }) => period.length === 10);
        const byId = (list: typeof whole) => new Map(list.map((one) => [summaryId(one), one]));
        assert.deepEqual(byId(monthly(days)), byId(months));
      }),
      { numRuns: 30 },
    );
  });

  it('a day is one of the billing zone, also when clocks change', () => {
    const days = [
      '2026-03-08T04:59:59Z',
      '2026-03-08T05:00:00Z',
      '2026-03-09T03:59:59Z',
      '2026-03-09T04:00Z',
    ];
    const rows = days.map((start) => ({ ...sampleCdr({ start: new Date(start) }), seq: 1, class: '' }));
    const own = rows.map((one) => summarise([one], zone)[0]?.period);
    assert.deepEqual(own, ['2026-03-07', '2026-03-08', '2026-03-08', '2026-03-09']);
  });

  it('what was cut off by a crash lasted until its controller was last seen', () => {
    const start = new Date('2026-01-05T12:00:00Z');
    const answer = new Date('2026-01-05T12:00:10Z');
    const { id: _, ...call } = sampleCdr({ start, answer });
    const cut = cutOff(call, new Date('2026-01-05T12:01:10.900Z'));
    assert.deepEqual(
      [cut.duration, cut.billsec, cut.disposition, cut.incomplete],
      [70, 60, 'ANSWERED', true],
    );
    const before = cutOff(call, new Date('2026-01-05T11:00:00Z'));
    assert.deepEqual([before.duration, before.billsec], [0, 0]);
  });

  it('every field of a record is a column', () => {
    const full: NumberedCdr = { ...sampleCdr({ privacy: true, segments: 2 }), seq: 7, class: 'gold' };
    const cells = cdrCells(full);
    assert.equal(cells.length, cdrColumns.length);
    for (const [name, value] of Object.entries(full)) {
      const cell = cells[cdrColumns.indexOf(name as never)];
      assert.equal(cell, value instanceof Date ? value.toISOString() : String(value), name);
    }
  });
});
