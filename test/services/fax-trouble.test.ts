import assert from 'node:assert/strict';
import { Fault } from '../../app/core/errors.ts';
import type { E164, FaxJobId, MailboxId } from '../../app/core/ids.ts';
import { faxMachine } from '../../app/media/scripted/steps.ts';
import type { Store } from '../../app/ports/store.ts';
import type { MediaServer } from '../../app/ports/media.ts';
import { runFax } from '../../app/services/fax-run.ts';
import { pagesOf, shows } from '../fax/tiff.ts';

import { faxOffice } from './fax-office.ts';

const rules = [{ allow: true, prefix: '+1' }] as const;
const alice = '+12025550147';

describe('Faxes that are sent while something breaks', function () {
  this.timeout(60_000);
  const office = faxOffice();
  const { taken, work, tagOf, withMedia, runOnce, now } = office;

  it('that another controller was sending when it died are not sent again if they arrived, or go on', async () => {
    const id = await taken();
    const dead = await office.world.test.store.faxes.takeDue(office.world.deps.clock.now(), 1000);
    assert.equal(dead?.id, id);
    const tag = tagOf(id, 1);
    office.world.media.faxEnds.set(tag, 'under-way');
    office.world.pass(2000);
    await work();
    office.world.pass(16_000);
    await work();
    assert.deepEqual(office.dialled, []);
    office.world.media.faxEnds.set(tag, { kind: 'sent', pages: 2, facts: undefined });
    office.world.pass(16_000);
    await work();
    assert.deepEqual(office.dialled, []);
    assert.match(office.world.faxing.told.join(), /has been delivered: 2 pages/);
  });

  it('are tried again after a switch that was away, and that try does not count', async () => {
    const id = await taken();
    await runOnce(withMedia({ dial: async () => Promise.reject(new Error('no switch')) }));
    const waiting = await now(id);
    assert.deepEqual([waiting?.status, waiting?.tries, waiting?.lastError], ['pending', 0, 'no switch']);
    office.world.pass(16_000);
    assert.equal(await work(), 1);
  });

  it('wait for a switch that is away, and take nothing of the day’s calls', async () => {
    const own = { rules, dailyCalls: 2 } as const;
    const erin = await office.world.mailbox('+12025550149');
    const limited = await office.world.test.store.mailboxes.update(erin.id, { settings: { toll: own } });
    const id = await taken({ from: limited! });
    const away = { healthy: false, dial: async () => assert.fail('nobody is there to dial') };
    const broken = { dial: async () => Promise.reject(new Error('lost just now')) };
    for (const media of [away, broken, away, broken, broken]) {
      await runOnce(withMedia(media));
      office.world.pass(16_000);
    }
    assert.deepEqual([(await now(id))?.tries, (await now(id))?.status], [0, 'pending']);
    await taken({ from: limited! });
    await work();
    assert.equal(office.dialled.length, 2);
    assert.equal((await now(id))?.end?.kind, 'sent');
  });

  it('that were sent when the store went away are told of when it is back, and not sent again', async () => {
    const id = await taken();
    const dial: MediaServer['dial'] = async (to, options) => {
      const result = await office.world.media.dial(to, options);
      if (result.kind === 'answered')
        result.call.gone.addEventListener('abort', () => (office.world.away = true), { once: true });
      return result;
    };
    await runOnce(withMedia({ dial }));
    office.world.away = false;
    assert.equal((await now(id))?.status, 'calling');
    office.world.pass(121_000);
    await work();
    assert.deepEqual([office.dialled.length, (await now(id))?.end?.kind], [1, 'sent']);
    assert.match(office.world.faxing.told.join(), /has been delivered: 2 pages/);
    // It is kept in the store, so the switch need not know any more.
    assert.equal(await office.world.media.faxSent(tagOf(id, 1)), undefined);
  });

  it('that were sent when the store was away for a moment are over at once', async () => {
    const id = await taken();
    const { store } = office.world.faxing.deps;
    let fails = 2;
    const patched = Object.create(store) as Store;
    const faxes = Object.create(store.faxes) as Store['faxes'];
    Object.defineProperty(patched, 'faxes', { value: faxes });
    Object.defineProperty(faxes, 'over', {
      value: async (...values: Parameters<Store['faxes']['over']>) => {
        if ((fails -= 1) >= 0) throw new Error('away');
        return office.world.test.store.faxes.over(...values);
      },
    });
    Object.defineProperty(faxes, 'told', {
      value: async (fax: FaxJobId) => office.world.test.store.faxes.told(fax),
    });
    Object.defineProperty(faxes, 'again', { value: async () => assert.fail('it was sent') });
    await runOnce({ ...office.world.faxing.deps, store: patched });
    assert.deepEqual([office.dialled.length, (await now(id))?.end?.kind], [1, 'sent']);
  });

  it('that fail on our side after the answer are given up after the tries that there are', async () => {
    const id = await taken();
    const dial: MediaServer['dial'] = async (to, options) => {
      const result = await office.world.media.dial(to, options);
      if (result.kind === 'answered')
        result.call.sendFax = async () =>
          Promise.reject(new Fault('media-failed', 'disk full', { temporary: true }));
      return result;
    };
    for (let hour = 0; hour < 6; hour += 1) {
      const job = await office.world.test.store.faxes.takeDue(office.world.deps.clock.now(), 120_000);
      if (job !== undefined) await runFax(withMedia({ dial }), job, new AbortController().signal);
      office.world.pass(3_600_000);
    }
    assert.equal(office.dialled.length, 3);
    assert.deepEqual((await now(id))?.end, { kind: 'failed', pages: 0, why: 'other' });
  });

  it('without a folder that the switch sees are given up without a call', async () => {
    const id = await taken();
    for (let hour = 0; hour < 3; hour += 1) {
      await runOnce(withMedia({ canFax: false }));
      office.world.pass(3_600_000);
    }
    assert.deepEqual([office.dialled.length, (await now(id))?.end?.kind], [0, 'failed']);
  });

  it('that an earlier try delivered are not sent again, however many controllers died since', async () => {
    const id = await taken();
    for (let dead = 0; dead < 2; dead += 1) {
      await office.world.test.store.faxes.takeDue(office.world.deps.clock.now(), 1000);
      office.world.pass(2000);
    }
    office.world.media.faxEnds.set(tagOf(id, 1), { kind: 'sent', pages: 2, facts: undefined });
    await work();
    assert.deepEqual([office.dialled.length, (await now(id))?.end?.kind], [0, 'sent']);
  });

  it('to a number that is served here lie in its mailbox without a call, once', async () => {
    const to = '+12025550155';
    const id = await taken({ to });
    const job = await office.world.test.store.faxes.takeDue(office.world.deps.clock.now(), 1000);
    await runFax(office.world.faxing.deps, job!, new AbortController().signal);
    // As if the controller had died before it told the store.
    await runFax(office.world.faxing.deps, job!, new AbortController().signal);
    const mailbox = await office.world.test.store.mailboxes.find(to as E164);
    const messages = await office.world.test.store.messages.list(mailbox!.id, { limit: 10 });
    assert.equal(messages.length, 1);
    const { kind, from: sender, parts } = messages[0]!.envelope;
    assert.deepEqual([kind, sender.number, parts[0]?.pages], ['fax', alice, 2]);
    const media = await office.world.test.store.media.get(parts[0]!.media);
    assert.ok(shows((await pagesOf(media!.bytes))[0]!, (await pagesOf(office.tiff.bytes))[0]!));
    assert.deepEqual([office.dialled, (await now(id))?.end], [[], { kind: 'sent', pages: 2 }]);
    assert.deepEqual(office.world.faxing.told, [`${alice}: Your fax to ${to} has been delivered: 2 pages.`]);
  });

  it('of a message of which a part cannot be made pages are not sent by halves', async () => {
    const broken = { contentType: 'image/tiff', bytes: office.tiff.bytes, pages: 2 };
    const message = await office.world.leave(alice, { kind: 'fax', part: broken });
    const id = await taken({ content: message });
    await office.world.test.store.media.delete(message.envelope.parts[0]!.media);
    const words = async () => ({ contentType: 'application/pdf', bytes: Buffer.from('%PDF'), pages: 1 });
    await runOnce({ ...office.world.faxing.deps, conversions: { ...office.world.deps.conversions, words } });
    assert.deepEqual(
      [office.dialled, (await now(id))?.end],
      [[], { kind: 'failed', pages: 0, why: 'document' }],
    );
  });

  it('of which the end was not told yet are told of, once, and not sent again', async () => {
    const id = await taken();
    const job = await office.world.test.store.faxes.takeDue(office.world.deps.clock.now(), 1000);
    assert.ok(job !== undefined);
    await office.world.test.store.faxes.over(id, { kind: 'sent', pages: 2 });
    office.world.pass(2000);
    await work();
    await work();
    assert.deepEqual(office.dialled, []);
    assert.equal(office.world.faxing.told.length, 1);
  });

  it('whose lease ran out while this controller is at them are not taken a second time', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let up = (): void => undefined;
    const answered = new Promise<void>((resolve) => (up = resolve));
    office.answers = {
      kind: 'answered',
      steps: [{ kind: 'meanwhile', run: async () => (up(), held) }, faxMachine()],
    };
    const id = await taken();
    const signal = AbortSignal.timeout(20_000);
    assert.equal(await office.world.faxing.faxOut.runDue(signal), 1);
    await answered;
    office.world.pass(200_000);
    assert.equal(await office.world.faxing.faxOut.runDue(signal), 0);
    assert.equal((await now(id))?.tries, 1);
    release();
    while (!signal.aborted && (await now(id))?.status !== 'over');
    assert.deepEqual([office.dialled.length, (await now(id))?.end?.kind], [1, 'sent']);
  });

  it('go as many at once as there are lines', async () => {
    let up = 0;
    let most = 0;
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let second = (): void => undefined;
    const two = new Promise<void>((resolve) => (second = resolve));
    office.answers = {
      kind: 'answered',
      steps: [
        {
          kind: 'meanwhile',
          run: async () => {
            most = Math.max(most, (up += 1));
            if (up === 2) second();
            await held;
            up -= 1;
          },
        },
        faxMachine(),
      ],
    };
    const ids = [await taken(), await taken(), await taken()];
    const signal = AbortSignal.timeout(20_000);
    assert.equal(await office.world.faxing.faxOut.runDue(signal), 2);
    assert.equal(await office.world.faxing.faxOut.runDue(signal), 0);
    await two;
    release();
    while (!signal.aborted) {
      await office.world.faxing.faxOut.runDue(signal);
      const jobs = await Promise.all(ids.map(now));
      if (jobs.every((job) => job?.status === 'over')) break;
    }
    assert.equal(most, 2);
    await office.world.faxing.faxOut.stop(5000);
  });

  it('of a mailbox that is gone come to an end', async () => {
    const id = await taken({ from: { ...office.from, id: 'gone' as MailboxId } });
    await work();
    assert.equal((await now(id))?.status, 'over');
    assert.deepEqual([office.dialled, office.world.faxing.told], [[], []]);
  });
});
