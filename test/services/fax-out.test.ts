import assert from 'node:assert/strict';
import type { MediaId } from '../../app/core/ids.ts';
import { faxMachine, hangup, speak } from '../../app/media/scripted/steps.ts';
import type { FaxRequest } from '../../app/services/fax-out.ts';
import { faxTiff, manyPages, pagesOf, shows } from '../fax/tiff.ts';

import { faxOffice, machineNumber } from './fax-office.ts';

const rules = [{ allow: true, prefix: '+1' }] as const;
const alice = '+12025550147';

describe('Faxes that are sent', function () {
  this.timeout(60_000);
  const office = faxOffice();
  const { ask, taken, work, now, sentDocuments, rows } = office;

  it('go to the machine page by page, and their sender is told', async () => {
    const id = await taken();
    assert.equal(await work(), 1);
    assert.deepEqual(office.dialled, [machineNumber]);
    const [document] = sentDocuments().slice(-1);
    assert.ok(document !== undefined);
    const [got, sent] = await Promise.all([pagesOf(document), pagesOf(office.tiff.bytes)]);
    assert.equal(got.length, 2);
    sent.forEach((page, i) => assert.ok(shows(got[i]!, page), `page ${i}`));
    assert.deepEqual(office.world.faxing.told, [
      `${alice}: Your fax to ${machineNumber} has been delivered: 2 pages.`,
    ]);
    const job = await now(id);
    assert.deepEqual([job?.status, job?.end, job?.tries], ['over', { kind: 'sent', pages: 2 }, 1]);
    // Nothing is left to be done, and no pages are left in the store.
    assert.equal(await work(), 0);
    assert.equal(await office.world.test.store.media.get(id as string as MediaId), undefined);
  });

  it('are written down, with pages, speed and the machine’s name', async () => {
    await taken();
    await work();
    const [row] = await rows();
    assert.deepEqual(
      [
        'direction',
        'src',
        'disposition',
        'faxpages',
        'faxbitrate',
        'faxmode',
        'remotestationid',
        'faxstatus',
      ].map((name) => row?.[name]),
      ['outbound', alice, 'ANSWERED', 2, 14_400, 'T38', 'Machine', 'SUCCESS'],
    );
  });

  it('asked for twice are one fax, also at once', async () => {
    const id = `wish-${crypto.randomUUID()}`;
    const asked = await Promise.all([ask({ id }), ask({ id }), ask({ id })]);
    assert.equal(asked.filter((one) => one.kind === 'taken' && !one.known).length, 1);
    await work();
    assert.deepEqual(await ask({ id }), { kind: 'taken', id: `fax:${id}`, known: true });
    await work();
    assert.deepEqual(office.dialled, [machineNumber]);
    assert.equal(office.world.faxing.told.length, 1);
  });

  for (const [kind, why] of [
    ['busy', 'the line was busy'],
    ['no-answer', 'nobody answered'],
  ] as const) {
    it(`meet a line that is ${kind}: it is called again, and then given up`, async () => {
      office.answers = { kind };
      const id = await taken();
      for (let hour = 0; hour < 5; hour += 1) {
        await work();
        office.world.pass(3_600_000);
      }
      assert.equal(office.dialled.length, 3);
      assert.deepEqual(office.world.faxing.told, [
        `${alice}: Your fax to ${machineNumber} was not delivered: ${why}.`,
      ]);
      assert.equal((await now(id))?.tries, 3);
      assert.deepEqual((await rows())[0]?.['faxstatus'], 'FAILED');
    });
  }

  it('that were busy first go at the next try, not before its time', async () => {
    office.answers = { kind: 'busy' };
    await taken();
    await work();
    office.answers = { kind: 'answered', steps: [faxMachine()] };
    office.world.pass(59_000);
    assert.equal(await work(), 0);
    office.world.pass(1_000);
    assert.equal(await work(), 1);
    assert.match(office.world.faxing.told.join(), /has been delivered: 2 pages/);
  });

  it('to a number that is not in use are not tried again', async () => {
    office.answers = { kind: 'unallocated' };
    await taken();
    await work();
    office.world.pass(3_600_000);
    assert.equal(await work(), 0);
    assert.deepEqual(office.world.faxing.told, [
      `${alice}: Your fax to ${machineNumber} was not delivered: the number is not in use.`,
    ]);
  });

  it('that a person answers, or that break off, are tried again, and their sender hears how far they came', async () => {
    office.answers = { kind: 'answered', steps: [speak(2000), hangup()] };
    await taken();
    await work();
    office.world.pass(120_000);
    office.answers = { kind: 'answered', steps: [faxMachine({ takes: 1 })] };
    await work();
    office.world.pass(240_000);
    await work();
    assert.equal(office.dialled.length, 3);
    assert.deepEqual(office.world.faxing.told, [
      `${alice}: Of your fax to ${machineNumber} only the first page was delivered: the connection was too bad.`,
    ]);
  });

  it('where the toll rules say no are refused at once, and again before the call', async () => {
    assert.deepEqual(await ask({ to: '+442079460000' }), { kind: 'refused', why: 'denied' });
    assert.deepEqual(await ask({ to: '12' }), { kind: 'refused', why: 'not-a-number' });
    const id = await taken();
    const limited = { rules: [], dailyCalls: 0 };
    await office.world.test.store.mailboxes.update(office.from.id, { settings: { toll: limited } });
    await work();
    await office.world.test.store.mailboxes.update(office.from.id, { settings: { toll: null } });
    assert.deepEqual(office.dialled, []);
    assert.deepEqual((await now(id))?.end, { kind: 'failed', pages: 0, why: 'denied' });
  });

  it('are as many a day as the subscriber may have calls', async () => {
    const own = { rules, dailyCalls: 2 } as const;
    const dave = await office.world.mailbox('+12025550148');
    const limited = await office.world.test.store.mailboxes.update(dave.id, { settings: { toll: own } });
    assert.ok(limited !== undefined);
    await taken({ from: limited });
    await taken({ from: limited });
    await work();
    assert.deepEqual(await ask({ from: limited }), { kind: 'refused', why: 'daily-limit' });
    assert.equal(office.dialled.length, 2);
  });

  it('of nothing, of an empty document, of 100,000 pages and of what is no document are refused', async () => {
    const refused = async (content: FaxRequest['content'], why: string) =>
      assert.deepEqual(await ask({ content }), { kind: 'refused', why });
    const of = (contentType: string, bytes: Uint8Array) => [{ contentType, bytes }];
    await refused([], 'nothing');
    await refused(of('application/zip', Buffer.from('PK')), 'nothing');
    await refused(of('image/tiff', Buffer.alloc(0)), 'document');
    await refused(of('image/tiff', Buffer.from('II*\0\0\0\0\0', 'latin1')), 'document');
    await refused(of('image/tiff', Buffer.from('not a TIFF')), 'document');
    await refused(of('application/pdf', Buffer.from('not a PDF')), 'document');
    const [endless, long] = [manyPages(100_000), faxTiff(21, 8)];
    const before = performance.now();
    await refused(of('image/tiff', long), 'document');
    const took = performance.now() - before;
    await refused(of('image/tiff', endless), 'document');
    // Pages are counted no further than may be: a hundred thousand cost no more than twenty-one.
    assert.ok(performance.now() - before - took < took * 5 + 500, 'too many pages are found by counting');
    assert.equal(await work(), 0);
  });

  it('of words, pictures and documents have a cover sheet and a page each', async () => {
    const words = { contentType: 'text/plain; charset=utf-8', bytes: Buffer.from('Dear machine,\n\nhello.') };
    await taken({ content: [words, office.tiff], cover: { subject: 'Hello', text: 'For you.' } });
    await work();
    const document = sentDocuments().at(-1);
    assert.ok(document !== undefined);
    const pages = await pagesOf(document);
    assert.equal(pages.length, 4);
    // The cover has something on it, and the last page is the second of the TIFF.
    assert.ok(pages[0]!.rows.some((byte) => byte !== 0));
    assert.ok(shows(pages[3]!, (await pagesOf(office.tiff.bytes))[1]!, 60));
    assert.match(office.world.faxing.told.join(), /has been delivered: 4 pages/);
  });
});
