import assert from 'node:assert/strict';
import { Fault } from '../../app/core/errors.ts';
import type { E164, FaxJobId, MailboxId, MediaId } from '../../app/core/ids.ts';
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import type { DialAnswer } from '../../app/media/scripted/open.ts';
import { faxMachine, hangup, speak } from '../../app/media/scripted/steps.ts';
import type { Store } from '../../app/ports/store.ts';
import type { MediaServer } from '../../app/ports/media.ts';
import type { FaxJob } from '../../app/ports/fax-jobs.ts';
import { runFax, type FaxRunDeps } from '../../app/services/fax-run.ts';
import type { FaxRequest } from '../../app/services/fax-out.ts';
import { openTransform } from '../../app/transform/open.ts';
import { toolCommands } from '../../scripts/stack/ffmpeg.ts';
import { faxTiff, manyPages, packedTiff, pagesOf, shows } from '../fax/tiff.ts';
import { openMailboxWorld, type MailboxWorld } from '../flows/mailbox-world.ts';
import { silentLog } from '../ports/silent-log.ts';

const alice = '+12025550147';
/** Of another network. */
const machineNumber = '+13035550166';
const rules = [{ allow: true, prefix: '+1' }] as const;

describe('Faxes that are sent', function () {
  this.timeout(60_000);
  const transform = openTransform(toolCommands(), { log: silentLog });
  let world: MailboxWorld;
  let from: Mailbox;
  let answers: DialAnswer;
  let dialled: string[];
  let wishes = 0;
  let tiff: { readonly contentType: string; readonly bytes: Uint8Array };

  before(async () => {
    tiff = { contentType: 'image/tiff', bytes: await packedTiff(2, 400) };
    world = await openMailboxWorld({
      converters: [transform],
      standard: {
        notify: [{ gateway: 'sip', to: 'subscriber' }],
        toll: { rules, dailyCalls: 1000 },
      },
      onDial: (number) => (dialled.push(number), answers),
    });
    from = await world.mailbox(alice);
  });
  after(async () => {
    await world[Symbol.asyncDispose]();
    await transform[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    dialled = [];
    world.faxing.told.length = 0;
    answers = { kind: 'answered', steps: [faxMachine({ station: 'Machine' })] };
  });

  const ask = (change: Partial<FaxRequest> = {}) =>
    world.faxing.faxOut.request({
      id: `wish-${(wishes += 1)}`,
      from,
      to: machineNumber,
      content: [tiff],
      ...change,
    });

  async function taken(change: Partial<FaxRequest> = {}): Promise<FaxJobId> {
    const asked = await ask(change);
    assert.ok(asked.kind === 'taken', JSON.stringify(asked));
    return asked.id;
  }

  /** Works what is due now; answers how many there were. */
  async function work(): Promise<number> {
    for (let done = 0; ; done += 1) {
      const job = await world.test.store.faxes.takeDue(world.deps.clock.now(), 120_000);
      if (job === undefined) return done;
      await runFax(world.faxing.deps, job, new AbortController().signal);
    }
  }

  const tagOf = (id: FaxJobId, n: number) => `out~${id.replace(':', '_')}~${n}`;

  /** The switch, of which something is another way. */
  function withMedia(change: Partial<FaxRunDeps['media']>): FaxRunDeps {
    const { media } = world;
    const same: FaxRunDeps['media'] = {
      dial: (to, options) => media.dial(to, options),
      faxSent: (tag) => media.faxSent(tag),
      faxKept: (tag) => media.faxKept(tag),
      canFax: true,
      healthy: true,
    };
    return { ...world.faxing.deps, media: { ...same, ...change } };
  }

  /** Works the one that is due. */
  async function runOnce(deps: FaxRunDeps): Promise<void> {
    const job = await world.test.store.faxes.takeDue(world.deps.clock.now(), 120_000);
    assert.ok(job !== undefined);
    await runFax(deps, job, new AbortController().signal);
  }

  const now = (id: FaxJobId): Promise<FaxJob | undefined> => world.faxing.faxOut.find(id);
  const sentDocuments = () => world.media.callers.flatMap(({ faxes }) => faxes);

  async function rows(): Promise<Record<string, unknown>[]> {
    await world.deps.account.flush();
    return (await world.test.store.cdrs.list({ limit: 1000 }))
      .filter(({ lastapp, dst }) => lastapp === 'fax' && dst === machineNumber)
      .map((row) => ({ ...row }));
  }

  it('go to the machine page by page, and their sender is told', async () => {
    const id = await taken();
    assert.equal(await work(), 1);
    assert.deepEqual(dialled, [machineNumber]);
    const [document] = sentDocuments().slice(-1);
    assert.ok(document !== undefined);
    const [got, sent] = await Promise.all([pagesOf(document), pagesOf(tiff.bytes)]);
    assert.equal(got.length, 2);
    sent.forEach((page, i) => assert.ok(shows(got[i]!, page), `page ${i}`));
    assert.deepEqual(world.faxing.told, [
      `${alice}: Your fax to ${machineNumber} has been delivered: 2 pages.`,
    ]);
    const job = await now(id);
    assert.deepEqual([job?.status, job?.end, job?.tries], ['over', { kind: 'sent', pages: 2 }, 1]);
    // Nothing is left to be done, and no pages are left in the store.
    assert.equal(await work(), 0);
    assert.equal(await world.test.store.media.get(id as string as MediaId), undefined);
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
    const id = `wish-${(wishes += 1)}`;
    const asked = await Promise.all([ask({ id }), ask({ id }), ask({ id })]);
    assert.equal(asked.filter((one) => one.kind === 'taken' && !one.known).length, 1);
    await work();
    assert.deepEqual(await ask({ id }), { kind: 'taken', id: `fax:${id}`, known: true });
    await work();
    assert.deepEqual(dialled, [machineNumber]);
    assert.equal(world.faxing.told.length, 1);
  });

  for (const [kind, why] of [
    ['busy', 'the line was busy'],
    ['no-answer', 'nobody answered'],
  ] as const) {
    it(`meet a line that is ${kind}: it is called again, and then given up`, async () => {
      answers = { kind };
      const id = await taken();
      for (let hour = 0; hour < 5; hour += 1) {
        await work();
        world.pass(3_600_000);
      }
      assert.equal(dialled.length, 3);
      assert.deepEqual(world.faxing.told, [
        `${alice}: Your fax to ${machineNumber} was not delivered: ${why}.`,
      ]);
      assert.equal((await now(id))?.tries, 3);
      assert.deepEqual((await rows())[0]?.['faxstatus'], 'FAILED');
    });
  }

  it('that were busy first go at the next try, not before its time', async () => {
    answers = { kind: 'busy' };
    await taken();
    await work();
    answers = { kind: 'answered', steps: [faxMachine()] };
    world.pass(59_000);
    assert.equal(await work(), 0);
    world.pass(1_000);
    assert.equal(await work(), 1);
    assert.match(world.faxing.told.join(), /has been delivered: 2 pages/);
  });

  it('to a number that is not in use are not tried again', async () => {
    answers = { kind: 'unallocated' };
    await taken();
    await work();
    world.pass(3_600_000);
    assert.equal(await work(), 0);
    assert.deepEqual(world.faxing.told, [
      `${alice}: Your fax to ${machineNumber} was not delivered: the number is not in use.`,
    ]);
  });

  it('that a person answers, or that break off, are tried again, and their sender hears how far they came', async () => {
    answers = { kind: 'answered', steps: [speak(2000), hangup()] };
    await taken();
    await work();
    world.pass(120_000);
    answers = { kind: 'answered', steps: [faxMachine({ takes: 1 })] };
    await work();
    world.pass(240_000);
    await work();
    assert.equal(dialled.length, 3);
    assert.deepEqual(world.faxing.told, [
      `${alice}: Of your fax to ${machineNumber} only the first page was delivered: the connection was too bad.`,
    ]);
  });

  it('where the toll rules say no are refused at once, and again before the call', async () => {
    assert.deepEqual(await ask({ to: '+442079460000' }), { kind: 'refused', why: 'denied' });
    assert.deepEqual(await ask({ to: '12' }), { kind: 'refused', why: 'not-a-number' });
    const id = await taken();
    const limited = { rules: [], dailyCalls: 0 };
    await world.test.store.mailboxes.update(from.id, { settings: { toll: limited } });
    await work();
    await world.test.store.mailboxes.update(from.id, { settings: { toll: null } });
    assert.deepEqual(dialled, []);
    assert.deepEqual((await now(id))?.end, { kind: 'failed', pages: 0, why: 'denied' });
  });

  it('are as many a day as the subscriber may have calls', async () => {
    const own = { rules, dailyCalls: 2 } as const;
    const dave = await world.mailbox('+12025550148');
    const limited = await world.test.store.mailboxes.update(dave.id, { settings: { toll: own } });
    assert.ok(limited !== undefined);
    await taken({ from: limited });
    await taken({ from: limited });
    await work();
    assert.deepEqual(await ask({ from: limited }), { kind: 'refused', why: 'daily-limit' });
    assert.equal(dialled.length, 2);
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
    const began = performance.now();
    await refused(of('image/tiff', manyPages(100_000)), 'document');
    await refused(of('image/tiff', faxTiff(21, 8)), 'document');
    assert.ok(performance.now() - began < 1000, 'too many pages are found by counting');
    assert.equal(await work(), 0);
  });

  it('of words, pictures and documents have a cover sheet and a page each', async () => {
    const words = { contentType: 'text/plain; charset=utf-8', bytes: Buffer.from('Dear machine,\n\nhello.') };
    await taken({ content: [words, tiff], cover: { subject: 'Hello', text: 'For you.' } });
    await work();
    const document = sentDocuments().at(-1);
    assert.ok(document !== undefined);
    const pages = await pagesOf(document);
    assert.equal(pages.length, 4);
    // The cover has something on it, and the last page is the second of the TIFF.
    assert.ok(pages[0]!.rows.some((byte) => byte !== 0));
    assert.ok(shows(pages[3]!, (await pagesOf(tiff.bytes))[1]!, 60));
    assert.match(world.faxing.told.join(), /has been delivered: 4 pages/);
  });

  it('that another controller was sending when it died are not sent again if they arrived, or go on', async () => {
    const id = await taken();
    const dead = await world.test.store.faxes.takeDue(world.deps.clock.now(), 1000);
    assert.equal(dead?.id, id);
    const tag = tagOf(id, 1);
    world.media.faxEnds.set(tag, 'under-way');
    world.pass(2000);
    await work();
    world.pass(16_000);
    await work();
    assert.deepEqual(dialled, []);
    world.media.faxEnds.set(tag, { kind: 'sent', pages: 2, facts: undefined });
    world.pass(16_000);
    await work();
    assert.deepEqual(dialled, []);
    assert.match(world.faxing.told.join(), /has been delivered: 2 pages/);
  });

  it('are tried again after a switch that was away, and that try does not count', async () => {
    const id = await taken();
    await runOnce(withMedia({ dial: async () => Promise.reject(new Error('no switch')) }));
    const waiting = await now(id);
    assert.deepEqual([waiting?.status, waiting?.tries, waiting?.lastError], ['pending', 0, 'no switch']);
    world.pass(16_000);
    assert.equal(await work(), 1);
  });

  it('wait for a switch that is away, and take nothing of the day’s calls', async () => {
    const own = { rules, dailyCalls: 2 } as const;
    const erin = await world.mailbox('+12025550149');
    const limited = await world.test.store.mailboxes.update(erin.id, { settings: { toll: own } });
    const id = await taken({ from: limited! });
    const away = { healthy: false, dial: async () => assert.fail('nobody is there to dial') };
    const broken = { dial: async () => Promise.reject(new Error('lost just now')) };
    for (const media of [away, broken, away, broken, broken]) {
      await runOnce(withMedia(media));
      world.pass(16_000);
    }
    assert.deepEqual([(await now(id))?.tries, (await now(id))?.status], [0, 'pending']);
    await taken({ from: limited! });
    await work();
    assert.equal(dialled.length, 2);
    assert.equal((await now(id))?.end?.kind, 'sent');
  });

  it('that were sent when the store went away are told of when it is back, and not sent again', async () => {
    const id = await taken();
    const dial: MediaServer['dial'] = async (to, options) => {
      const result = await world.media.dial(to, options);
      if (result.kind === 'answered')
        result.call.gone.addEventListener('abort', () => (world.away = true), { once: true });
      return result;
    };
    await runOnce(withMedia({ dial }));
    world.away = false;
    assert.equal((await now(id))?.status, 'calling');
    world.pass(121_000);
    await work();
    assert.deepEqual([dialled.length, (await now(id))?.end?.kind], [1, 'sent']);
    assert.match(world.faxing.told.join(), /has been delivered: 2 pages/);
    // It is kept in the store, so the switch need not know any more.
    assert.equal(await world.media.faxSent(tagOf(id, 1)), undefined);
  });

  it('that were sent when the store was away for a moment are over at once', async () => {
    const id = await taken();
    const { store } = world.faxing.deps;
    let fails = 2;
    const patched = Object.create(store) as Store;
    const faxes = Object.create(store.faxes) as Store['faxes'];
    Object.defineProperty(patched, 'faxes', { value: faxes });
    Object.defineProperty(faxes, 'over', {
      value: async (...values: Parameters<Store['faxes']['over']>) => {
        if ((fails -= 1) >= 0) throw new Error('away');
        return world.test.store.faxes.over(...values);
      },
    });
    Object.defineProperty(faxes, 'told', {
      value: async (fax: FaxJobId) => world.test.store.faxes.told(fax),
    });
    Object.defineProperty(faxes, 'again', { value: async () => assert.fail('it was sent') });
    await runOnce({ ...world.faxing.deps, store: patched });
    assert.deepEqual([dialled.length, (await now(id))?.end?.kind], [1, 'sent']);
  });

  it('that fail on our side after the answer are given up after the tries that there are', async () => {
    const id = await taken();
    const dial: MediaServer['dial'] = async (to, options) => {
      const result = await world.media.dial(to, options);
      if (result.kind === 'answered')
        result.call.sendFax = async () =>
          Promise.reject(new Fault('media-failed', 'disk full', { temporary: true }));
      return result;
    };
    for (let hour = 0; hour < 6; hour += 1) {
      const job = await world.test.store.faxes.takeDue(world.deps.clock.now(), 120_000);
      if (job !== undefined) await runFax(withMedia({ dial }), job, new AbortController().signal);
      world.pass(3_600_000);
    }
    assert.equal(dialled.length, 3);
    assert.deepEqual((await now(id))?.end, { kind: 'failed', pages: 0, why: 'other' });
  });

  it('without a folder that the switch sees are given up without a call', async () => {
    const id = await taken();
    for (let hour = 0; hour < 3; hour += 1) {
      await runOnce(withMedia({ canFax: false }));
      world.pass(3_600_000);
    }
    assert.deepEqual([dialled.length, (await now(id))?.end?.kind], [0, 'failed']);
  });

  it('that an earlier try delivered are not sent again, however many controllers died since', async () => {
    const id = await taken();
    for (let dead = 0; dead < 2; dead += 1) {
      await world.test.store.faxes.takeDue(world.deps.clock.now(), 1000);
      world.pass(2000);
    }
    world.media.faxEnds.set(tagOf(id, 1), { kind: 'sent', pages: 2, facts: undefined });
    await work();
    assert.deepEqual([dialled.length, (await now(id))?.end?.kind], [0, 'sent']);
  });

  it('to a number that is served here lie in its mailbox without a call, once', async () => {
    const to = '+12025550155';
    const id = await taken({ to });
    const job = await world.test.store.faxes.takeDue(world.deps.clock.now(), 1000);
    await runFax(world.faxing.deps, job!, new AbortController().signal);
    // As if the controller had died before it told the store.
    await runFax(world.faxing.deps, job!, new AbortController().signal);
    const mailbox = await world.test.store.mailboxes.find(to as E164);
    const messages = await world.test.store.messages.list(mailbox!.id, { limit: 10 });
    assert.equal(messages.length, 1);
    const { kind, from: sender, parts } = messages[0]!.envelope;
    assert.deepEqual([kind, sender.number, parts[0]?.pages], ['fax', alice, 2]);
    const media = await world.test.store.media.get(parts[0]!.media);
    assert.ok(shows((await pagesOf(media!.bytes))[0]!, (await pagesOf(tiff.bytes))[0]!));
    assert.deepEqual([dialled, (await now(id))?.end], [[], { kind: 'sent', pages: 2 }]);
    assert.deepEqual(world.faxing.told, [`${alice}: Your fax to ${to} has been delivered: 2 pages.`]);
  });

  it('of a message of which a part cannot be made pages are not sent by halves', async () => {
    const broken = { contentType: 'image/tiff', bytes: tiff.bytes, pages: 2 };
    const message = await world.leave(alice, { kind: 'fax', part: broken });
    const id = await taken({ content: message });
    await world.test.store.media.delete(message.envelope.parts[0]!.media);
    const words = async () => ({ contentType: 'application/pdf', bytes: Buffer.from('%PDF'), pages: 1 });
    await runOnce({ ...world.faxing.deps, conversions: { ...world.deps.conversions, words } });
    assert.deepEqual([dialled, (await now(id))?.end], [[], { kind: 'failed', pages: 0, why: 'document' }]);
  });

  it('of which the end was not told yet are told of, once, and not sent again', async () => {
    const id = await taken();
    const job = await world.test.store.faxes.takeDue(world.deps.clock.now(), 1000);
    assert.ok(job !== undefined);
    await world.test.store.faxes.over(id, { kind: 'sent', pages: 2 });
    world.pass(2000);
    await work();
    await work();
    assert.deepEqual(dialled, []);
    assert.equal(world.faxing.told.length, 1);
  });

  it('whose lease ran out while this controller is at them are not taken a second time', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let up = (): void => undefined;
    const answered = new Promise<void>((resolve) => (up = resolve));
    answers = {
      kind: 'answered',
      steps: [{ kind: 'meanwhile', run: async () => (up(), held) }, faxMachine()],
    };
    const id = await taken();
    const signal = AbortSignal.timeout(20_000);
    assert.equal(await world.faxing.faxOut.runDue(signal), 1);
    await answered;
    world.pass(200_000);
    assert.equal(await world.faxing.faxOut.runDue(signal), 0);
    assert.equal((await now(id))?.tries, 1);
    release();
    while (!signal.aborted && (await now(id))?.status !== 'over');
    assert.deepEqual([dialled.length, (await now(id))?.end?.kind], [1, 'sent']);
  });

  it('go as many at once as there are lines', async () => {
    let up = 0;
    let most = 0;
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let second = (): void => undefined;
    const two = new Promise<void>((resolve) => (second = resolve));
    answers = {
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
    assert.equal(await world.faxing.faxOut.runDue(signal), 2);
    assert.equal(await world.faxing.faxOut.runDue(signal), 0);
    await two;
    release();
    while (!signal.aborted) {
      await world.faxing.faxOut.runDue(signal);
      const jobs = await Promise.all(ids.map(now));
      if (jobs.every((job) => job?.status === 'over')) break;
    }
    assert.equal(most, 2);
    await world.faxing.faxOut.stop(5000);
  });

  it('of a mailbox that is gone come to an end', async () => {
    const id = await taken({ from: { ...from, id: 'gone' as MailboxId } });
    await work();
    assert.equal((await now(id))?.status, 'over');
    assert.deepEqual([dialled, world.faxing.told], [[], []]);
  });
});
