import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { FreshArrival } from '../../app/ports/arrivals.ts';
import { openTestStore, type TestStore } from './local-store.ts';

const start = new Date('2026-01-05T12:00:00Z');
const later = (ms: number): Date => new Date(start.getTime() + ms);
const text = { network: 'sms', trunk: 'smpp:home', from: '+12025550123', to: '+12025550147' } as const;

function fresh(due = later(300_000)): FreshArrival {
  return { id: randomUUID(), received: start, due, expires: later(86_400_000_000) };
}

describe('Texts that have not come whole', function () {
  this.timeout(60_000);
  let opened: TestStore;

  before(async () => {
    opened = await openTestStore();
  });
  after(() => opened[Symbol.asyncDispose]());

  const part = (key: string, number: number, body: string, total = 3) => ({ key, text, total, number, body });

  it('a hundred parts that come at once are one text of a hundred parts', async () => {
    const { arrivals } = opened.store;
    const key = randomUUID();
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, i) => arrivals.addPart(part(key, i + 1, `part ${i}`, 100), fresh())),
    );
    const sizes = results.map((one) => (one.kind === 'kept' ? (one.arrival.parts?.bodies.size ?? 0) : 0));
    assert.equal(Math.max(...sizes), 100);
    assert.equal(sizes.filter((one) => one === 100).length, 1, 'one of them completes it');
    assert.equal(new Set(results.map((one) => (one.kind === 'kept' ? one.arrival.id : ''))).size, 1);
  });

  it('a repeat changes nothing, before and after it is done; another text is told apart', async () => {
    const { arrivals } = opened.store;
    const key = randomUUID();
    await arrivals.addPart(part(key, 1, 'a'), fresh());
    const again = await arrivals.addPart(part(key, 1, 'a'), fresh());
    assert.ok(again.kind === 'kept' && again.arrival.parts?.bodies.size === 1);
    const other = await arrivals.addPart(part(key, 1, 'b'), fresh());
    assert.ok(other.kind === 'other' && !other.done && other.arrival.id === again.arrival.id);
    await arrivals.done(key, again.arrival.id, later(1000));
    assert.deepEqual(await arrivals.addPart(part(key, 1, 'a'), fresh()), { kind: 'repeat' });
    const late = await arrivals.addPart(part(key, 2, 'c'), fresh());
    assert.ok(late.kind === 'other' && late.done);
    await arrivals.end(key, again.arrival.id);
    const anew = await arrivals.addPart(part(key, 2, 'c'), fresh());
    assert.ok(anew.kind === 'kept' && anew.arrival.id !== again.arrival.id);
  });

  it('one whose time has come is taken by one worker alone, and again when its lease ends', async () => {
    const { arrivals } = opened.store;
    const key = randomUUID();
    const whole = {
      ...text,
      id: 'MM1',
      body: 'Hi',
      truncated: false,
      media: [{ url: 'https://x.example/' }],
    };
    assert.equal(await arrivals.keep(key, whole, fresh(start)), true);
    assert.equal(await arrivals.keep(key, whole, fresh(start)), false);
    const taken = await Promise.all(Array.from({ length: 10 }, () => arrivals.takeDue(start, 1000)));
    const [one, ...more] = taken.filter((each) => each !== undefined);
    assert.deepEqual(more, []);
    assert.equal(one?.tries, 0);
    assert.deepEqual(one?.text, whole);
    assert.deepEqual(await arrivals.nextDue(), later(1000));
    assert.equal((await arrivals.takeDue(later(1000), 1000))?.tries, 1);
    await arrivals.putOff(key, one.id, later(5000));
    assert.equal(await arrivals.takeDue(later(4999), 1000), undefined);
    await arrivals.done(key, one.id, later(10_000));
    assert.equal(await arrivals.takeDue(later(9000), 1000), undefined);
    assert.equal(await arrivals.keep(key, whole, fresh()), false, 'a repeat after it is done');
  });

  it('what a network gives without an id keeps the first one until it is ended', async () => {
    const { arrivals } = opened.store;
    const key = randomUUID();
    const all = await Promise.all(Array.from({ length: 10 }, () => arrivals.begin(key, fresh())));
    assert.equal(new Set(all.map((one) => one.id)).size, 1);
    assert.deepEqual(all[0]?.received, start);
    await arrivals.end(key, 'another');
    assert.equal((await arrivals.begin(key, fresh())).id, all[0]?.id);
    await arrivals.end(key, all[0].id);
    assert.notEqual((await arrivals.begin(key, fresh())).id, all[0]?.id);
  });
});
