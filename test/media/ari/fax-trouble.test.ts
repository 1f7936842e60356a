import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { AriMedia } from '../../../app/media/ari/open.ts';
import type { Call } from '../../../app/ports/media.ts';
import { freePort } from '../../../scripts/stack/ports.ts';
import { openFaxMachine, type FaxMachine } from '../../fax/machine.ts';
import { faxTiff } from '../../fax/tiff.ts';
import { openLab, until, type Lab } from './lab.ts';

const host = '127.0.0.2';
const number = '+12025550166';
const rule = { tag: '', station: '+12025550199', header: 'Answerback', maxSeconds: 100 };

describe('A fax that cannot be sent', function () {
  this.timeout(150_000);
  let lab: Lab;
  let media: AriMedia;
  let machine: FaxMachine;

  before(async () => {
    const port = await freePort('udp');
    lab = await openLab({ lines: [{ name: 'fax-line', host, port }], modules: 'load = app_system.so' });
    const server = { host: lab.asterisk.sipHost, port: lab.asterisk.sipPort };
    machine = await openFaxMachine({
      directory: join(lab.directory, 'machine'),
      host,
      port,
      server,
      station: 'Machine',
    });
    media = await lab.media();
  });
  after(async () => {
    await machine?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  });

  async function dial(): Promise<Call> {
    const dialled = await media.dial(
      { number, trunk: 'fax-line' },
      { callerNumber: '+12025550199', ringSeconds: 10 },
    );
    assert.ok(dialled.kind === 'answered', dialled.kind);
    return dialled.call;
  }

  it('to a busy machine is a call that was not answered', async () => {
    await machine.answers('busy');
    const dialled = await media.dial(
      { number, trunk: 'fax-line' },
      { callerNumber: '+12025550199', ringSeconds: 10 },
    );
    assert.equal(dialled.kind, 'busy');
  });

  it('as no TIFF fails at once, with nothing delivered', async () => {
    await machine.answers('takes');
    for (const document of [Buffer.from('no fax at all'), Buffer.alloc(0)]) {
      await using call = await dial();
      const sent = await call.sendFax(document, { ...rule, tag: `out~document-${document.length}~1` });
      assert.ok(sent.kind === 'failed' && sent.pages === 0, JSON.stringify(sent));
    }
  });

  it('to a far side that answers and never speaks T.30 comes to an end by itself', async () => {
    await machine.answers('tones');
    await using call = await dial();
    const sent = await call.sendFax(faxTiff(1), { ...rule, tag: 'out~tones~1' });
    assert.ok(sent.kind === 'failed', sent.kind);
    assert.deepEqual([sent.pages, sent.why], [0, 'no-fax'], sent.detail);
  });

  it('to a line that answers and is dead does not hold it', async () => {
    await machine.answers('nothing');
    await using call = await dial();
    const began = performance.now();
    const sent = await call.sendFax(faxTiff(1), { ...rule, tag: 'out~nothing~1' });
    assert.ok(sent.kind === 'failed' && sent.pages === 0, sent.kind);
    assert.ok(performance.now() - began < 60_000);
  });

  it('in the time that it may take is ended then', async () => {
    await machine.answers('tones');
    await using call = await dial();
    const sent = await call.sendFax(faxTiff(1), { ...rule, tag: 'out~late~1', maxSeconds: 1 });
    assert.ok(sent.kind === 'failed', sent.kind);
    assert.deepEqual([sent.pages, sent.why], [0, 'time']);
  });

  it('and whose controller is gone is ended by the switch', async () => {
    await machine.answers('tones');
    // As on a busy machine: until it is written down how a fax ended, it is not over.
    await lab.asterisk.cli('dialplan add extension "s,1,System(sleep 2)" into fax-over replace');
    const own = await lab.media();
    const tag = 'out~left~1';
    const dialled = await own.dial(
      { number, trunk: 'fax-line' },
      { callerNumber: '+12025550199', ringSeconds: 10 },
    );
    assert.ok(dialled.kind === 'answered');
    const began = performance.now();
    const sent = dialled.call.sendFax(faxTiff(1), { ...rule, tag, maxSeconds: 5 });
    await until(async () => (await own.faxSent(tag)) === 'under-way', 'under way', 30_000);
    await own[Symbol.asyncDispose]();
    assert.deepEqual(await sent, { kind: 'gone' });
    await using next = await lab.media();
    let end = await next.faxSent(tag);
    for (; end === 'under-way'; end = await next.faxSent(tag)) {
      // T.30's own time-outs would end it after more than a minute.
      assert.ok(performance.now() - began < 60_000, 'it goes on for ever');
      await pause(50);
    }
    assert.equal(end?.kind, 'failed');
    // Not before its time: five seconds and what the switch adds.
    assert.ok(performance.now() - began > 15_000);
    await lab.asterisk.cli('dialplan add extension s,1,Set(AB_FACTS=1) into fax-over replace');
  });

  it('without a folder that both see is refused in words', async () => {
    await machine.answers('tones');
    await using other = await lab.media({ spool: undefined, app: 'answerback' });
    const dialled = await other.dial(
      { number, trunk: 'fax-line' },
      { callerNumber: '+12025550199', ringSeconds: 10 },
    );
    assert.ok(dialled.kind === 'answered');
    await using call = dialled.call;
    await assert.rejects(async () => call.sendFax(faxTiff(1), { ...rule, tag: 'out~far~1' }), {
      code: 'media-failed',
      message: /asterisk\.spool is not set/,
    });
  });
});
