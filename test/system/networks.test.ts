import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../app/config.ts';
import type { E164, MailboxId, Reference } from '../../app/core/ids.ts';
import type { Message } from '../../app/core/message/message.ts';
import { createConversions, type Conversions } from '../../app/services/conversions.ts';
import { openSpeech } from '../../app/speech/open-speech.ts';
import { systemRandom } from '../../app/telemetry/system-random.ts';
import { openTransform } from '../../app/transform/open.ts';
import { correlate } from '../../scripts/audio/correlate.ts';
import { openSmsc, type Smsc } from '../../scripts/smsc/smsc.ts';
import { toolCommands } from '../../scripts/stack/ffmpeg.ts';
import { freePort } from '../../scripts/stack/ports.ts';
import { speech } from '../audio/speech.ts';
import { openFaxMachine, type FaxMachine } from '../fax/machine.ts';
import { faxTiff, pagesOf, shows } from '../fax/tiff.ts';
import { newSid, openTwilioServer, type TwilioServer } from '../gateways/twilio-server.ts';
import { openMailSink, sendMail, type Kept, type MailSink } from '../mail/mail-sink.ts';
import { cells, ways, type Place, type Way } from '../networks/cells.ts';
import { Program } from '../networks/program.ts';
import type { Phone } from '../phone/phone.ts';
import { silentLog } from '../ports/silent-log.ts';
import { isSound } from './enter-mailbox.ts';
import { leaveMessage } from './leave-message.ts';
import { OwnMailbox } from './own-mailbox.ts';
import { access, openSystem, type System } from './system.ts';

const account = { accountSid: `AC${'3'.repeat(32)}`, authToken: 'a-token-of-tests', senders: [access] };
const publicUrl = 'https://answerback.example';
const alice = '+12025550123';
/** Each way in has a subscriber of its own, and a fax machine that their messages are sent on to. */
const numberOf = (way: Way): E164 => `+1202555030${ways.indexOf(way)}` as E164;
const machineOf = (way: Way): string => `303555040${ways.indexOf(way)}`;
const addressOf = (way: Way): string => `${way}@home.example`;

const said = 'Please call me back about the keys of the blue car.';
const words: Readonly<Record<Exclude<Way, 'call' | 'fax'>, string>> = {
  'sip-message': 'The parcel is with your neighbour.',
  smpp: 'The train is an hour late tonight.',
  mms: 'This is the view from the window.',
  email: 'The contract is ready. Please sign it before Friday.',
  web: 'The map shows where we meet.',
};
const kinds: Readonly<Record<Way, Message['envelope']['kind']>> = {
  call: 'voice',
  'sip-message': 'text',
  smpp: 'text',
  mms: 'image',
  email: 'email',
  fax: 'fax',
  web: 'image',
};
/** A picture with words. */
const isPicture = (way: Way): boolean => way === 'mms' || way === 'web';
const subject = 'The contract';
const attached = Buffer.from('a,b\n1,2\n');

describe('A message left by any network is read from any other', function () {
  this.timeout(240_000);
  const closing: (() => PromiseLike<unknown>)[] = [];
  let system: System;
  let smsc: Smsc;
  let twilio: TwilioServer;
  let sink: MailSink;
  let machine: FaxMachine;
  let phone: Phone;
  let program: Program;
  let conversions: Conversions;
  let voice: Buffer;
  let picture: Uint8Array;
  const page = faxTiff(1);
  const messages = new Map<Way, Message>();

  before(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'answerback-networks-'));
    closing.push(() => rm(directory, { recursive: true, force: true }));
    const faxPort = await freePort('udp');
    [smsc, twilio, sink] = await Promise.all([openSmsc(), openTwilioServer(account), openMailSink()]);
    closing.push(() => Promise.all([smsc, twilio, sink].map((one) => one[Symbol.asyncDispose]())));
    // Media are kept elsewhere than the account, as Twilio's are.
    const { host } = new URL(twilio.url);
    system = await openSystem({
      lines: [{ name: 'fax-line', host: '127.0.0.2', port: faxPort }],
      standard: {
        notify: ['sip', 'smpp', 'email'].map((gateway) => ({ gateway, to: 'subscriber' })),
        welcome: false,
        transcribe: true,
        // The fax machine is of another network.
        toll: { rules: [{ allow: true, prefix: '+1303' }] },
      },
      config: {
        fax: { trunk: 'fax-line' },
        smpp: [{ name: 'mobile', host: '127.0.0.1', port: smsc.port, systemId: 'answerback', from: access }],
        twilio: {
          from: access,
          api: twilio.url,
          publicUrl,
          mediaHosts: [host, host.replace('127.0.0.1', 'localhost')],
        },
        email: {
          domains: ['voice.example'],
          listen: { port: 0 },
          relay: { host: '127.0.0.1', port: sink.port, tls: 'none' },
        },
      },
      env: {
        SMPP_PASSWORD_MOBILE: 'secret',
        TWILIO_ACCOUNT_SID: account.accountSid,
        TWILIO_AUTH_TOKEN: account.authToken,
      },
    });
    closing.push(() => system[Symbol.asyncDispose]());
    machine = await openFaxMachine({
      directory: join(directory, 'machine'),
      host: '127.0.0.2',
      port: faxPort,
      server: { host: system.asterisk.sipHost, port: system.asterisk.sipPort },
      station: '+1 202 555 0166',
    });
    closing.push(() => machine[Symbol.asyncDispose]());
    await openConverters();
    [phone, voice, picture] = await Promise.all([system.phone(alice), speech(said), drawing()]);
    await Promise.all(ways.map(subscribes));
    program = await Program.open(system);
    await smsc.until(() => smsc.receivers > 0, 20_000);
  });

  after(async () => {
    for (const close of closing.toReversed()) await close();
  });

  /** What this test expects of sound and pages is made by converters of its own. */
  async function openConverters(): Promise<void> {
    const { config } = loadConfig(undefined);
    const tools = toolCommands();
    const log = silentLog;
    const transform = openTransform(tools, { log });
    const spoken = await openSpeech({ ...config.speech, language: 'en' }, tools, { log });
    closing.push(() => transform[Symbol.asyncDispose]());
    closing.push(() => spoken[Symbol.asyncDispose]());
    const converters = [transform, ...spoken.converters];
    conversions = createConversions({ store: system.store, converters, log });
  }

  async function inForm(contentType: string, bytes: Uint8Array, form: string): Promise<Uint8Array> {
    const made = await conversions.content({ contentType, bytes }, form, { language: 'en' });
    assert.ok(made, `nothing here makes ${form} of ${contentType}`);
    return made.bytes;
  }

  const drawing = (): Promise<Uint8Array> => inForm('image/tiff', faxTiff(1, 400), 'image/png');

  async function subscribes(way: Way): Promise<void> {
    const made = await system.store.mailboxes.create({
      id: systemRandom.uuid() as MailboxId,
      number: numberOf(way),
      origin: 'provisioned',
      classOfService: 'standard',
      created: new Date(),
      status: 'active',
      settings: { addresses: { email: addressOf(way) } },
    });
    assert.equal(made.kind, 'created');
  }

  async function leave(way: Way): Promise<void> {
    const to = numberOf(way);
    switch (way) {
      case 'call':
        await leaveMessage(phone, to, voice);
        return;
      case 'sip-message':
        assert.equal(await phone.text(to, words[way]), 202);
        return;
      case 'smpp':
        assert.equal(await smsc.deliver({ from: alice, to, message: words[way] }), 0);
        return;
      case 'mms':
        assert.equal(await mmsComes(to), 200);
        return;
      case 'email':
        await sendMail(mailPort(), {
          from: 'Alice Miller <alice@far.example>',
          to: `${to}@voice.example`,
          subject,
          text: words[way],
          attachments: [{ filename: 'list.csv', content: attached }],
        });
        return;
      case 'fax': {
        const { end } = await machine.send(page, { to, from: alice });
        assert.equal((await end).status, 'SUCCESS');
        return;
      }
      case 'web': {
        const mailbox = (await system.store.mailboxes.find(to))?.id;
        assert.ok(mailbox);
        assert.equal(await program.leave(mailbox, alice, words.web, picture), 201);
      }
    }
  }

  const mailPort = (): number => Number(system.controller.lines.find(({ msg }) => msg === 'ready')?.['mail']);

  async function mmsComes(to: string): Promise<number> {
    const path = '/webhooks/twilio/sms';
    const response = await twilio.post({
      target: system.controller.web + path,
      configured: publicUrl + path,
      form: {
        From: alice,
        To: to,
        Body: words.mms,
        MessageSid: newSid('MM'),
        NumMedia: '1',
        MediaUrl0: twilio.keep('image/png', Buffer.from(picture)),
        MediaContentType0: 'image/png',
      },
    });
    return response.status;
  }

  const openedBy = (text: string): Reference => /,,(\d{10})#/.exec(text)?.[1] as Reference;

  function messageOf(way: Way): Message {
    const message = messages.get(way);
    assert.ok(message, 'it did not come in');
    return message;
  }

  const mediaOf = async (message: Message, index: number): Promise<Uint8Array> =>
    (await system.store.media.get(message.envelope.parts[index]!.media))!.bytes;

  /** Texts of one way out to a subscriber; those looked at are gone. */
  async function nextSms(to: string, found: (body: string) => boolean): Promise<string> {
    const at = () => smsc.submitted.findIndex((text) => text.to === to && found(text.body));
    await smsc.until(() => at() >= 0, 30_000);
    return smsc.submitted.splice(at(), 1)[0]!.body;
  }

  async function nextSip(to: string, found: (body: string) => boolean): Promise<string> {
    const where = (one: { to: string; body: string }) => one.to === to && found(one.body);
    return (await system.network.nextText({ timeoutMs: 30_000, where })).body;
  }

  it('each comes in, whole, and is told of by SMS', async () => {
    await Promise.all(ways.map(leave));
    for (const way of ways) {
      const notice = await nextSms(numberOf(way), (body) => /,,\d{10}#/.test(body));
      const message = await system.store.messages.byReference(openedBy(notice));
      assert.ok(message, way);
      messages.set(way, message);
      assert.equal(message.envelope.kind, kinds[way]);
      if (way === 'fax') assert.match(notice, /^New fax from \+12025550123, 1 page/);
      if (way === 'call') assert.match(notice, /^New voice message from \+12025550123, 0:0\d/);
      if (way === 'email') assert.match(notice, /The contract/);
      if (way !== 'fax' && way !== 'call' && way !== 'email')
        assert.ok(notice.includes(words[way].slice(0, 12)), notice);
    }
  });

  const checks: Readonly<Record<Place, (way: Way, message: Message) => Promise<void>>> = {
    api: apiGives,
    email: mailBrings,
    sms: (way, message) => textTells(way, message, 'sms'),
    'sip-message': (way, message) => textTells(way, message, 'sip-message'),
    // The visit ends with the message on its way to a fax machine, where it can be.
    telephone: visits,
    fax: faxArrives,
  };

  for (const [place, check] of Object.entries(checks) as [Place, (typeof checks)[Place]][]) {
    for (const way of ways) {
      const cell = cells[way][place];
      if (cell === undefined) continue;
      it(`S1: ${way} to ${place}: ${cell}`, () => check(way, messageOf(way)));
    }
  }

  async function apiGives(way: Way, message: Message): Promise<void> {
    const { id, subject: title, parts } = await program.message(message.id);
    const bytes = async (index: number) => Buffer.from(await program.part(id, index));
    if (way === 'call') assert.ok(correlate(await bytes(0), voice).score > 0.9);
    else if (way === 'fax') await showsPage(await bytes(0), page);
    else if (isPicture(way)) {
      const index = parts.findIndex(({ contentType }) => contentType === 'image/png');
      assert.deepEqual(await bytes(index), Buffer.from(picture));
    } else assert.equal((await bytes(0)).toString().trim(), words[way]);
    if (way === 'email') {
      assert.deepEqual([title, parts[1]?.name], [subject, 'list.csv']);
      assert.deepEqual(await bytes(1), attached);
    }
  }

  async function mailBrings(way: Way): Promise<void> {
    const { mail }: Kept = await sink.next(addressOf(way), 30_000);
    const [first] = mail.attachments;
    if (way === 'call') {
      assert.match(first?.contentType ?? '', /^audio\//);
      const sound = await inForm(first!.contentType, first!.content, 'audio/pcmu');
      assert.ok(correlate(sound, voice).score > 0.9);
    } else if (way === 'fax') {
      assert.equal(first?.contentType, 'application/pdf');
      const paper = await inForm('image/tiff', page, 'application/pdf');
      const drawn = (pdf: Uint8Array) => inForm('application/pdf', pdf, 'image/tiff');
      await showsPage(await drawn(first.content), await drawn(paper));
    } else {
      assert.ok(mail.text?.includes(words[way]), mail.text);
      if (isPicture(way)) assert.deepEqual(first?.content, Buffer.from(picture));
      if (way === 'email') assert.ok(mail.attachments.some(({ content }) => content.equals(attached)));
    }
  }

  /** What speech recognition must have understood of `said` at least. */
  const understood = (body: string): boolean => /\b(call|back|keys|car)\b/i.test(body);

  async function textTells(way: Way, message: Message, place: 'sms' | 'sip-message'): Promise<void> {
    const to = numberOf(way);
    if (place === 'sip-message') {
      const notice = await nextSip(to, (body) => /,,\d{10}#/.test(body));
      assert.equal(openedBy(notice), message.reference);
    }
    if (way === 'fax') return;
    const read = `TEXT ${message.reference}`;
    if (place === 'sms') assert.equal(await smsc.deliver({ from: to, to: access, message: read }), 0);
    else assert.equal(await (await system.phone(to)).text(access, read), 202);
    const whole = (body: string): boolean => (way === 'call' ? understood(body) : body.includes(words[way]));
    const next = place === 'sms' ? nextSms : nextSip;
    assert.ok(await next(to, (body) => !/,,\d{10}#/.test(body) && whole(body)));
  }

  async function visits(way: Way, message: Message): Promise<void> {
    await using own = await OwnMailbox.enter(system, await system.phone(numberOf(way)));
    await own.chooses('1');
    const { kind, parts } = message.envelope;
    if (kind !== 'voice') await own.told.plays(`kind-${kind}`, 30_000);
    if (way !== 'fax') {
      const expected =
        way === 'call'
          ? voice
          : await inForm('text/plain; charset=utf-8', Buffer.from(words[way]), 'audio/pcmu');
      await own.told.plays(({ name }) => isSound(name), 40_000);
      await own.call.hears(expected, { withinMs: 40_000 });
    } else assert.equal(parts[0]?.pages, 1);
    if (cells[way].fax === undefined) return;
    await own.told.plays('menu-message-delete', 40_000);
    await own.call.press('4');
    await own.does(
      ['menu-answer-send-fax', '4'],
      ['fax-enter-number', `${machineOf(way)}#`],
      ['fax-on-its-way', ''],
    );
  }

  const arrived = new Map<string, Uint8Array>();

  async function faxArrives(way: Way, message: Message): Promise<void> {
    const to = machineOf(way);
    while (!arrived.has(to)) {
      const fax = await machine.received(120_000);
      assert.equal(fax.end.status, 'SUCCESS');
      arrived.set(fax.to.slice(-10), fax.document);
    }
    // Words come first, then what they came with.
    await showsPage(arrived.get(to)!, await paperOf(way, message), isPicture(way) ? 1 : 0);
  }

  /** What the far machine is to print. */
  async function paperOf(way: Way, message: Message): Promise<Uint8Array> {
    if (way === 'fax') return page;
    if (isPicture(way)) return inForm('image/png', picture, 'image/tiff');
    const { contentType } = message.envelope.parts[0]!;
    const whole = way === 'email' ? `${subject}\n\n${words[way]}` : await mediaOf(message, 0);
    return inForm(contentType, Buffer.from(whole), 'image/tiff');
  }

  async function showsPage(document: Uint8Array, expected: Uint8Array, index = 0): Promise<void> {
    const [got, wanted] = await Promise.all([pagesOf(document), pagesOf(expected)]);
    assert.ok(got[index], `${got.length} pages`);
    assert.ok(shows(got[index], wanted[0]!), 'the page shows something else');
  }
});
