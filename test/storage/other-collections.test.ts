import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { GridFSBucket } from 'mongodb';
import type { MediaId } from '../../app/core/ids.ts';
import { singleDocumentBytes } from '../../app/storage/media.ts';
import { openTestStore, type TestStore } from './local-store.ts';
import { at, sampleCdr, sampleDelivery } from './sample.ts';

describe('storage: media, deliveries, attempts, call records', function () {
  this.timeout(60_000);
  let opened: TestStore;
  const store = () => opened.store;
  const database = () => opened.client.db(opened.database);
  before(async () => (opened = await openTestStore()));
  after(async () => opened[Symbol.asyncDispose]());

  it('subscriptions are prolonged, found by number, and given to one node when they end', async () => {
    const { subscriptions } = store();
    const [now, later] = [new Date(1_700_000_000_000), new Date(1_700_000_060_000)];
    const one = { dialog: 'a@b;from-tag=1', number: '+12025550147', account: 'sip:1@h', expires: later };
    for (const expires of [now, later]) await subscriptions.keep({ ...one, expires });
    assert.deepEqual(await subscriptions.of(one.number, now), [one]);
    assert.deepEqual(await subscriptions.of(one.number, later), []);
    assert.equal(await subscriptions.takeExpired(now), undefined);
    const taken = await Promise.all([1, 2, 3].map(() => subscriptions.takeExpired(later)));
    assert.deepEqual(
      taken.filter((found) => found !== undefined),
      [one],
    );
    assert.equal(await subscriptions.extend(one.dialog, later), undefined);
    await subscriptions.keep(one);
    assert.deepEqual(await subscriptions.extend(one.dialog, now), { ...one, expires: now });
    assert.deepEqual(await subscriptions.forget(one.dialog), { ...one, expires: now });
    assert.equal(await subscriptions.forget(one.dialog), undefined);
  });

  describe('media', () => {
    const sizes = [0, 1, 32_000, singleDocumentBytes, singleDocumentBytes + 1, 5_000_000];
    for (const size of sizes) {
      it(`${size} bytes come back as they were, and go when deleted`, async () => {
        const id = randomUUID() as MediaId;
        const bytes = new Uint8Array(randomBytes(size));
        const { sha256 } = await store().media.put(id, 'audio/PCMU', bytes, 'owner' as never);
        assert.equal(sha256, createHash('sha256').update(bytes).digest('hex'));
        const found = await store().media.get(id);
        assert.equal(found?.contentType, 'audio/PCMU');
        assert.equal(Buffer.compare(found?.bytes ?? Buffer.from('none'), bytes), 0);
        await store().media.delete(id);
        await store().media.delete(id);
        assert.equal(await store().media.get(id), undefined);
        assert.equal(await database().collection('audio.chunks').countDocuments({ files_id: id }), 0);
      });
    }

    it('putting the same twice, also at once, is harmless', async () => {
      for (const size of [1000, 3_000_000]) {
        const id = randomUUID() as MediaId;
        const bytes = randomBytes(size);
        const put = () => store().media.put(id, 'audio/PCMA', bytes, 'owner' as never);
        await Promise.all([put(), put(), put()]);
        await put();
        assert.equal(Buffer.compare((await store().media.get(id))?.bytes ?? Buffer.from(''), bytes), 0);
      }
    });

    it('an upload that broke off is no media, and is completed by the next one', async () => {
      const id = randomUUID() as MediaId;
      const bytes = randomBytes(2_500_000);
      await store().media.put(id, 'audio/PCMA', bytes, 'owner' as never);
      await database().collection<{ _id: string }>('audio.files').deleteOne({ _id: id });
      await database()
        .collection<{ files_id: string; n: number }>('audio.chunks')
        .deleteMany({ files_id: id, n: { $gt: 4 } });
      assert.equal(await store().media.get(id), undefined);
      await store().media.put(id, 'audio/PCMA', bytes, 'owner' as never);
      assert.equal(Buffer.compare((await store().media.get(id))?.bytes ?? Buffer.from(''), bytes), 0);
    });

    it('large ones are GridFS: the driver’s own bucket reads them', async () => {
      const id = randomUUID() as MediaId;
      const content = 'hello '.repeat(300_000);
      await store().media.put(id, 'text/plain', Buffer.from(content), 'owner' as never);
      const bucket = new GridFSBucket(database(), { bucketName: 'audio' });
      assert.equal(await text(bucket.openDownloadStream(id as never)), content);
    });

    it('a lost chunk is a fault, not silence', async () => {
      const id = randomUUID() as MediaId;
      await store().media.put(id, 'audio/PCMA', randomBytes(2_500_000), 'owner' as never);
      await database()
        .collection<{ files_id: string; n: number }>('audio.chunks')
        .deleteOne({ files_id: id, n: 2 });
      await assert.rejects(store().media.get(id), { code: 'store-failed', temporary: false });
    });
  });

  describe('deliveries', () => {
    it('one is added once, taken by one worker, and again when that one died', async () => {
      const delivery = sampleDelivery({ due: at(5) });
      await store().deliveries.add(delivery);
      await store().deliveries.add(delivery);
      assert.deepEqual(await store().deliveries.nextDue(), at(5));
      assert.equal(await store().deliveries.takeDue(at(4), 1000), undefined);
      const all = await Promise.all(Array.from({ length: 5 }, () => store().deliveries.takeDue(at(5), 1000)));
      assert.deepEqual(
        all.filter((taken) => taken !== undefined),
        [{ ...delivery, status: 'calling', tries: 1 }],
      );
      assert.equal((await store().deliveries.takeDue(at(6), 1000))?.tries, 2);
      await store().deliveries.failed(delivery.id, at(60), 'busy');
      assert.equal(await store().deliveries.takeDue(at(59), 1000), undefined);
      const again = await store().deliveries.takeDue(at(60), 1000);
      assert.deepEqual([again?.tries, again?.lastError], [3, 'busy']);
      await store().deliveries.done(delivery.id, at(0));
      assert.equal(await store().deliveries.takeDue(at(1000), 1000), undefined);
      assert.equal(await store().deliveries.nextDue(), undefined);
    });

    it('one whose call goes on is kept from others for longer', async () => {
      const delivery = sampleDelivery({ due: at(5) });
      await store().deliveries.add(delivery);
      await store().deliveries.takeDue(at(5), 1000);
      await store().deliveries.extend(delivery.id, at(5.5), 10_000);
      assert.equal(await store().deliveries.takeDue(at(15), 1000), undefined);
      assert.equal((await store().deliveries.takeDue(at(16), 1000))?.id, delivery.id);
      await store().deliveries.done(delivery.id, at(0));
      await store().deliveries.extend(delivery.id, at(17), 0);
      assert.equal(await store().deliveries.takeDue(at(18), 1000), undefined);
    });

    it('one given up is not taken again', async () => {
      const delivery = sampleDelivery();
      await store().deliveries.add(delivery);
      await store().deliveries.failed(delivery.id, undefined, 'unallocated');
      await store().deliveries.add(delivery);
      assert.equal(await store().deliveries.takeDue(at(1000), 1000), undefined);
    });
  });

  describe('deliveries that may be asked for again', () => {
    it('twenty at once are one call', async () => {
      const delivery = sampleDelivery({ due: at(-1_000_000) });
      await Promise.all(Array.from({ length: 20 }, () => store().deliveries.ask(delivery)));
      assert.equal((await store().deliveries.takeDue(at(-999_999), 1000))?.id, delivery.id);
      assert.notEqual((await store().deliveries.takeDue(at(-999_999), 1000))?.id, delivery.id);
      assert.equal(await store().deliveries.done(delivery.id, at(0)), false);
    });

    it('one that waits keeps its time and tries unless it becomes urgent; one that is over begins anew', async () => {
      const delivery = sampleDelivery({ due: at(-1_000_000) });
      await store().deliveries.ask(delivery);
      await store().deliveries.takeDue(at(-999_999), 1000);
      await store().deliveries.failed(delivery.id, at(-900_000), 'busy');
      await store().deliveries.ask({ ...delivery, due: at(-950_000) });
      assert.notEqual((await store().deliveries.takeDue(at(-940_000), 1000))?.id, delivery.id);
      await store().deliveries.ask({ ...delivery, due: at(-930_000), urgent: true });
      const hurried = await store().deliveries.takeDue(at(-920_000), 1000);
      assert.deepEqual([hurried?.id, hurried?.tries, hurried?.urgent], [delivery.id, 2, true]);
      await store().deliveries.failed(delivery.id, undefined, 'given up');
      await store().deliveries.ask({ ...delivery, due: at(-910_000) });
      const anew = await store().deliveries.takeDue(at(-905_000), 1000);
      assert.deepEqual([anew?.id, anew?.tries, anew?.urgent], [delivery.id, 1, false]);
      await store().deliveries.done(delivery.id, at(0));
    });
  });

  describe('what is used of a day', () => {
    it('of fifty at once no more than the limit', async () => {
      const key = randomUUID();
      const taken = await Promise.all(
        Array.from({ length: 50 }, () => store().usage.take(key, 11, new Date(Date.now() + 60_000))),
      );
      assert.equal(taken.filter(Boolean).length, 11);
      assert.equal(await store().usage.used(key), 11);
    });

    it('none of a limit of none; another key has its own count', async () => {
      assert.equal(await store().usage.take(randomUUID(), 0, at(0)), false);
      assert.equal(await store().usage.used(randomUUID()), 0);
    });
  });

  describe('attempts', () => {
    it('failures are counted in their window, per key, and cleared', async () => {
      const key = `caller:${randomUUID()}`;
      const { attempts } = store();
      assert.equal(await attempts.count(key, at(0), 60_000), 0);
      assert.equal(await attempts.fail(key, at(0), 60_000), 1);
      assert.equal(await attempts.fail(key, at(30), 60_000), 2);
      assert.equal(await attempts.fail(`${key}x`, at(30), 60_000), 1);
      assert.equal(await attempts.count(key, at(59), 60_000), 2);
      assert.equal(await attempts.count(key, at(60), 60_000), 1);
      assert.equal(await attempts.fail(key, at(61), 60_000), 2);
      await attempts.clear(key);
      await attempts.clear(key);
      assert.equal(await attempts.count(key, at(61), 60_000), 0);
    });

    it('failures at once of a new key are each answered their own number', async () => {
      // The answers of six keys: what goes wrong at the making of a document does not go wrong each time.
      for (let n = 0; n < 6; n += 1) {
        const key = randomUUID();
        const counts = await Promise.all(
          Array.from({ length: 50 }, () => store().attempts.fail(key, at(0), 60_000)),
        );
        assert.deepEqual(
          counts.toSorted((a, b) => a - b),
          Array.from({ length: 50 }, (_, i) => i + 1),
        );
        assert.equal(await store().attempts.count(key, at(1), 60_000), 50);
      }
    });

    it('one is taken back, and not the others of the same millisecond', async () => {
      const key = randomUUID();
      const { attempts } = store();
      for (const second of [0, 1, 1, 2]) await attempts.fail(key, at(second), 60_000);
      const left = async () => (await attempts.failures([key]))[0]?.at;
      await attempts.undo(key, at(1));
      assert.deepEqual(await left(), [at(0), at(1), at(2)]);
      await attempts.undo(key, at(2));
      await attempts.undo(key, at(3));
      await attempts.undo(key, at(0));
      assert.deepEqual(await left(), [at(1)]);
      await attempts.undo(key, at(1));
      assert.deepEqual(await left(), []);
    });

    it('a flood makes no endless document', async () => {
      const key = randomUUID();
      for (let i = 0; i < 130; i += 1) await store().attempts.fail(key, at(i / 1000), 60_000);
      assert.equal(await store().attempts.count(key, at(1), 60_000), 100);
    });

    it('a key of hostile form is only a key', async () => {
      for (const key of ['$where', 'a.b', '', '\u0000', '{"$gt":1}']) {
        assert.equal(await store().attempts.fail(key, at(0), 60_000), 1);
      }
    });
  });

  describe('call records', () => {
    it('come back newest first, each once', async () => {
      const { cdrs } = store();
      const [first, second, third] = [1, 2, 3].map((second) => sampleCdr({ start: at(second) })) as [
        ReturnType<typeof sampleCdr>,
        ReturnType<typeof sampleCdr>,
        ReturnType<typeof sampleCdr>,
      ];
      await cdrs.insert([]);
      await cdrs.insert([second]);
      await cdrs.insert([third, second, first]);
      await cdrs.insert([third]);
      assert.deepEqual(await cdrs.list({ limit: 10 }), [third, second, first]);
      assert.deepEqual(await cdrs.list({ limit: 1 }), [third]);
      assert.deepEqual(await cdrs.list({ limit: 10, since: at(2) }), [third, second]);
      assert.deepEqual(await cdrs.list({ limit: 0 }), []);
    });
  });
});
