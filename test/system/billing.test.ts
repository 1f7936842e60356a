import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { NumberedCdr } from '../../app/core/account/summary.ts';
import type { E164 } from '../../app/core/ids.ts';
import { createBilling } from '../../app/services/billing.ts';
import { createExports } from '../../app/services/cdr-export.ts';
import { openTables } from '../../app/tables/open.ts';
import { systemClock } from '../../app/telemetry/system-clock.ts';
import { systemRandom } from '../../app/telemetry/system-random.ts';
import { billedCalls, type BilledKind } from '../../scripts/bench/billed-calls.ts';
import { openSmsc, type Smsc } from '../../scripts/smsc/smsc.ts';
import { silentLog } from '../ports/silent-log.ts';
import { babble } from '../audio/babble.ts';
import { leaveMessage } from './leave-message.ts';
import { access, openSystem, type System } from './system.ts';

const alice = '+12025550123';
const carol = '+12025550148' as E164;
const called = '+12025560001';
const segmentPrice = 7000;

describe('Call detail records beside what others counted', function () {
  this.timeout(120_000);
  let smsc: Smsc;
  let system: System;
  let running: number;

  before(async () => {
    smsc = await openSmsc();
    system = await openSystem({
      standard: { notify: [{ gateway: 'smpp', to: 'subscriber' }] },
      config: {
        numbers: {
          access: [access],
          country: 'US',
          ranges: [
            { prefix: '+1202555', class: 'standard' },
            { prefix: '+1202556', class: 'called' },
          ],
        },
        classes: { called: { notify: [], welcome: false, deliverByCall: true } },
        smpp: [{ name: 'mobile', host: '127.0.0.1', port: smsc.port, systemId: 'answerback', from: access }],
        billing: {
          rates: [
            {
              name: 'sms',
              event: 'text-out',
              trunk: 'smpp',
              unit: 'segment',
              price: segmentPrice,
              currency: 'EUR',
            },
            {
              name: 'out',
              event: 'call',
              direction: 'outbound',
              unit: 'second',
              price: 300,
              currency: 'EUR',
            },
          ],
        },
      },
      env: { SMPP_PASSWORD_MOBILE: 'secret' },
    });
    await smsc.until(() => smsc.receivers > 0);
    running = 0;
  });
  after(async () => {
    await system?.[Symbol.asyncDispose]();
    await smsc?.[Symbol.asyncDispose]();
  });

  /** All records, once there are so many that are as they must be. */
  async function records(count: number, which: (row: NumberedCdr) => boolean): Promise<NumberedCdr[]> {
    const { store } = system;
    const own = { rates: [], timeZone: 'UTC', cdrDays: 400, summaryDays: 3650 };
    const books = createBilling({ store, ...own, clock: systemClock, random: systemRandom, log: silentLog });
    const exports_ = createExports({ store, tables: openTables() });
    const deadline = AbortSignal.timeout(45_000);
    for (;;) {
      await books.post(deadline);
      const rows = (await exports_.page({}, 0, 100_000)).rows.filter(which);
      if (rows.length >= count) return rows;
      assert.ok(!deadline.aborted, `${rows.length} of ${count} records`);
    }
  }

  const calls = (kind: BilledKind, count: number, to: (n: number) => string, from: (n: number) => string) =>
    billedCalls({
      server: { host: system.asterisk.sipHost, port: system.asterisk.sipPort },
      kind,
      calls: Array.from({ length: count }, (_, n) => ({
        to: to(n),
        from: from(n),
        holdMs: 700 + ((n * 377) % 3000),
      })),
      callsPerSecond: 20,
      folder: join(system.directory, `sipp-${kind}`),
      rtpPorts: [30_000 + 1000 * (running += 1), 30_999 + 1000 * running],
    });

  it('S23: sixty calls of three kinds: each that SIPp made has its record, and was as long as SIPp says', async () => {
    const caller = (n: number) => `+1415556${String(n).padStart(4, '0')}`;
    const runs = await Promise.all([
      calls('caller-ends', 40, (n) => `+120255501${String(n).padStart(2, '0')}`, caller),
      calls('switch-ends', 10, (n) => `+141555501${String(n).padStart(2, '0')}`, caller),
      // Our own number: a call of ours that a network brings back.
      calls(
        'busy',
        10,
        () => carol,
        () => access,
      ),
    ]);
    assert.deepEqual(
      runs.map(({ successful, failed }) => [successful, failed]),
      [
        [40, 0],
        [10, 0],
        [10, 0],
      ],
    );
    const rows = await records(60, ({ event, direction }) => event === 'call' && direction === 'inbound');
    const sipp = new Map(runs.flatMap((one) => [...one.calls]));
    assert.deepEqual(new Set(rows.map(({ linkedid }) => linkedid)), new Set(sipp.keys()));
    assert.equal(rows.length, 60);
    for (const { linkedid, disposition, billsec, lastapp, hangup_cause } of rows) {
      const { answered, ms } = sipp.get(linkedid) ?? {};
      assert.equal(disposition, answered === true ? 'ANSWERED' : 'BUSY', `${lastapp} ${hangup_cause}`);
      // Whole seconds, and the way of the answer and of the BYE on a busy machine.
      if (ms !== undefined)
        assert.ok(Math.abs(billsec + 0.5 - ms / 1000) <= 1.5, `${billsec} s, SIPp ${ms} ms`);
    }
    const sums = await system.store.summaries.list(
      { from: '2000-01-01', to: '2099-12-31', by: 'trunk', name: 'trunk' },
      undefined,
      100,
    );
    const total = sums.summaries.filter(({ event }) => event === 'call');
    const sumOf = (name: 'count' | 'answered' | 'billsec') => total.reduce((sum, one) => sum + one[name], 0);
    assert.deepEqual(
      [sumOf('count'), sumOf('answered'), sumOf('billsec')],
      [60, 50, rows.reduce((sum, { billsec }) => sum + billsec, 0)],
    );
  });

  it('S23: texts: as many short messages as the SMSC counted, out and in, also of long ones, each with its price', async () => {
    const words = 'The quick brown fox jumps over the lazy dog – ĄĘŁ. '.repeat(4).trim();
    const part = (text: string, number: number, total: number) => ({
      from: alice,
      to: carol,
      message: Buffer.concat([
        Buffer.from([5, 0, 3, 77, total, number]),
        Buffer.from(text, 'utf16le').swap16(),
      ]),
      fields: { esm_class: 0x40, data_coding: 8 },
    });
    const cut = [words.slice(0, 67), words.slice(67, 134), words.slice(134, 201), words.slice(201)];
    const parts = cut.filter((one) => one !== '');
    for (const [i, one] of parts.entries())
      assert.equal(await smsc.deliver(part(one, i + 1, parts.length)), 0);
    await smsc.until(
      () => smsc.submitted.some(({ to, body }) => to === carol && /New text/.test(body)),
      20_000,
    );
    // All its words, in parts.
    assert.equal(await smsc.deliver({ from: carol, to: access, message: 'TEXT' }), 0);
    await smsc.until(
      () =>
        smsc.submitted.some(
          ({ to, part }) => to === carol && part?.[1] === part?.[2] && (part?.[2] ?? 0) > 2,
        ),
      20_000,
    );
    const incoming = await records(2, ({ event }) => event === 'text-in');
    assert.deepEqual(
      incoming.map(({ segments }) => segments),
      [parts.length, 1],
    );
    const texts = new Set(
      smsc.submitted.map(({ messageId, part }) =>
        part === undefined || part[1] === part[2] ? messageId : '',
      ),
    );
    texts.delete('');
    const outgoing = await records(texts.size, ({ event }) => event === 'text-out');
    assert.deepEqual(new Set(outgoing.map(({ providerid }) => providerid?.replace('mobile:', ''))), texts);
    const segments = outgoing.reduce((sum, row) => sum + (row.segments ?? 0), 0);
    assert.equal(segments, smsc.submitted.length);
    assert.ok(outgoing.some((row) => (row.segments ?? 0) > 2));
    assert.equal(
      outgoing.reduce((sum, { cost = 0 }) => sum + cost, 0),
      segments * segmentPrice,
    );
  });

  it('S23: a controller that is killed while a call out is up: the call is on the bill', async () => {
    const phone = await system.phone(alice);
    await leaveMessage(phone, called, babble(2000, 3));
    const out = await system.network.incoming({ where: ({ to }) => to === called, timeoutMs: 20_000 });
    await out.up();
    // Its offer is heard: the answer is known to the controller.
    await out.soundAfter(0);
    await system.controller.kill('SIGKILL');
    await system.restart();
    const [row] = await records(1, ({ event, direction }) => event === 'call' && direction === 'outbound');
    assert.ok(row);
    assert.deepEqual(
      [row.dst, row.lastapp, row.disposition, row.incomplete],
      [called, 'deliver', 'ANSWERED', true],
    );
    assert.deepEqual([row.cost, row.class], [row.billsec * 300, 'called']);
  });
});
