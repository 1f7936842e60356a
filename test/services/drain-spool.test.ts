import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../../app/core/errors.ts';
import type { E164 } from '../../app/core/ids.ts';
import type { Message } from '../../app/core/message/message.ts';
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
    const messages = new Proxy(test.store.messages, {
      get(target, name) {
        const value = Reflect.get(target, name) as unknown;
        if (name !== 'insert') return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        return async (message: Message) => {
          if (inserted.length >= left) throw new Fault('store-unavailable', 'away', { temporary: true });
          assert.ok(!busy.has(message.mailbox), 'two of one number at once');
          busy.add(message.mailbox);
          most = Math.max(most, busy.size);
          try {
            return await target.insert(message);
          } finally {
            busy.delete(message.mailbox);
            inserted.push(message);
          }
        };
      },
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
});
