import assert from 'node:assert/strict';
import type { Cdr } from '../../app/core/account/cdr.ts';
import type { Rate } from '../../app/core/account/rate.ts';
import { summarise, summaryId, type NumberedCdr, type Summary } from '../../app/core/account/summary.ts';
import { isTemporary } from '../../app/core/errors.ts';
import type { CdrFilter } from '../../app/ports/billing.ts';
import type { Store } from '../../app/ports/store.ts';
import { createBilling, type Billing, type BillingDeps } from '../../app/services/billing.ts';
import { createExports, type Exports } from '../../app/services/cdr-export.ts';
import { openTables } from '../../app/tables/open.ts';
import { systemRandom } from '../../app/telemetry/system-random.ts';
import { silentLog } from '../ports/silent-log.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';
import { sampleCdr, sampleMailbox } from '../storage/sample.ts';

const never = new AbortController().signal;
const rates: Rate[] = [{ name: 'text', event: 'text-out', unit: 'segment', price: 7000, currency: 'EUR' }];

describe('The books of call detail records', function () {
  this.timeout(60_000);
  let test: TestStore;
  let now: number;
  let exports_: Exports;

  beforeEach(async () => {
    test = await openTestStore();
    now = Date.parse('2026-01-06T09:00:00Z');
    exports_ = createExports({ store: test.store, tables: openTables() });
  });
  afterEach(() => test[Symbol.asyncDispose]());

  const books = (
    change: Partial<BillingDeps> = {},
    store: Pick<Store, 'ledger' | 'summaries'> = test.store,
  ): Billing =>
    createBilling({
      store,
      rates,
      timeZone: 'Europe/Zurich',
      cdrDays: 400,
      summaryDays: 3650,
      clock: { now: () => new Date(now) },
      random: systemRandom,
      log: silentLog,
      ...change,
    });

  const rowAt = (start: string, change: Partial<Cdr> = {}): Cdr =>
    sampleCdr({ start: new Date(start), accountcode: `box-${change.billsec ?? 0}`, ...change });

  const text = (start: string, change: Partial<Cdr> = {}): Cdr =>
    rowAt(start, {
      event: 'text-out',
      direction: 'outbound',
      channel: 'smpp',
      segments: 2,
      billsec: 0,
      ...change,
    });

  async function exported(
    filter: CdrFilter = {},
    after = 0,
  ): Promise<{ rows: NumberedCdr[]; cursor: number }> {
    const rows: NumberedCdr[] = [];
    for (let cursor = after; ;) {
      const page = await exports_.page(filter, cursor, 100);
      rows.push(...page.rows);
      cursor = page.cursor;
      if (page.end) return { rows, cursor };
    }
  }

  async function summaries(from: string, to: string): Promise<Map<string, Summary>> {
    const found = new Map<string, Summary>();
    for (const by of ['mailbox', 'class', 'trunk'] as const)
      for (let after: string | undefined; ;) {
        const page = await test.store.summaries.list({ from, to, by }, after, 50);
        for (const one of page.summaries) found.set(summaryId(one), one);
        after = page.next;
        if (after === undefined) break;
      }
    return found;
  }

  /** What the summaries must be, counted here from the records that were exported. */
  async function assertTrue(): Promise<void> {
    const { rows } = await exported();
    const right = new Map(summarise(rows, 'Europe/Zurich').map((one) => [summaryId(one), one]));
    const there = new Map([
      ...(await summaries('2026-01-01', '2026-01-31')),
      ...(await summaries('2026-01', '2026-01')),
    ]);
    assert.deepEqual(there, right);
  }

  it('written by several at once and numbered by two that do not wait for each other: each is exported once, in one order', async () => {
    const { mailbox } = await test.store.mailboxes.findOrCreate(sampleMailbox({ classOfService: 'gold' }));
    const rows = Array.from({ length: 1500 }, (_, i) =>
      rowAt(new Date(now - (i % 90) * 1_000_000).toISOString(), {
        accountcode: i % 3 === 0 ? mailbox.id : `box-${i % 7}`,
        billsec: i % 60,
      }),
    );
    const posters = [books(), books()];
    const work = { writing: true };
    const post = async (own: Billing): Promise<void> => {
      // A lease that has ended at once: whoever comes takes it, also in the other's midst.
      while (work.writing) {
        now += 61_000;
        await own.post(never).catch((error: unknown) => assert.ok(isTemporary(error), String(error)));
      }
    };
    const got: NumberedCdr[] = [];
    let cursor = 0;
    const read = async (): Promise<void> => {
      const { rows, cursor: next } = await exported({}, cursor);
      got.push(...rows);
      cursor = next;
    };
    const reading = (async () => {
      while (work.writing) await read();
    })();
    const posting = posters.map(post);
    await Promise.all(
      [0, 1, 2].map(async (lane) => {
        for (let i = lane * 500; i < (lane + 1) * 500; i += 50) {
          await test.store.cdrs.insert(rows.slice(i, i + 50));
          // Told twice, as after a crash.
          await test.store.cdrs.insert(rows.slice(i, i + 20));
        }
      }),
    );
    work.writing = false;
    await Promise.all([...posting, reading]);
    await posters[0]?.post(never);
    now += 61_000;
    await posters[1]?.post(never);
    await read();
    assert.deepEqual(
      got.map(({ seq }) => seq),
      rows.map((_, i) => i + 1),
    );
    assert.deepEqual(new Set(got.map(({ id }) => id)), new Set(rows.map(({ id }) => id)));
    assert.equal(got.find(({ accountcode }) => accountcode === mailbox.id)?.class, 'gold');
    await assertTrue();
  });

  it('whoever dies in the middle of a batch leaves nothing counted twice, and nothing left out', async () => {
    await test.store.cdrs.insert(
      Array.from({ length: 30 }, (_, i) => rowAt('2026-01-05T12:00:00Z', { billsec: i })),
    );
    const { ledger, summaries } = test.store;
    const dying = (change: object, of: object): object =>
      new Proxy(of, { get: (target, name) => Reflect.get({ ...bound(target), ...change }, name) as unknown });
    const dead = async (): Promise<never> => {
      throw new Error('killed');
    };
    const halfway: typeof summaries.add = async (all, through) => {
      await summaries.add(all.slice(0, all.length / 2), through);
      await dead();
    };
    const deaths = [
      { ledger, summaries: dying({ add: halfway }, summaries) },
      { ledger: dying({ posted: dead }, ledger), summaries },
    ] as unknown as Pick<Store, 'ledger' | 'summaries'>[];
    for (const store of deaths) await assert.rejects(books({}, store).post(never), /killed/);
    await test.store.cdrs.insert([rowAt('2026-01-05T13:00:00Z')]);
    assert.equal(await books().post(never), 31);
    await assertTrue();
  });

  it('one whose lease ended while it slept changes nothing that the next has closed', async () => {
    await test.store.cdrs.insert([rowAt('2026-01-05T12:00:00Z'), rowAt('2026-01-05T12:00:01Z')]);
    const slept = await test.store.ledger.lease('slept', new Date(now - 3_600_000), 1000);
    assert.ok(slept);
    assert.equal(await books().post(never), 2);
    await test.store.cdrs.insert([rowAt('2026-01-05T12:00:02Z')]);
    // It numbers from where the books stood then: its numbers are taken, and the batch is the next one's to close.
    const woke = await test.store.ledger.number(slept, new Date(now), 10);
    assert.equal(woke.through, 2);
    assert.equal(await books().post(never), 1);
    const { rows } = await exported();
    assert.deepEqual(
      rows.map(({ seq }) => seq),
      [1, 2, 3],
    );
    await assertTrue();
  });

  it('a record that comes days late is in the sums of its own day, and in the next export', async () => {
    await test.store.cdrs.insert([
      text('2026-01-05T12:00:00Z', { cost: 14_000, currency: 'EUR', rate: 'text' }),
    ]);
    await books().post(never);
    const { cursor } = await exported();
    now += 3 * 86_400_000;
    const late = text('2026-01-05T22:59:59Z', { cost: 14_000, currency: 'EUR', rate: 'text' });
    await test.store.cdrs.insert([late, text('2026-01-05T23:00:00Z')]);
    await books().post(never);
    const next = await exported(
      { from: new Date('2026-01-05T00:00:00Z'), to: new Date('2026-01-05T23:00:00Z') },
      cursor,
    );
    assert.deepEqual(
      next.rows.map(({ id }) => id),
      [late.id],
    );
    const day = [...(await summaries('2026-01-05', '2026-01-05')).values()].find(({ by }) => by === 'trunk');
    assert.deepEqual([day?.count, day?.segments, day?.cost], [2, 4, 28_000]);
    await assertTrue();
  });

  it('the newest come first, past numbers that nobody has any more', async () => {
    const rows = [1, 2, 3].map((n) => rowAt(`2026-01-05T12:00:0${n}Z`));
    for (const row of rows) {
      await test.store.cdrs.insert([row]);
      await books().post(never);
    }
    const { id: _id, ...newest } = rowAt('2026-01-06T12:00:00Z');
    const database = test.client.db(test.database);
    await database.collection<{ _id: string }>('cdrs').insertOne({ _id, ...newest, seq: 1_000_000 } as never);
    await database
      .collection<{ _id: string }>('ledger')
      .updateOne({ _id: 'cdrs' }, { $set: { through: 1_000_000 } });
    const page = await exports_.pageBack({}, undefined, 3);
    const next = await exports_.pageBack({}, page.cursor, 3);
    const day = await exports_.pageBack({ to: new Date('2026-01-05T12:00:03Z') }, undefined, 3);
    assert.deepEqual(
      [page, next, day].map((one) => [one.rows.map(({ seq }) => seq), one.end]),
      [
        [[1_000_000, 3, 2], false],
        [[1], true],
        [[2, 1], true],
      ],
    );
    assert.deepEqual(await exports_.pageBack({ events: ['purge'] }, undefined, 3), {
      rows: [],
      cursor: 1,
      end: true,
    });
  });

  it('a day counted anew is the same; priced anew it has the new prices, and its month too', async () => {
    await test.store.cdrs.insert(
      Array.from({ length: 40 }, (_, i) =>
        text(`2026-01-0${1 + (i % 5)}T12:00:00Z`, { accountcode: `box-${i % 4}` }),
      ),
    );
    await books().post(never);
    const before = [await summaries('2026-01-01', '2026-01-31'), await summaries('2026-01', '2026-01')];
    assert.deepEqual(await books().rebuild('2026-01-01', '2026-01-05', false), {
      kind: 'done',
      records: 40,
      repriced: 0,
    });
    assert.deepEqual(
      [await summaries('2026-01-01', '2026-01-31'), await summaries('2026-01', '2026-01')],
      before,
    );
    const { cursor, rows: cheap } = await exported();
    const priced = await books().rebuild('2026-01-02', '2026-01-03', true);
    assert.deepEqual(priced, { kind: 'done', records: 16, repriced: 16 });
    const dear = (await exported({}, cursor)).rows;
    assert.deepEqual(
      dear.map(({ id, cost }) => `${id} ${cost}`).toSorted(),
      cheap
        .filter(({ start }) => ['02', '03'].includes(start.toISOString().slice(8, 10)))
        .map(({ id }) => `${id} 14000`)
        .toSorted(),
      'the next export has the rows with another price, and no others',
    );
    const costs = (await exported()).rows.map(({ cost = 0 }) => cost);
    assert.equal(
      costs.reduce((sum, one) => sum + one, 0),
      16 * 14_000,
    );
    await assertTrue();
    // Adding goes on where counting anew has ended.
    await test.store.cdrs.insert([text('2026-01-02T12:00:00Z', { accountcode: 'box-1' })]);
    await books().post(never);
    await assertTrue();
  });

  it('who loses the books while counting anew puts nothing in place of newer sums', async () => {
    await test.store.cdrs.insert([text('2026-01-05T12:00:00Z')]);
    await books().post(never);
    const { ledger } = test.store;
    const taken = {
      ...(bound(ledger) as unknown as typeof ledger),
      async *startedWithin(...range: Parameters<typeof ledger.startedWithin>) {
        yield* ledger.startedWithin(...range);
        // It took longer than its lease: another has the books, and counts what has come.
        now += 61_000;
        await test.store.cdrs.insert([text('2026-01-05T13:00:00Z')]);
        await books().post(never);
      },
    };
    const late = books({ store: { ledger: taken, summaries: test.store.summaries } });
    assert.deepEqual(await late.rebuild('2026-01-05', '2026-01-05', false), { kind: 'busy' });
    await assertTrue();
  });

  it('records that are too old go, their sums stay, and such a day is not counted anew', async () => {
    await test.store.cdrs.insert([rowAt('2024-11-05T12:00:00Z'), rowAt('2026-01-05T12:00:00Z')]);
    await books().post(never);
    const { rows } = await exported();
    assert.deepEqual(
      rows.map(({ seq }) => seq),
      [2],
    );
    assert.equal((await summaries('2024-11', '2024-11')).size, 3);
    assert.deepEqual(await books().rebuild('2024-11-05', '2024-11-06', true), {
      kind: 'too-old',
      day: '2024-11-05',
    });
    await books({ summaryDays: 31 }).post(never);
    assert.equal((await summaries('2024-11', '2024-11')).size, 0);
  });

  it('as a table and as lines of JSON: filtered, with a cursor, and nothing that a spreadsheet would run', async () => {
    await test.store.cdrs.insert([
      rowAt('2026-01-05T12:00:00Z', { accountcode: 'box-1', clid: '=cmd|x' }),
      text('2026-01-05T12:00:01Z', { accountcode: 'box-1' }),
      text('2026-01-05T12:00:02Z', { accountcode: 'box-2' }),
    ]);
    await books().post(never);
    const table: string[] = [];
    for await (const line of exports_.cdrs({}, 'csv')) table.push(line);
    assert.equal(table.length, 4);
    assert.match(table[0] ?? '', /^seq,id,event,direction,src,/);
    assert.ok(table.join('').includes("'=cmd|x"));
    const lines = exports_.cdrs({ mailbox: 'box-1', events: ['text-out'] }, 'jsonl');
    const first = await lines.next();
    const object = JSON.parse(String(first.value)) as Record<string, unknown>;
    assert.deepEqual([object['accountcode'], object['segments'], object['seq']], ['box-1', 2, 2]);
    assert.deepEqual(await lines.next(), { done: true, value: 3 });
    const none = exports_.cdrs({ trunk: 'smpp' }, 'jsonl', 3);
    assert.deepEqual(await none.next(), { done: true, value: 3 });
    const sums: string[] = [];
    const filter = { from: '2026-01-05', to: '2026-01-05', by: 'mailbox', name: 'box-2' } as const;
    for await (const line of exports_.summaries(filter, 'csv')) sums.push(line);
    assert.deepEqual(sums.slice(1), ['2026-01-05,mailbox,box-2,text-out,outbound,,1,1,9,0,2,0,0,0\r\n']);
  });
});

/** Methods that know whose they are. */
function bound(of: object): Record<string, unknown> {
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(of));
  return Object.fromEntries(
    names.map((name) => [name, (Reflect.get(of, name) as (...given: unknown[]) => unknown).bind(of)]),
  );
}
