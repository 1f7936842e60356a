import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { MailboxId } from '../../app/core/ids.ts';
import { openTestStore, type TestStore } from './local-store.ts';
import { at } from './sample.ts';

const box = (): MailboxId => randomUUID() as MailboxId;

describe('storage: PINs, codes, audit', function () {
  this.timeout(60_000);
  let opened: TestStore;
  const store = () => opened.store;
  before(async () => (opened = await openTestStore()));
  after(async () => opened[Symbol.asyncDispose]());

  describe('PINs', () => {
    const set = (mailbox: MailboxId, hash: string, mustChange = false) =>
      store().credentials.setPin({ mailbox, hash, set: at(1), mustChange, keep: 5 });

    it('are set over one another, and the last five are remembered', async () => {
      const mailbox = box();
      assert.equal(await store().credentials.get(mailbox), undefined);
      for (const hash of ['a', 'b', 'c', 'd', 'e', '$argon2id$v=19$f']) await set(mailbox, hash);
      assert.deepEqual(await store().credentials.get(mailbox), {
        mailbox,
        hash: '$argon2id$v=19$f',
        history: ['$argon2id$v=19$f', 'e', 'd', 'c', 'b'],
        set: at(1),
        mustChange: false,
      });
      await set(mailbox, 'g', true);
      assert.equal((await store().credentials.get(mailbox))?.mustChange, true);
      await store().credentials.remove(mailbox);
      assert.equal(await store().credentials.get(mailbox), undefined);
    });

    it('set by many at once for the first time: one holds, and all are remembered', async () => {
      const mailbox = box();
      await Promise.all(['a', 'b', 'c'].map((hash) => set(mailbox, hash)));
      const found = await store().credentials.get(mailbox);
      assert.deepEqual(found?.history.toSorted(), ['a', 'b', 'c']);
      assert.equal(found?.hash, found?.history[0]);
    });

    it('are hashed anew, but not over one that was set meanwhile', async () => {
      const mailbox = box();
      await set(mailbox, 'a');
      await set(mailbox, '$b');
      await store().credentials.rehash(mailbox, '$b', '$b2');
      assert.deepEqual((await store().credentials.get(mailbox))?.history, ['$b2', 'a']);
      await store().credentials.rehash(mailbox, '$b', '$b3');
      assert.equal((await store().credentials.get(mailbox))?.hash, '$b2');
      await store().credentials.rehash(box(), '$b', '$b3');
    });
  });

  describe('codes', () => {
    it('have their tries and their time, and are used once', async () => {
      const mailbox = box();
      const { credentials } = store();
      assert.equal(await credentials.takeCodeTry(mailbox, at(0)), undefined);
      await credentials.putCode(mailbox, { hash: 'old', expires: at(600), tries: 3 });
      await credentials.putCode(mailbox, { hash: 'x', expires: at(600), tries: 3 });
      const tries = await Promise.all(
        Array.from({ length: 10 }, () => credentials.takeCodeTry(mailbox, at(1))),
      );
      assert.equal(tries.filter((hash) => hash === 'x').length, 3);
      assert.equal(await credentials.useCode(mailbox, 'old'), false);
      const used = await Promise.all([1, 2, 3].map(() => credentials.useCode(mailbox, 'x')));
      assert.equal(used.filter(Boolean).length, 1);
      await credentials.putCode(mailbox, { hash: 'y', expires: at(600), tries: 3 });
      assert.equal(await credentials.takeCodeTry(mailbox, at(600)), undefined);
    });

    it('are no PIN, and end when one is set', async () => {
      const mailbox = box();
      await store().credentials.putCode(mailbox, { hash: 'x', expires: at(600), tries: 3 });
      const found = await store().credentials.get(mailbox);
      assert.deepEqual(found, { mailbox, history: [], mustChange: false });
      await store().credentials.setPin({ mailbox, hash: 'p', set: at(1), mustChange: false, keep: 5 });
      assert.equal(await store().credentials.takeCodeTry(mailbox, at(1)), undefined);
    });
  });

  describe('failures', () => {
    const windowMs = 60_000;

    it('are read together, in the order asked', async () => {
      const [a, b] = [randomUUID(), randomUUID()];
      await store().attempts.fail(b, at(1), windowMs);
      await store().attempts.fail(b, at(2), windowMs);
      const seen = await store().attempts.failures([a, b]);
      assert.deepEqual(
        seen.map(({ key, at: times }) => [key, times]),
        [
          [a, []],
          [b, [at(1), at(2)]],
        ],
      );
    });

    it('of fifty who saw the same one adds a failure, also the first', async () => {
      const key = randomUUID();
      for (let round = 1; round <= 3; round += 1) {
        const [seen] = await store().attempts.failures([key]);
        assert.ok(seen);
        const added = await Promise.all(
          Array.from({ length: 50 }, () => store().attempts.failIfUnchanged(seen, at(round), windowMs)),
        );
        assert.equal(added.filter(Boolean).length, 1);
        assert.equal(await store().attempts.count(key, at(round), windowMs), round);
      }
    });

    it('taken back are gone, and whoever saw them before has to look again', async () => {
      const key = randomUUID();
      await store().attempts.fail(key, at(1), windowMs);
      await store().attempts.fail(key, at(2), windowMs);
      const [seen] = await store().attempts.failures([key]);
      await store().attempts.undo(key, at(2));
      assert.ok(seen);
      assert.equal(await store().attempts.failIfUnchanged(seen, at(3), windowMs), false);
      assert.deepEqual((await store().attempts.failures([key]))[0]?.at, [at(1)]);
      await store().attempts.undo(`${key}x`, at(1));
    });

    it('of all keys that begin so are cleared, and no others', async () => {
      const prefix = `pin:${randomUUID()}:`;
      const keys = [`${prefix}+12025550123`, `${prefix}trunk:`, prefix.slice(0, -1), `x${prefix}`];
      for (const key of keys) await store().attempts.fail(key, at(1), windowMs);
      await store().attempts.clearAll(prefix);
      const counts = await Promise.all(keys.map((key) => store().attempts.count(key, at(1), windowMs)));
      assert.deepEqual(counts, [0, 0, 1, 1]);
    });
  });

  describe('audit', () => {
    it('comes back newest first, each once, of all or of one mailbox', async () => {
      const mailbox = box();
      const event = (second: number, of?: MailboxId) => ({
        id: randomUUID(),
        at: at(second),
        event: 'login' as const,
        outcome: 'wrong',
        caller: '+12025550123',
        call: 'call-1',
        ...(of === undefined ? {} : { mailbox: of }),
      });
      const [first, second, third] = [event(1, mailbox), event(2), event(3, mailbox)];
      const { audit } = store();
      await audit.insert([], 365);
      await audit.insert([second], 36_500);
      await audit.insert([third, second, first], 36_500);
      assert.deepEqual(await audit.list({ limit: 10 }), [third, second, first]);
      assert.deepEqual(await audit.list({ limit: 10, mailbox }), [third, first]);
      assert.deepEqual(await audit.list({ limit: 1, since: at(2) }), [third]);
      assert.deepEqual(await audit.list({ limit: 0 }), []);
      const after = { at: third.at, seen: 1 };
      assert.deepEqual(await audit.list({ limit: 10, after }), [second, first]);
    });

    it('is kept for so many days', async () => {
      const mailbox = box();
      const id = randomUUID();
      await store().audit.insert(
        [{ id, at: at(0), event: 'login', outcome: 'in', caller: 'x', mailbox }],
        30,
      );
      const found = await opened.client
        .db(opened.database)
        .collection<{ _id: string; expires: Date }>('audit')
        .findOne({ _id: id });
      assert.deepEqual(found?.expires, at(30 * 86_400));
    });
  });
});
