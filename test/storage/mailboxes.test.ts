import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { effectOf, envelopeBytes, noUsage } from '../../app/core/mailbox/usage.ts';
import type { E164, MailboxId } from '../../app/core/ids.ts';
import { openStore } from '../../app/storage/open.ts';
import { openTestStore, type TestStore } from './local-store.ts';
import { at, number, sampleMailbox, sampleMessage } from './sample.ts';
import { silentLog } from '../ports/silent-log.ts';

describe('storage: mailboxes', function () {
  this.timeout(60_000);
  let opened: TestStore;
  const mailboxes = () => opened.store.mailboxes;
  before(async () => (opened = await openTestStore()));
  after(async () => opened[Symbol.asyncDispose]());

  it('a number without mailbox gets one, once, and it is found by number and id', async () => {
    const fresh = sampleMailbox();
    assert.equal(await mailboxes().find(fresh.number), undefined);
    const expected = {
      ...fresh,
      aliases: [],
      status: 'provisional' as const,
      counts: { new: 1, old: 0, urgent: 0 },
      byKind: { voice: { new: 1, old: 0, urgent: 0 } },
      usage: noUsage,
      settings: {},
      version: 0,
    };
    const made = await mailboxes().findOrCreate(fresh, { kind: 'voice', new: 1, urgent: 0 });
    assert.deepEqual(made, { mailbox: expected, created: true });
    const again = await mailboxes().findOrCreate(sampleMailbox({ number: fresh.number }), {
      kind: 'voice',
      new: 1,
      urgent: 1,
    });
    const two = { new: 2, old: 0, urgent: 1 };
    const counted = { ...expected, counts: two, byKind: { voice: two } };
    assert.deepEqual(again, { mailbox: counted, created: false });
    assert.deepEqual(await mailboxes().find(fresh.number), counted);
    assert.deepEqual(await mailboxes().get(fresh.id), counted);
  });

  it('without a count the counters begin at nothing and stay', async () => {
    const fresh = sampleMailbox();
    const made = await mailboxes().findOrCreate(fresh);
    assert.deepEqual(made.mailbox.counts, { new: 0, old: 0, urgent: 0 });
    assert.deepEqual(await mailboxes().findOrCreate(fresh), { ...made, created: false });
  });

  it('100 simultaneous first calls make one mailbox, and every one is counted', async () => {
    const called = number();
    const all = await Promise.all(
      Array.from({ length: 100 }, () =>
        mailboxes().findOrCreate(sampleMailbox({ number: called }), { kind: 'voice', new: 1 }),
      ),
    );
    assert.equal(new Set(all.map((one) => one.mailbox.id)).size, 1);
    assert.equal(all.filter((one) => one.created).length, 1);
    assert.deepEqual((await mailboxes().find(called))?.counts, { new: 100, old: 0, urgent: 0 });
    const raw = opened.client.db(opened.database).collection('mailboxes');
    assert.equal(await raw.countDocuments({ numbers: called }), 1);
  });

  it('two controllers with 50 first calls each at once make one mailbox', async () => {
    const other = await openStore(
      { url: opened.url, database: opened.database, timeoutMs: 15_000 },
      { log: silentLog },
    );
    for (let round = 0; round < 5; round += 1) {
      const called = number();
      const all = await Promise.all(
        Array.from({ length: 100 }, (_, i) =>
          (i % 2 === 0 ? mailboxes() : other.mailboxes).findOrCreate(sampleMailbox({ number: called }), {
            kind: 'voice',
            new: 1,
          }),
        ),
      );
      assert.equal(new Set(all.map((one) => one.mailbox.id)).size, 1);
      assert.equal(all.filter((one) => one.created).length, 1);
      assert.equal((await mailboxes().find(called))?.counts.new, 100);
    }
    await other[Symbol.asyncDispose]();
  });

  it('an alias leads to the mailbox and never to a second one', async () => {
    const fresh = sampleMailbox();
    const alias = number();
    await mailboxes().findOrCreate(fresh);
    const raw = opened.client.db(opened.database).collection<{ _id: string; numbers: string[] }>('mailboxes');
    await raw.updateOne({ _id: fresh.id }, { $push: { numbers: alias } });
    assert.deepEqual((await mailboxes().find(alias))?.aliases, [alias]);
    const found = await mailboxes().findOrCreate(sampleMailbox({ number: alias }), { kind: 'voice', new: 1 });
    assert.equal(found.created, false);
    assert.equal(found.mailbox.id, fresh.id);
    assert.equal(found.mailbox.number, fresh.number);
  });

  it('counters go up and down; a mailbox that is not there has none', async () => {
    const fresh = sampleMailbox();
    await mailboxes().findOrCreate(fresh, { kind: 'voice', new: 2 });
    const after = await mailboxes().count(fresh.id, { kind: 'voice', new: -1, old: 1, urgent: 0 });
    assert.deepEqual(after?.counts, { new: 1, old: 1, urgent: 0 });
    assert.deepEqual(await mailboxes().count(fresh.id, { kind: 'voice' }), after);
    assert.equal(await mailboxes().count('none' as MailboxId, { kind: 'voice', new: 1 }), undefined);
  });

  it('B6: usage goes up and down with the counters, and counting anew finds the same', async () => {
    const fresh = sampleMailbox();
    const messages = [
      sampleMessage({ mailbox: fresh.id }),
      sampleMessage({ mailbox: fresh.id, state: 'deleted' }, { kind: 'fax' }),
      sampleMessage({ mailbox: fresh.id, state: 'saved', tier: 'archived' }),
      sampleMessage({ mailbox: fresh.id, state: 'deleted', tier: 'archived' }),
    ];
    await mailboxes().findOrCreate(fresh);
    assert.deepEqual((await mailboxes().get(fresh.id))?.usage, { bytes: 0, seconds: 0, archived: 0 });
    for (const message of messages) {
      await opened.store.messages.insert(message);
      await mailboxes().count(fresh.id, effectOf(undefined, message));
    }
    const each = 32_000 + envelopeBytes;
    const usage = { bytes: each, seconds: 4, archived: 1, trash: each };
    assert.deepEqual((await mailboxes().get(fresh.id))?.usage, usage);
    assert.equal((await mailboxes().recount(fresh.id))?.corrected, false);
    await mailboxes().count(fresh.id, { kind: 'voice', bytes: 5 });
    assert.equal((await mailboxes().recount(fresh.id))?.corrected, true);
    assert.deepEqual((await mailboxes().recount(fresh.id))?.mailbox.usage, usage);
    const made = await mailboxes().findOrCreate(sampleMailbox(), effectOf(undefined, messages[0]!));
    assert.deepEqual(made.mailbox.usage, { bytes: 32_000 + envelopeBytes, seconds: 4, archived: 0 });
  });

  it('B6: what was stored before sizes were counted is sized by counting it, whatever is in it', async () => {
    const fresh = sampleMailbox();
    await mailboxes().findOrCreate(fresh, { kind: 'voice', new: 3 });
    const all = [0, 1, 2].map(() => sampleMessage({ mailbox: fresh.id }));
    for (const message of all) await opened.store.messages.insert(message);
    const database = opened.client.db(opened.database);
    const raw = database.collection<{ _id: string }>('messages');
    const sizes = { bytes: '', seconds: '' } as const;
    await raw.updateMany({ _id: { $in: all.slice(1).map(({ id }) => id) } }, { $unset: sizes });
    await raw.updateOne({ _id: all[2]!.id }, { $set: { envelope: '<broken' } });
    await database
      .collection<{ _id: string }>('mailboxes')
      .updateOne({ _id: fresh.id }, { $unset: { usage: '' } });
    assert.equal((await mailboxes().get(fresh.id))?.usage, undefined);
    const after = await mailboxes().count(fresh.id, { kind: 'voice', seconds: 1 });
    assert.deepEqual(after?.usage, { bytes: 0, seconds: 1, archived: 0 });
    const usage = { bytes: 2 * (32_000 + envelopeBytes) + '<broken'.length, seconds: 8, archived: 0 };
    assert.deepEqual((await mailboxes().recount(fresh.id))?.mailbox.usage, usage);
    assert.equal(await raw.countDocuments({ mailbox: fresh.id, bytes: { $exists: true } }), 3);
    assert.equal((await mailboxes().recount(fresh.id))?.corrected, false);
    // One whose size is none hinders nobody.
    await raw.updateOne({ _id: all[0]!.id }, { $set: { bytes: null } });
    assert.equal(
      (await mailboxes().recount(fresh.id))?.mailbox.usage?.bytes,
      usage.bytes - 32_000 - envelopeBytes,
    );
  });

  it('counting anew puts right what a crash left: new, heard and saved, urgent ones, no deleted', async () => {
    const fresh = sampleMailbox();
    await mailboxes().findOrCreate(fresh, { kind: 'voice', new: 40, old: 7, urgent: 3 });
    const states = ['new', 'new', 'new', 'heard', 'saved', 'deleted'] as const;
    for (const [i, state] of states.entries()) {
      await opened.store.messages.insert(
        sampleMessage({ mailbox: fresh.id, state }, { urgent: i % 2 === 0 }),
      );
    }
    const counts = { new: 3, old: 2, urgent: 2 };
    assert.equal((await mailboxes().recount(fresh.id))?.corrected, true);
    assert.equal((await mailboxes().recount(fresh.id))?.corrected, false);
    assert.deepEqual((await mailboxes().recount(fresh.id))?.mailbox.counts, counts);
    assert.deepEqual((await mailboxes().get(fresh.id))?.counts, counts);
    assert.equal(await mailboxes().recount(randomUUID() as MailboxId), undefined);
  });

  it('an empty mailbox counts to nothing', async () => {
    const fresh = sampleMailbox();
    await mailboxes().findOrCreate(fresh, { kind: 'voice', new: 1 });
    assert.deepEqual((await mailboxes().recount(fresh.id))?.mailbox.counts, { new: 0, old: 0, urgent: 0 });
  });

  it('counting anew while deposits come in loses none of them', async () => {
    const fresh = sampleMailbox();
    const deposit = async () => {
      await opened.store.messages.insert(sampleMessage({ mailbox: fresh.id }));
      await mailboxes().findOrCreate(fresh, { kind: 'voice', new: 1 });
    };
    await deposit();
    await Promise.all([
      ...Array.from({ length: 30 }, deposit),
      ...Array.from({ length: 5 }, () => mailboxes().recount(fresh.id)),
    ]);
    assert.equal((await mailboxes().recount(fresh.id))?.mailbox.counts.new, 31);
  });

  it('a subscriber who acts becomes active, and stays so', async () => {
    const fresh = sampleMailbox();
    await mailboxes().findOrCreate(fresh);
    await mailboxes().activate(fresh.id);
    await mailboxes().activate(fresh.id);
    await mailboxes().findOrCreate(sampleMailbox({ number: fresh.number }), { kind: 'voice', new: 1 });
    assert.equal((await mailboxes().get(fresh.id))?.status, 'active');
  });

  it('STOP is kept with its time, and undone', async () => {
    const fresh = sampleMailbox();
    await mailboxes().findOrCreate(fresh);
    await mailboxes().stopTexts(fresh.id, at(9));
    assert.deepEqual((await mailboxes().get(fresh.id))?.textsStopped, at(9));
    await mailboxes().stopTexts(fresh.id, undefined);
    assert.equal('textsStopped' in ((await mailboxes().get(fresh.id)) ?? {}), false);
  });

  it('a number of hostile form finds nothing and breaks nothing', async () => {
    for (const hostile of ['$ne', '{"$gt":""}', '+1\u0000', '', '+'.repeat(5000)]) {
      assert.equal(await mailboxes().find(hostile as E164), undefined);
    }
  });
});
