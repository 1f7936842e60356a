import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { chargeOf, priceOf, rateProblems, type Rate } from '../../../app/core/account/rate.ts';
import { sampleCdr } from '../../storage/sample.ts';

const landline: Rate = {
  name: 'uk',
  event: 'call',
  direction: 'outbound',
  prefix: '+44',
  unit: 'minute',
  price: 24_000,
  currency: 'EUR',
};

const units = fc.constantFrom('second', 'minute', 'call', 'segment', 'page', 'megabyte');
const price = fc.integer({ min: 0, max: 1_000_000_000_000 });
const step = fc.integer({ min: 1, max: 1_000_000_000 });
const tariff = fc.record(
  { unit: units, price, initial: step, increment: step },
  { requiredKeys: ['unit', 'price'] },
) as fc.Arbitrary<Pick<Rate, 'unit' | 'price' | 'initial' | 'increment'>>;
const quantity = fc.integer({ min: 1, max: 10_000_000 });

describe('What an event costs', () => {
  it('minutes in steps: 60/6 charges the first minute whole, then every six seconds begun', () => {
    const rate = { unit: 'minute', price: 24_000, initial: 60, increment: 6 } as const;
    const charged = [0, 1, 60, 61, 66, 67, 120].map((seconds) => Number(chargeOf(seconds, rate)));
    assert.deepEqual(charged, [0, 24_000, 24_000, 26_400, 26_400, 28_800, 48_000]);
  });

  it('a step whose price is no whole micro-unit costs the next whole one', () => {
    assert.equal(chargeOf(1, { unit: 'minute', price: 100, initial: 1, increment: 1 }), 2n);
    assert.equal(chargeOf(60, { unit: 'minute', price: 100, initial: 1, increment: 1 }), 120n);
    assert.equal(chargeOf(60, { unit: 'minute', price: 100 }), 100n);
  });

  it('more never costs less, and nothing costs nothing', () => {
    fc.assert(
      fc.property(tariff, quantity, quantity, (rate, one, more) => {
        assert.ok(chargeOf(one + more, rate) >= chargeOf(one, rate));
        assert.equal(chargeOf(0, rate), 0n);
      }),
    );
  });

  it('each further increment costs the same, to the micro-unit', () => {
    fc.assert(
      fc.property(tariff, quantity, fc.integer({ min: 1, max: 1000 }), (rate, begun, n) => {
        const size = { second: 1, minute: 60, megabyte: 1_000_000, call: 1, segment: 1, page: 1, message: 1 };
        const increment = rate.increment ?? size[rate.unit];
        const from = Math.max(begun, rate.initial ?? size[rate.unit]);
        const one = chargeOf(from + increment, rate) - chargeOf(from, rate);
        assert.equal(chargeOf(from + n * increment, rate) - chargeOf(from, rate), BigInt(n) * one);
      }),
    );
  });

  it('never less than the exact share of the price, and less than one micro-unit a step more', () => {
    fc.assert(
      fc.property(price, step, quantity, (each, increment, seconds) => {
        const rate = { unit: 'minute', price: each, initial: increment, increment } as const;
        const steps = BigInt(Math.ceil(seconds / increment));
        const exact60 = BigInt(each) * steps * BigInt(increment);
        const over60 = chargeOf(seconds, rate) * 60n - exact60;
        assert.ok(over60 >= 0n && over60 < steps * 60n);
      }),
    );
  });

  it('the longest prefix decides, then the first in the table; without a match there is no price', () => {
    const rates: Rate[] = [
      { ...landline, name: 'any', prefix: undefined, price: 1 },
      landline,
      { ...landline, name: 'uk again' },
      { ...landline, name: 'uk mobile', prefix: '+447' },
    ];
    const to = (dst: string) => priceOf(sampleCdr({ direction: 'outbound', dst, billsec: 1 }), rates);
    assert.deepEqual(to('+447911123456'), { cost: 24_000, currency: 'EUR', rate: 'uk mobile' });
    assert.deepEqual(to('+442079460000'), { cost: 24_000, currency: 'EUR', rate: 'uk' });
    assert.deepEqual(to('+33142278186'), { cost: 1, currency: 'EUR', rate: 'any' });
    assert.deepEqual(priceOf(sampleCdr({ direction: 'inbound' }), rates), {});
  });

  it('trunk, kind and direction narrow a rate down; pages are of faxes, and cost what was confirmed', () => {
    const rates: Rate[] = [
      { name: 'page', event: 'call', kind: 'fax', unit: 'page', price: 50_000, currency: 'EUR' },
      { name: 'sms', event: 'text-out', trunk: 'smpp', unit: 'segment', price: 7_000, currency: 'EUR' },
    ];
    const fax = sampleCdr({ faxpages: 3, faxstatus: 'FAILED', disposition: 'ANSWERED' });
    assert.deepEqual(priceOf(fax, rates), { cost: 150_000, currency: 'EUR', rate: 'page' });
    assert.deepEqual(priceOf(sampleCdr(), rates), {});
    const text = sampleCdr({ event: 'text-out', channel: 'smpp', segments: 3 });
    assert.deepEqual(priceOf(text, rates), { cost: 21_000, currency: 'EUR', rate: 'sms' });
    assert.deepEqual(priceOf({ ...text, channel: 'twilio' }, rates), {});
    assert.equal((priceOf({ ...text, disposition: 'NO ANSWER' }, rates) as { cost: number }).cost, 0);
  });

  it('a price beyond what a number holds exactly is not written down as something else', () => {
    const rates = [{ ...landline, unit: 'second', price: 1_000_000_000_000 } as const];
    const dear = sampleCdr({ direction: 'outbound', dst: '+442079460000', billsec: 10_000_000 });
    assert.equal(priceOf(dear, rates), 'too-much');
  });

  it('tables that cannot be meant so are told', () => {
    assert.deepEqual(rateProblems([landline, { ...landline, unit: 'segment' }]), [
      'uk: there are two of this name',
      'uk: no segments are counted of call',
    ]);
  });
});
