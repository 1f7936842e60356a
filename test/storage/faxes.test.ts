import assert from 'node:assert/strict';
import type { MediaId } from '../../app/core/ids.ts';
import { openTestStore, type TestStore } from './local-store.ts';
import { at, sampleFax, sampleMailbox } from './sample.ts';

describe('storage: faxes to be sent', function () {
  this.timeout(60_000);
  let opened: TestStore;
  before(async () => (opened = await openTestStore()));
  after(async () => opened[Symbol.asyncDispose]());
  const faxes = () => opened.store.faxes;

  it('are made once by their id, and one worker has each at a time', async () => {
    const fax = sampleFax({ due: at(0) });
    const made = await Promise.all([faxes().add(fax), faxes().add(fax)]);
    assert.deepEqual(made.toSorted(), ['added', 'known']);
    const [one, two] = await Promise.all([faxes().takeDue(at(1), 60_000), faxes().takeDue(at(1), 60_000)]);
    const taken = one ?? two;
    assert.ok((one === undefined) !== (two === undefined));
    assert.deepEqual([taken?.id, taken?.status, taken?.tries], [fax.id, 'calling', 1]);
    // Its worker died: another has it when the lease ends.
    assert.equal(await faxes().takeDue(at(30), 60_000), undefined);
    await faxes().extend(fax.id, at(30), 60_000);
    assert.equal(await faxes().takeDue(at(70), 60_000), undefined);
    assert.equal((await faxes().takeDue(at(91), 60_000))?.tries, 2);
    await faxes().over(fax.id, { kind: 'failed', pages: 0, why: 'busy' }, 'busy');
    await faxes().told(fax.id);
  });

  it('come again at their time, and a try that was none does not count', async () => {
    const fax = sampleFax({ due: at(100) });
    await faxes().add(fax);
    await faxes().takeDue(at(100), 60_000);
    await faxes().again(fax.id, at(200), 'busy', true);
    assert.deepEqual([await faxes().takeDue(at(199), 60_000), await faxes().nextDue()], [undefined, at(200)]);
    assert.equal((await faxes().takeDue(at(200), 60_000))?.tries, 2);
    await faxes().again(fax.id, at(300), 'no switch', false);
    const third = await faxes().takeDue(at(300), 60_000);
    assert.deepEqual([third?.tries, third?.lastError], [2, 'no switch']);
    const document = { media: 'pages' as MediaId, pages: 3 };
    await faxes().prepared(fax.id, document);
    assert.deepEqual((await faxes().get(fax.id))?.document, document);
    await faxes().over(fax.id, { kind: 'sent', pages: 3 });
    await faxes().told(fax.id);
  });

  it('that are over come until their sender was told, and are not tried again', async () => {
    const fax = sampleFax({ due: at(400) });
    await faxes().add(fax);
    await faxes().takeDue(at(400), 1000);
    await faxes().over(fax.id, { kind: 'sent', pages: 1 });
    const again = await faxes().takeDue(at(402), 1000);
    assert.deepEqual([again?.id, again?.status, again?.tries], [fax.id, 'over', 1]);
    await faxes().again(fax.id, at(500), 'late', true);
    await faxes().told(fax.id);
    assert.equal(await faxes().takeDue(at(9999), 1000), undefined);
    assert.deepEqual((await faxes().get(fax.id))?.end, { kind: 'sent', pages: 1 });
    assert.equal(await faxes().nextDue(), undefined);
  });

  it('are listed for their mailbox, the newest first', async () => {
    const mine = [1, 2, 3].map((i) => sampleFax({ due: at(1000), created: at(i) }));
    const [first] = mine;
    const same = mine.map((one) => ({ ...one, mailbox: first!.mailbox }));
    for (const one of [...same, sampleFax({ due: at(1000) })]) await faxes().add(one);
    const listed = await faxes().list(first!.mailbox, 2);
    assert.deepEqual(
      listed.map(({ id }) => id),
      [same[2]!.id, same[1]!.id],
    );
  });
});

describe('storage: mailboxes by e-mail address', function () {
  this.timeout(60_000);
  let opened: TestStore;
  before(async () => (opened = await openTestStore()));
  after(async () => opened[Symbol.asyncDispose]());

  it('are found by the address of their subscriber, one that several share by none alone', async () => {
    const { mailboxes } = opened.store;
    const [anna, ben, carl] = [sampleMailbox(), sampleMailbox(), sampleMailbox()];
    for (const [one, email] of [
      [anna, 'anna@example.com'],
      [ben, 'office@example.com'],
      [carl, 'office@example.com'],
    ] as const)
      await mailboxes.create({ ...one, settings: { addresses: { email } } });
    const found = async (address: string) => (await mailboxes.byEmail(address)).map(({ id }) => id);
    assert.deepEqual(await found('anna@example.com'), [anna.id]);
    assert.deepEqual(await found('Anna@Example.com'), [anna.id]);
    assert.deepEqual(await found('nobody@example.com'), []);
    assert.equal((await found('office@example.com')).length, 2);
  });
});
