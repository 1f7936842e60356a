import assert from 'node:assert/strict';
import type { E164 } from '../../app/core/ids.ts';
import type { InboundMail } from '../../app/ports/mail.ts';
import { bob, domain, openMailServices, type MailServicesWorld } from './mail-services.ts';

let next = 300;
/** A number that nobody has used yet. */
const number = (): E164 => `+1202555${String((next += 1)).padStart(4, '0')}` as E164;

describe('E-mail to a subscriber’s number', function () {
  this.timeout(60_000);
  let world: MailServicesWorld;
  const faxed: { mail: InboundMail; digits: string }[] = [];

  before(async () => {
    world = await openMailServices({
      standard: {
        notify: [
          { gateway: 'email', to: 'subscriber' },
          { gateway: 'sip', to: 'subscriber' },
        ],
        maxMessages: 40,
      },
      fax: {
        recipient: async () => 'taken',
        take: async (mail, digits) => void faxed.push({ mail, digits }),
      },
    });
  });
  after(() => world[Symbol.asyncDispose]());
  beforeEach(() => {
    world.texts.splice(0);
    world.sink.kept.splice(0);
  });

  it('S1 S2: is a message with subject, words and attachments, in a mailbox that came into being with it', async () => {
    const to = number();
    const said = await world.mail({
      to: `${to}@${domain}`,
      from: 'Alice Miller <alice@far.example>',
      subject: 'About the keys',
      text: 'They are under the mat.',
      attachments: [{ filename: 'mat.png', content: Buffer.from('PNG'), contentType: 'image/png' }],
    });
    assert.match(said, /^250/);
    const [message] = await world.messages(to);
    assert.ok(message);
    const { kind, subject, from, origin, parts } = message.envelope;
    assert.deepEqual(
      [kind, subject, origin.network, message.transcript],
      ['email', 'About the keys', 'email', 'They are under the mat.'],
    );
    assert.deepEqual(from, { address: 'alice@far.example', name: 'Alice Miller', private: false });
    assert.deepEqual(
      parts.map((part) => [part.contentType, part.name]),
      [
        ['text/plain; charset=utf-8', undefined],
        ['image/png', 'mat.png'],
      ],
    );
    const picture = await world.store.media.get(parts[1]!.media);
    assert.equal(Buffer.from(picture!.bytes).toString(), 'PNG');
    assert.match(
      world.texts.map(({ body }) => body).join(),
      /^New e-mail from Alice Miller: About the keys - They are under the mat\. Call \+12025550199,,\d{10}#/,
    );
  });

  it('finds the number written nationally, without its plus, and at each of our domains', async () => {
    const to = number();
    const national = to.slice(2);
    for (const address of [`${national}@${domain}`, `${to.slice(1)}@${domain}`, `${to}@OTHER.example`])
      assert.match(await world.mail({ to: address, messageId: `<${address}>` }), /^250/);
    assert.equal((await world.messages(to)).length, 3);
  });

  it('is one message however often it comes, and one for two names of one mailbox', async () => {
    const to = number();
    const mail = { to: [`${to}@${domain}`, `${to.slice(2)}@${domain}`], messageId: '<twice@far.example>' };
    assert.match(await world.mail(mail), /^250/);
    assert.match(await world.mail(mail), /^250/);
    assert.equal((await world.messages(to)).length, 1);
  });

  it('that is served by nobody, or goes elsewhere, is refused before any content comes', async () => {
    for (const address of [
      `+13035550100@${domain}`,
      `+12025550199@${domain}`,
      `alice@${domain}`,
      `reply+${'1'.repeat(25)}@${domain}`,
    ])
      assert.match(await world.mail({ to: address }), /^550 5\.1\.1/, address);
    assert.match(await world.mail({ to: 'bob@home.example' }), /^550 5\.7\.1/);
    assert.match(await world.mail({ to: `bounce+${'1'.repeat(25)}@${domain}` }), /^550 5\.7\.1/);
  });

  it('to a name that has a number goes to its mailbox', async () => {
    assert.match(await world.mail({ to: `Postmaster@${domain}`, subject: 'to you' }), /^250/);
    assert.equal((await world.messages('+12025550100' as E164))[0]?.envelope.subject, 'to you');
  });

  it('whose mailbox is full waits at the sender’s', async () => {
    const to = number();
    const mailbox = await world.subscriber({}, to);
    await world.store.mailboxes.count(mailbox.id, { kind: 'voice', new: 40 });
    assert.match(await world.mail({ to: `${to}@${domain}` }), /^452 4\.2\.2/);
  });

  it('of sound alone is a voice message, which telephones play', async () => {
    const to = number();
    await world.mail({
      to: `${to}@${domain}`,
      text: '',
      headers: { 'Message-Context': 'voice-message' },
      attachments: [{ filename: 'a.wav', content: Buffer.from('RIFF'), contentType: 'audio/wav' }],
    });
    const [message] = await world.messages(to);
    assert.equal(message?.envelope.kind, 'voice');
    assert.deepEqual(
      message?.envelope.parts.map((part) => part.contentType),
      ['audio/wav'],
    );
  });

  it('by a machine in answer, or to many, is kept and nobody is told', async () => {
    const cases: readonly Readonly<Record<string, string>>[] = [
      { 'Auto-Submitted': 'auto-replied' },
      { Precedence: 'bulk' },
      { 'List-Id': '<news.far.example>' },
    ];
    for (const headers of cases) {
      const to = number();
      assert.match(await world.mail({ to: `${to}@${domain}`, headers }), /^250/);
      assert.equal((await world.messages(to)).length, 1);
    }
    assert.deepEqual([world.texts, world.sink.kept], [[], []]);
    const to = number();
    await world.mail({ to: `${to}@${domain}`, headers: { 'Auto-Submitted': 'auto-generated' } });
    assert.equal(world.texts.length, 1, 'an alarm is told of');
  });

  it('that is a notice of ours coming back makes no message, so no circle begins', async () => {
    const to = number();
    await world.subscriber({ addresses: { email: `${to}@${domain}` } }, to);
    await world.leave(to);
    const { raw, from } = await world.sink.next(`${to}@${domain}`);
    assert.match(from, /^bounce\+\d{25}@voice\.example$/);
    const { SmtpDialogue } = await import('../mail/smtp-dialogue.ts');
    await using client = await SmtpDialogue.open(world.port);
    await client.begin(`${to}@${domain}`, from);
    client.raw(`${raw.replace(/^\./gm, '..')}\r\n.\r\n`);
    assert.match(await client.reply(), /^250/);
    await world.settled();
    assert.equal((await world.messages(to)).length, 1);
  });

  it('at the fax domain goes to whoever faxes', async () => {
    assert.match(await world.mail({ to: '+13035550100@fax.example', subject: 'Contract' }), /^250/);
    assert.deepEqual(
      faxed.map(({ mail, digits }) => [mail.subject, digits]),
      [['Contract', '+13035550100']],
    );
  });

  it('with content that was left out says so in its envelope', async () => {
    const to = number();
    const attachments = Array.from({ length: 130 }, (_, i) => ({ filename: `${i}.csv`, content: 'x' }));
    await world.mail({ to: `${to}@${domain}`, attachments });
    const [message] = await world.messages(to);
    assert.ok(message);
    assert.equal(message.envelope.parts.length, 101);
    assert.equal(message.envelope.omitted?.length, 30);
    const xml = await world.store.messages.envelopeXml(message.id);
    assert.match(xml ?? '', /<omitted why="too-many" name="100\.csv"/);
  });

  it('keeps what is urgent and private so', async () => {
    await world.mail({ to: `${bob}@${domain}`, headers: { Importance: 'high', Sensitivity: 'private' } });
    const [message] = await world.messages();
    assert.deepEqual([message?.urgent, message?.envelope.confidential], [true, true]);
  });
});
