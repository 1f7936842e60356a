import assert from 'node:assert/strict';
import type { E164 } from '../../app/core/ids.ts';
import type { Message } from '../../app/core/message/message.ts';
import { sendMail } from '../mail/mail-sink.ts';
import { access, domain, openMailServices, type MailServicesWorld } from './mail-services.ts';

let next = 500;
const number = (): E164 => `+1202555${String((next += 1)).padStart(4, '0')}` as E164;
const addressOf = (one: E164): string => `bob${one.slice(-2)}@home.example`;

describe('Subscribers told by e-mail', function () {
  this.timeout(60_000);
  let world: MailServicesWorld;

  before(async () => {
    world = await openMailServices();
  });
  after(() => world[Symbol.asyncDispose]());
  beforeEach(() => {
    world.at('2026-01-05T12:00:00Z');
    world.sink.kept.splice(0);
    world.texts.splice(0);
    world.calls.splice(0);
    world.sink.verdict = () => undefined;
  });

  async function told(settings = {}, draft = {}) {
    const bob = number();
    await world.subscriber(settings, bob);
    const message = await world.leave(bob, draft);
    const notice = await world.sink.next(addressOf(bob));
    return { bob, message, notice, replyTo: notice.mail.replyTo?.value[0]?.address ?? '' };
  }
  /** Bob answers the notice with his mail program. */
  async function answer(to: { bob: E164; replyTo: string }, text: string, mail = {}) {
    const response = await sendMail(world.port, {
      from: addressOf(to.bob),
      to: to.replyTo,
      subject: 'Re: Voice message',
      text: `${text}\n\nOn Mon, Jan 5, 2026 at 12:00 PM Voice mail <voicemail@${domain}> wrote:\n> From: a`,
      ...mail,
    });
    await world.settled();
    return response;
  }
  const stateOf = async ({ id }: Message) => (await world.store.messages.get(id))?.state;

  it('S4 S18: get who, when in their zone, how long, the reference to tap, and the sound', async () => {
    const { message, notice } = await told(
      { timeZone: 'America/New_York' },
      { from: { number: '+12025550123', name: 'Alice <b>', private: false }, urgent: true },
    );
    const { mail, raw } = notice;
    assert.equal(mail.subject, 'Urgent: Voice message from Alice b, 0:04');
    assert.match(mail.text ?? '', /^From: Alice b \(\+12025550123\)$/m);
    assert.match(mail.text ?? '', /^Received: Monday, January 5, 2026 at 7:00\sAM$/m);
    assert.match(mail.text ?? '', /^Length: 0:04$/m);
    assert.match(mail.text ?? '', new RegExp(`^Reference: ${message.reference}$`, 'm'));
    const html = mail.html || '';
    assert.match(mail.text ?? '', /^On the page: https:\/\/page\.example\/m\/[\w-]{22}$/m);
    assert.match(html, /href="https:\/\/page\.example\/m\/[\w-]{22}"/);
    assert.ok(html.includes(`href="tel:${access},,${message.reference}%23"`));
    assert.doesNotMatch(html.replaceAll('https://page.example/m/', ''), /<b>|<script|https?:|<img/);
    const [sound] = mail.attachments;
    assert.deepEqual([sound?.contentType, sound?.filename], ['audio/wav', 'message.wav']);
    assert.equal(sound?.content.length, 46 + 8000);
    for (const header of [
      /^Message-Context: voice-message\r$/im,
      /^Content-Duration: 4\r$/im,
      /^Importance: high\r$/im,
      /^Auto-Submitted: auto-generated\r$/im,
      /^Caller-ID: 12025550123\r$/im,
      /^List-Unsubscribe: <mailto:reply\+\d{25}@voice\.example\?subject=STOP>\r$/im,
    ])
      assert.match(raw.replace(/\r\n[ \t]+/g, ' '), header);
  });

  it('in their language; and with no message attached where a rule says so', async () => {
    const { notice } = await told({
      language: 'es',
      notify: [{ gateway: 'email', to: 'subscriber', attach: 'none' }],
    });
    assert.match(notice.mail.subject ?? '', /^Mensaje de voz de \+12025550123, 0:04$/);
    assert.match(notice.mail.text ?? '', /^Recibido: lunes, 5 de enero de 2026/m);
    assert.deepEqual(notice.mail.attachments, []);
  });

  it('a fax, a picture and an e-mail come as they are, with their words in the mail', async () => {
    const bob = number();
    await world.subscriber({}, bob);
    await world.leave(bob, { kind: 'fax' }, { contentType: 'application/pdf', bytes: new Uint8Array(9) });
    const fax = await world.sink.next(addressOf(bob));
    assert.match(fax.mail.subject ?? '', /^Fax from/);
    assert.equal(fax.mail.attachments[0]?.filename, 'message.pdf');
    assert.equal(fax.mail.headers.get('message-context'), 'fax-message');
    await world.mail({
      to: `${bob}@${domain}`,
      subject: 'Lunch',
      text: 'At noon?',
      attachments: [{ filename: 'menu.png', content: Buffer.from('PNG') }],
    });
    const mail = await world.sink.next(addressOf(bob));
    assert.equal(mail.mail.subject, 'Lunch');
    assert.match(mail.mail.text ?? '', /At noon\?/);
    assert.deepEqual(
      mail.mail.attachments.map((one) => one.filename),
      ['menu.png'],
    );
  });

  it('without an address there is no mail, and what else they are told of is', async () => {
    const bob = number();
    await world.subscriber(
      {
        addresses: {},
        notify: [
          { gateway: 'email', to: 'subscriber' },
          { gateway: 'sip', to: 'subscriber' },
        ],
      },
      bob,
    );
    await world.leave(bob);
    assert.equal(world.texts.length, 1);
    assert.deepEqual(world.sink.kept, []);
  });

  it('a relay that is away gets the mail later, once and under the same Message-ID; one that refuses it, a dead letter', async () => {
    const bob = number();
    await world.subscriber({}, bob);
    world.sink.verdict = () => ({ code: 451, text: 'later' });
    await world.leave(bob);
    world.sink.verdict = () => undefined;
    world.at('2026-01-05T12:00:05Z');
    await world.work();
    const { mail } = await world.sink.next(addressOf(bob));
    assert.ok(mail.messageId);
    await world.work();
    assert.deepEqual(world.sink.kept, []);
    world.sink.verdict = () => ({ code: 550, text: 'nobody' });
    const carol = number();
    await world.subscriber({}, carol);
    await world.leave(carol);
    const [dead] = await world.store.notifications.deadLetters(1);
    assert.equal(dead?.to, addressOf(carol));
  });

  it('a report that the mail did not arrive is kept with it, and answered by nobody', async () => {
    const { notice, message } = await told();
    const report = [
      'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
      '',
      '--b',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; home.example',
      '',
      'Action: failed',
      'Status: 5.1.1',
      '',
      '--b--',
      '',
    ].join('\r\n');
    await sendMail(world.port, { envelope: { from: '', to: notice.from }, raw: report });
    const [dead] = await world.store.notifications.deadLetters(1);
    assert.deepEqual([dead?.message, dead?.lastError], [message.id, '5.1.1']);
    assert.deepEqual(world.sink.kept, []);
  });

  it('S42: answer 1 and are called, SAVE, DELETE and TEXT without a reference, over what is quoted', async () => {
    const to = await told();
    await answer(to, '1');
    assert.deepEqual(world.calls, [{ purpose: 'play', to: to.bob, message: to.message.id }]);
    await answer(to, 'Guardar', { messageId: '<save@home.example>' });
    assert.equal(await stateOf(to.message), 'saved');
    assert.match((await world.sink.next(addressOf(to.bob))).mail.text ?? '', /^Your message is saved/);
    await answer(to, 'DELETE\n\n-- \nBob', { messageId: '<delete@home.example>' });
    assert.equal(await stateOf(to.message), 'deleted');
    await world.sink.next(addressOf(to.bob));
  });

  it('the words of a message are sent on TEXT, whole', async () => {
    const bob = number();
    await world.subscriber({}, bob);
    const words = 'The quick brown fox. '.repeat(200).trim();
    await world.mail({ to: `${bob}@${domain}`, text: words });
    const notice = await world.sink.next(addressOf(bob));
    await answer({ bob, replyTo: notice.mail.replyTo?.value[0]?.address ?? '' }, 'Text please');
    const { mail, raw } = await world.sink.next(addressOf(bob));
    assert.equal((mail.text ?? '').trim(), `Keys\n\n${words}`);
    assert.match(raw, /^Auto-Submitted: auto-replied\r$/im);
  });

  it('STOP, also by the mail program’s own button, ends the mails and nothing else; START brings them again', async () => {
    const to = await told({
      notify: [
        { gateway: 'email', to: 'subscriber' },
        { gateway: 'sip', to: 'subscriber' },
      ],
    });
    await sendMail(world.port, { from: addressOf(to.bob), to: to.replyTo, subject: 'STOP', text: '' });
    assert.match((await world.sink.next(addressOf(to.bob))).mail.text ?? '', /no more e-mails/);
    world.texts.splice(0);
    await world.leave(to.bob);
    assert.deepEqual([world.texts.length, world.sink.kept.length], [1, 0]);
    await answer(to, 'START');
    await world.sink.next(addressOf(to.bob));
    await world.leave(to.bob);
    await world.sink.next(addressOf(to.bob));
  });

  it('the answer of a machine does nothing and is not answered', async () => {
    const to = await told();
    await answer(to, 'DELETE', { headers: { 'Auto-Submitted': 'auto-replied' } });
    await answer(to, 'I am away', { subject: 'Out of office: Voice message' });
    assert.equal(await stateOf(to.message), 'new');
    assert.deepEqual(world.sink.kept, []);
  });

  it('any other answer goes to the sender’s mailbox, where there is one here', async () => {
    const to = await told();
    const { message } = to;
    await answer(to, 'See you at six.', {
      attachments: [{ filename: 'map.png', content: Buffer.from('PNG') }],
    });
    const [got] = await world.messages('+12025550123' as E164);
    assert.deepEqual(
      [got?.transcript, got?.envelope.related, got?.envelope.from.number, got?.envelope.kind],
      ['See you at six.', message.id, to.bob, 'email'],
    );
    assert.equal(got?.envelope.parts[1]?.name, 'map.png');
    assert.deepEqual(world.sink.kept, [], 'what went well needs no answer');
  });

  it('or by mail to the address that it came from, and the answer to that into the mailbox again', async () => {
    const bob = number();
    await world.subscriber({ name: 'Bob Miller' }, bob);
    await world.mail({ to: `${bob}@${domain}`, from: 'alice@far.example', subject: 'Lunch' });
    const notice = await world.sink.next(addressOf(bob));
    await answer({ bob, replyTo: notice.mail.replyTo?.value[0]?.address ?? '' }, 'With pleasure.', {
      subject: 'Re: Lunch',
      attachments: [{ filename: 'map.png', content: Buffer.from('PNG') }],
    });
    const { mail, raw } = await world.sink.next('alice@far.example');
    assert.deepEqual(mail.from?.value[0], { name: 'Bob Miller', address: `${bob}@${domain}` });
    assert.equal(mail.subject, 'Re: Lunch');
    assert.equal((mail.text ?? '').trim(), 'With pleasure.');
    assert.equal(mail.attachments[0]?.content.toString(), 'PNG');
    assert.doesNotMatch(raw, /^Auto-Submitted/im);
    await world.mail({ to: mail.from?.value[0]?.address ?? '', from: 'alice@far.example', text: 'Good.' });
    assert.equal((await world.messages(bob))[0]?.transcript, 'Good.');
  });

  it('or by text to a number that the toll table allows, and to no other', async () => {
    const toll = { rules: [{ allow: true, prefix: '+1303' }], dailyCalls: 5 };
    const allowed = await told({ toll }, { from: { number: '+13035550100', private: false } });
    await answer(allowed, 'On my way');
    assert.deepEqual(
      world.texts.map(({ to, body }) => [to, body]),
      [['+13035550100', `${allowed.bob} answers: On my way`]],
    );
    const denied = await told({}, { from: { number: '+14155550100', private: false } });
    await answer(denied, 'On my way');
    assert.match((await world.sink.next(addressOf(denied.bob))).mail.text ?? '', /was not sent/);
    const hidden = await told({}, { from: { number: '+13035550100', private: true } });
    await answer(hidden, 'On my way');
    assert.match(
      (await world.sink.next(addressOf(hidden.bob))).mail.text ?? '',
      /was not sent: there is no number/,
    );
    assert.equal(world.texts.length, 1);
  });

  it('nobody sends words in their name from another address, or gets answers there', async () => {
    const to = await told();
    await answer(to, 'Give me money', { from: 'mallory@far.example' });
    assert.match((await world.sink.next(addressOf(to.bob))).mail.text ?? '', /was not sent/);
    assert.equal(
      (await world.messages('+12025550123' as E164)).some((one) => one.transcript === 'Give me money'),
      false,
    );
    await answer(to, 'TEXT', { from: 'mallory@far.example', messageId: '<m@far.example>' });
    assert.match((await world.sink.next(addressOf(to.bob))).mail.text ?? '', /no written version/);
    assert.deepEqual(world.sink.kept, []);
  });

  it('what an answer carries is kept until it is out or given up, however often the answer comes', async () => {
    const bob = number();
    await world.subscriber({}, bob);
    await world.mail({ to: `${bob}@${domain}`, from: 'alice@far.example', subject: 'Lunch' });
    const notice = await world.sink.next(addressOf(bob));
    const to = { bob, replyTo: notice.mail.replyTo?.value[0]?.address ?? '' };
    const own = () =>
      world.test.client
        .db(world.test.database)
        .collection('media')
        .countDocuments({ _id: /^mail-out:/ as never });
    const reply = (id: string) =>
      answer(to, 'With pleasure.', {
        messageId: `<${id}>`,
        attachments: [{ filename: 'map.png', content: Buffer.from('PNG') }],
      });
    world.sink.verdict = () => ({ code: 451, text: 'later' });
    await reply('later@home.example');
    const kept = await own();
    assert.ok(kept > 0, 'it is to be tried again');
    world.sink.verdict = () => undefined;
    world.at('2026-01-05T12:00:05Z');
    await world.work();
    await world.sink.next('alice@far.example');
    assert.equal(await own(), 0, 'it is out');
    world.sink.verdict = () => ({ code: 550, text: 'nobody' });
    await reply('never@home.example');
    assert.equal(await own(), 0, 'it was given up');
    await reply('never@home.example');
    await reply('later@home.example');
    assert.equal(await own(), 0, 'it came again');
    world.sink.verdict = () => undefined;
    await world.store.stops.set('alice@far.example', new Date());
    await reply('stopped@home.example');
    assert.equal(await own(), 0, 'nobody wants it');
    await world.store.stops.set('alice@far.example', undefined);
    assert.deepEqual(world.sink.kept, []);
  });

  it('an answer by text counts once of the day, however often its mail comes', async () => {
    const toll = { rules: [{ allow: true, prefix: '+1303' }], dailyCalls: 2 };
    const to = await told({ toll }, { from: { number: '+13035550100', private: false } });
    for (const id of ['1', '1', '1', '2', '2'])
      await answer(to, `On my way ${id}`, { messageId: `<${id}@home.example>` });
    assert.deepEqual(
      world.texts.map(({ body }) => body.slice(-1)),
      ['1', '2'],
    );
    assert.deepEqual(world.sink.kept, []);
    await answer(to, 'And a third', { messageId: '<3@home.example>' });
    assert.match((await world.sink.next(addressOf(to.bob))).mail.text ?? '', /today/);
  });

  it('others who are told by a rule may end their mails, and command nothing', async () => {
    const bob = number();
    await world.subscriber({ notify: [{ gateway: 'email', to: 'desk@home.example' }] }, bob);
    const message = await world.leave(bob);
    const notice = await world.sink.next('desk@home.example');
    const replyTo = notice.mail.replyTo?.value[0]?.address ?? '';
    const from = { from: 'desk@home.example' };
    await answer({ bob, replyTo }, 'DELETE', { ...from, messageId: '<1@home.example>' });
    await world.sink.next('desk@home.example');
    assert.equal(await stateOf(message), 'new');
    await answer({ bob, replyTo }, 'STOP', { ...from, messageId: '<2@home.example>' });
    await world.sink.next('desk@home.example');
    await world.leave(bob);
    assert.deepEqual(world.sink.kept, []);
  });

  it('an answer whose time is over is not obeyed', async () => {
    const to = await told();
    world.at('2026-01-20T12:00:00Z');
    await answer(to, 'PLAY');
    assert.match((await world.sink.next(addressOf(to.bob))).mail.text ?? '', /no longer valid/);
    assert.deepEqual(world.calls, []);
  });

  it('S1: a message is sent on to an address with all its parts, unless its sender wants it to go no further', async () => {
    const { bob, message } = await told();
    const mailbox = (await world.store.mailboxes.find(bob))!;
    assert.equal(await world.sendMails.send(message, mailbox, 'carol@far.example', '1'), 'taken');
    assert.equal(await world.sendMails.send(message, mailbox, 'carol@far.example', '1'), 'taken');
    const { mail } = await world.sink.next('carol@far.example');
    assert.equal(mail.attachments[0]?.contentType, 'audio/wav');
    assert.deepEqual(world.sink.kept, []);
    assert.equal(await world.sendMails.send(message, mailbox, '+12025550100', '2'), 'not-an-address');
    const secret = await world.leave(bob, { confidential: true });
    assert.equal(await world.sendMails.send(secret, mailbox, 'carol@far.example', '3'), 'confidential');
  });

  it('welcome and summaries are mails too', async () => {
    await using other = await openMailServices({
      standard: { welcome: true, notify: [{ gateway: 'email', to: 'desk@home.example' }] },
    });
    await other.leave(number());
    const first = await other.sink.next('desk@home.example');
    assert.match(first.mail.text ?? '', /^You now have voice mail\. The next e-mail/);
    assert.equal(first.mail.subject, 'Your voice mailbox');
    assert.match((await other.sink.next('desk@home.example')).mail.subject ?? '', /^Voice message/);
  });
});
