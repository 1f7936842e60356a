import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { tiffPages } from '../../app/core/message/tiff-pages.ts';
import type { E164, MailboxId } from '../../app/core/ids.ts';
import type { Message } from '../../app/core/message/message.ts';
import { freePort } from '../../scripts/stack/ports.ts';
import { speech } from '../audio/speech.ts';
import { openFaxMachine, type FaxMachine } from '../fax/machine.ts';
import { faxTiff, packedTiff, pagesOf, shows } from '../fax/tiff.ts';
import { OwnMailbox } from './own-mailbox.ts';
import { openSystem, type System } from './system.ts';

const machineNumber = '+12025550166';
const station = '+1 202 555 0166';
let boxes = 0;

/** Looks until it holds: no event tells a test of it. */
async function until<T>(look: () => Promise<T | undefined>, what: string, withinMs = 60_000): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe('Faxes over a real switch, with real machines', function () {
  this.timeout(180_000);
  let system: System;
  let directory: string;
  /** One that does T.38, and one that sends sound. */
  let modern: FaxMachine;
  let plain: FaxMachine;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'answerback-fax-'));
    const [first, second] = [await freePort('udp'), await freePort('udp')];
    system = await openSystem({
      lines: [
        { name: 'fax-line', host: '127.0.0.2', port: first },
        { name: 'sound-line', host: '127.0.0.3', port: second },
      ],
      config: {
        asterisk: { trunk: 'fax-line' },
        numbers: {
          access: ['+12025550199'],
          country: 'US',
          ranges: [{ prefix: '+1202555', class: 'standard' }],
          callable: ['+1303555'],
        },
        email: { domains: ['voice.example'], faxDomain: 'fax.example', listen: { port: 0 } },
        fax: { mailClients: ['127.0.0.1'], header: 'Anna & Co' },
      },
    });
    const server = { host: system.asterisk.sipHost, port: system.asterisk.sipPort };
    const open = (host: string, port: number, t38: boolean) =>
      openFaxMachine({ directory: join(directory, host), host, port, server, t38, station });
    [modern, plain] = await Promise.all([open('127.0.0.2', first, true), open('127.0.0.3', second, false)]);
  });

  after(async () => {
    await modern?.[Symbol.asyncDispose]();
    await plain?.[Symbol.asyncDispose]();
    await system?.[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  const box = (): E164 => `+1202555${2000 + (boxes += 1)}` as E164;

  async function messages(number: E164): Promise<Message[]> {
    const mailbox = await system.store.mailboxes.find(number);
    return mailbox === undefined
      ? []
      : system.store.messages.list(mailbox.id, { limit: 10, order: 'oldest' });
  }

  async function nextFax(number: E164): Promise<Message> {
    return until(
      async () => (await messages(number)).find(({ envelope }) => envelope.kind === 'fax'),
      'a fax',
    );
  }

  async function assertPages(message: Message, sent: Uint8Array, pages: number): Promise<void> {
    const [part] = message.envelope.parts;
    assert.deepEqual([part?.contentType, part?.pages], ['image/tiff', pages]);
    const media = await system.store.media.get(part!.media);
    const [got, wanted] = await Promise.all([pagesOf(media!.bytes), pagesOf(sent)]);
    assert.equal(got.length, pages);
    for (let i = 0; i < pages; i += 1) assert.ok(shows(got[i]!, wanted[i]!), `page ${i}`);
  }

  it('by T.38, whose tone is heard during the greeting, are messages; their subscriber sends them on by telephone', async () => {
    const number = box();
    const document = faxTiff(1);
    const { end } = await modern.send(document, { to: number, from: machineNumber });
    const message = await nextFax(number);
    const { status, pages, mode } = await end;
    assert.deepEqual([status, pages, mode], ['SUCCESS', 1, 'T38']);
    await assertPages(message, document, 1);
    assert.deepEqual(message.envelope.fax, { station, rate: 14_400, mode: 't38' });
    assert.deepEqual(message.envelope.from, { number: machineNumber, private: false });
    // The tone itself is no message, and nothing is left at the switch.
    assert.equal((await messages(number)).length, 1);
    assert.deepEqual(await readdir(join(system.asterisk.spool, 'answerback')), []);
    const row = await until(
      async () =>
        (await system.store.cdrs.list({ limit: 50 })).find(
          (one) => one.userfield === message.id && one.event === 'call',
        ),
      'the call’s record',
    );
    assert.deepEqual([row.lastapp, row.faxpages, row.faxbitrate, row.faxmode], ['fax', 1, 14_400, 'T38']);

    const phone = await system.phone(number);
    await using visit = await OwnMailbox.enter(system, phone);
    await visit.chooses('1');
    await visit.does(
      ['kind-fax', '4'],
      ['menu-answer-send-fax', '4'],
      ['fax-enter-number', '3035550166#'],
      ['fax-on-its-way', ''],
    );
    const received = await modern.received();
    assert.equal(received.end.status, 'SUCCESS');
    const [got, sent] = await Promise.all([pagesOf(received.document), pagesOf(document)]);
    assert.ok(got.length === 1 && shows(got[0]!, sent[0]!));
    const mailbox = await system.store.mailboxes.find(number);
    const [job] = await until(async () => {
      const jobs = await system.store.faxes.list(mailbox!.id, 5);
      return jobs[0]?.status === 'over' ? jobs : undefined;
    }, 'the end of the fax');
    assert.deepEqual(job?.end, { kind: 'sent', pages: 1 });
    const text = await until(() => system.store.notifications.latestSent(number), 'word of it');
    assert.ok(text !== undefined);
  });

  it('as sound, whose tone is heard during the recording, are messages', async () => {
    const number = box();
    // A greeting that is short: the tone comes again every 3.5 s, and is heard wherever the call is then.
    const document = faxTiff(1);
    const { end } = await plain.send(document, { to: number, from: machineNumber });
    const message = await nextFax(number);
    assert.equal((await end).mode, 'audio');
    await assertPages(message, document, 1);
    assert.deepEqual(message.envelope.fax, { station, rate: 14_400, mode: 'audio' });
    assert.equal((await messages(number)).length, 1);
  });

  it('of a sender that hangs up in the middle of a page keep the pages before it', async () => {
    const number = box();
    const document = faxTiff(3);
    const { id } = await modern.send(document, { to: number, from: machineNumber });
    const spool = join(system.asterisk.spool, 'answerback');
    // The second page is under way when the first lies there.
    await until(async () => {
      const name = (await readdir(spool)).find((one) => one.endsWith('.tif'));
      const bytes = name === undefined ? undefined : await readFile(join(spool, name));
      return (bytes !== undefined && (tiffPages(bytes)?.whole ?? 0) >= 1) || undefined;
    }, 'the first page');
    await modern.hangUp(id);
    const message = await nextFax(number);
    assert.equal(message.envelope.cut, true);
    const pages = message.envelope.parts[0]?.pages ?? 0;
    assert.ok(pages >= 1 && pages < 3, `${pages} pages`);
    await assertPages(message, document, pages);
  });

  it('whose controller is killed meanwhile become messages all the same, with what the machines agreed on', async () => {
    const number = box();
    const document = faxTiff(1);
    const { end } = await modern.send(document, { to: number, from: machineNumber });
    const spool = join(system.asterisk.spool, 'answerback');
    await until(async () => (await readdir(spool)).find((one) => one.endsWith('.tif')), 'the first pixels');
    await system.controller.kill('SIGKILL');
    await system.restart();
    assert.equal((await end).status, 'SUCCESS');
    const message = await nextFax(number);
    await assertPages(message, document, 1);
    assert.deepEqual(
      [message.envelope.cut, message.envelope.fax],
      [false, { station, rate: 14_400, mode: 't38' }],
    );
    assert.equal((await messages(number)).length, 1);
  });

  it('from an e-mail go out with a cover sheet', async () => {
    const number = box();
    const { mailbox } = await system.store.mailboxes.findOrCreate({
      id: randomUUID() as MailboxId,
      number,
      origin: 'provisioned',
      classOfService: 'standard',
      created: new Date(),
    });
    await system.store.mailboxes.update(mailbox.id, {
      settings: { addresses: { email: 'anna@example.com' } },
    });
    const port = Number(system.controller.lines.findLast(({ msg }) => msg === 'ready')?.['mail']);
    const transport = createTransport({ host: '127.0.0.1', port, secure: false, ignoreTLS: true });
    const document = await packedTiff(1);
    const mail = {
      from: 'anna@example.com',
      to: '13035550166@fax.example',
      subject: 'The plan',
      text: 'Please see the plan.',
      attachments: [{ filename: 'plan.tif', content: document, contentType: 'image/tiff' }],
    };
    await transport.sendMail({ ...mail, messageId: '<plan@example.com>' });
    // The same mail again is the same fax.
    await transport.sendMail({ ...mail, messageId: '<plan@example.com>' });
    await assert.rejects(async () => transport.sendMail({ ...mail, from: 'stranger@example.com' }));
    transport.close();
    const received = await modern.received();
    const [got, sent] = await Promise.all([pagesOf(received.document), pagesOf(document)]);
    assert.equal(got.length, 2);
    assert.ok(shows(got[1]!, sent[0]!), 'the second page is the document');
    assert.equal(received.end.station, number);
    const jobs = await until(async () => {
      const found = await system.store.faxes.list(mailbox.id, 5);
      return found.every(({ status }) => status === 'over') ? found : undefined;
    }, 'the end of the fax');
    assert.deepEqual(
      jobs.map(({ end }) => end),
      [{ kind: 'sent', pages: 2 }],
    );
  });

  it('are not taken for such by speech: a caller who speaks leaves a voice message', async () => {
    const number = box();
    const phone = await system.phone(machineNumber);
    const call = await phone.call(number);
    await call.up();
    // The network's own telephone sends no fax, whatever it says.
    await call.press('#');
    await call.hearsTone(1000, { withinMs: 20_000 });
    const words = await speech(
      'Hello. This is about the boat on the lake, the blue one with the white sail. Please call me back.',
    );
    await call.say(words);
    await call.hangup();
    const [message] = await until(async () => {
      const all = await messages(number);
      return all.length > 0 ? all : undefined;
    }, 'the message');
    assert.equal(message?.envelope.kind, 'voice');
    assert.ok((message?.envelope.parts[0]?.durationMs ?? 0) > 3000);
  });
});
