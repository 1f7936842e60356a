import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../../app/core/errors.ts';
import type { E164, MailboxId } from '../../app/core/ids.ts';
import type { Message } from '../../app/core/message/message.ts';
import { createCounting } from '../../app/services/counting.ts';
import { systemClock } from '../../app/telemetry/system-clock.ts';
import { systemRandom } from '../../app/telemetry/system-random.ts';
import { silentLog } from '../ports/silent-log.ts';
import { openTestStore } from '../storage/local-store.ts';
import { sampleDeposit } from '../storage/sample.ts';
import { sendersOf } from './sending-world.ts';

const numbers = Array.from({ length: 6 }, (_, n) => `+1202555${5100 + n}` as E164);
const each = 5;
const never = new AbortController().signal;

describe('What waits on this disk while the store is away', function () {
  this.timeout(60_000);
  let directory: string;
  beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), 'answerback-drain-'))));
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('goes in several at once, each once, those of one number in their order; what the store does not take stays', async () => {
    await using test = await openTestStore();
    const inserted: Message[] = [];
    const busy = new Set<string>();
    let [most, left] = [0, 7];
    const messages = withMethod(test.store.messages, 'insert', async (message: Message) => {
      if (inserted.length >= left) throw new Fault('store-unavailable', 'away', { temporary: true });
      assert.ok(!busy.has(message.mailbox), 'two of one number at once');
      busy.add(message.mailbox);
      most = Math.max(most, busy.size);
      try {
        return await test.store.messages.insert(message);
      } finally {
        busy.delete(message.mailbox);
        inserted.push(message);
      }
    });
    const { spool, deposits } = await sendersOf({ ...test.store, messages }, directory);
    for (let n = 0; n < each; n += 1)
      for (const to of numbers) await spool.put(sampleDeposit(`${to} ${n}`, 400, { to }));

    await assert.rejects(deposits.drain(never), { code: 'store-unavailable' });
    assert.ok(inserted.length >= 7 && spool.size > 0, `${inserted.length} in, ${spool.size} wait`);
    left = Infinity;
    await deposits.drain(never);
    assert.equal(spool.size, 0);
    assert.ok(most > 1, 'several at once');
    for (const number of numbers) {
      const mailbox = await test.store.mailboxes.find(number);
      assert.ok(mailbox !== undefined);
      assert.deepEqual(mailbox.counts, { new: each, old: 0, urgent: 0 });
      const its = inserted
        .filter((one) => one.mailbox === mailbox.id)
        .map(({ envelope }) => envelope.origin.id);
      assert.deepEqual(
        its,
        Array.from({ length: each }, (_, n) => `${number} ${n}`),
      );
    }
  });

  it('costs its mailbox no counting anew where the store was but slow, and is counted once though it was in already', async () => {
    await using test = await openTestStore();
    const [to] = numbers as [E164];
    let [recounts, fault] = [0, 'none' as 'none' | 'before' | 'after'];
    const away = () => new Fault('store-unavailable', 'away', { temporary: true });
    const messages = withMethod(test.store.messages, 'insert', async (message: Message) => {
      if (fault === 'before') throw away();
      const result = await test.store.messages.insert(message);
      if (fault === 'after') throw away();
      return result;
    });
    const mailboxes = withMethod(test.store.mailboxes, 'recount', (id: MailboxId) => {
      recounts += 1;
      return test.store.mailboxes.recount(id);
    });
    const store = { ...test.store, messages, mailboxes };
    const shared = { clock: systemClock, random: systemRandom, log: silentLog };
    const counting = createCounting({ store, ...shared, onCounted: () => undefined });
    const { spool, deposits } = await sendersOf(store, directory, counting);
    await deposits.take(sampleDeposit('first', 400, { to }));
    const mailbox = await test.store.mailboxes.find(to);
    assert.ok(mailbox !== undefined);
    while (!counting.covered()) await new Promise(setImmediate);
    const leave = (id: string) => deposits.take({ ...sampleDeposit(id, 400, { to }), mailbox });
    fault = 'before';
    for (let n = 0; n < each; n += 1) assert.equal((await leave(`slow ${n}`)).kind, 'spooled');
    fault = 'none';
    await deposits.drain(never);
    await counting.flush();
    const counts = async () => (await test.store.mailboxes.find(to))?.counts.new;
    assert.deepEqual([await counts(), recounts, spool.size], [1 + each, 0, 0]);
    fault = 'after';
    assert.equal((await leave('in already')).kind, 'spooled');
    fault = 'none';
    await deposits.drain(never);
    assert.deepEqual([await counts(), recounts, spool.size], [2 + each, 1, 0]);

    // Tries that came to nothing raise nothing: found again at the switch, sent again by the network, its mailbox made anew.
    fault = 'before';
    await leave('again');
    await deposits.take({ ...sampleDeposit('again', 400, { to }), recovered: true });
    await leave('repeated');
    await deposits.take(sampleDeposit('repeated', 400, { to }));
    fault = 'none';
    await deposits.drain(never);
    assert.deepEqual([await counts(), spool.size], [4 + each, 0]);
    fault = 'before';
    await leave('left before');
    await test.store.mailboxes.remove(mailbox.id, new Date());
    await assert.rejects(deposits.drain(never), { code: 'store-unavailable' });
    fault = 'none';
    await deposits.drain(never);
    await counting.stop();
    assert.deepEqual([await counts(), spool.size], [1, 0]);
  });
});

function withMethod<T extends object>(whole: T, method: keyof T, other: unknown): T {
  return new Proxy(whole, {
    get(target, name) {
      if (name === method) return other;
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
