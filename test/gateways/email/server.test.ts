import assert from 'node:assert/strict';
import { Fault } from '../../../app/core/errors.ts';
import { mailOf, openMailWorld, type MailWorld } from './mail-world.ts';

describe('The mail server', function () {
  this.timeout(60_000);
  let world: MailWorld;

  before(async () => {
    world = await openMailWorld();
  });
  after(() => world[Symbol.asyncDispose]());
  beforeEach(() => {
    world.taken.splice(0);
    world.verdict = () => 'taken';
    world.onTake = async () => undefined;
  });

  it('takes a mail with words and attachments apart, and names who wrote it', async () => {
    const program = world.program();
    await program.sendMail({
      from: 'Zoë Bäcker <zoe@far.example>',
      to: '+12025550147@voice.example',
      subject: 'Schlüssel 🔑',
      messageId: '<one@far.example>',
      text: 'Ring mich an.\nZoë',
      html: '<p>Ring mich <b>an</b>.</p>',
      attachments: [
        { filename: 'Büro.pdf', content: Buffer.from('%PDF-1.7'), contentType: 'application/pdf' },
        { filename: 'hello.wav', content: Buffer.from('RIFF'), contentType: 'audio/wav' },
      ],
    });
    program.close();
    const [{ mail, recipients } = { mail: undefined, recipients: [] }] = world.taken;
    assert.deepEqual(recipients, ['+12025550147@voice.example']);
    assert.deepEqual(mail?.from, { address: 'zoe@far.example', name: 'Zoë Bäcker' });
    assert.equal(mail?.sender, 'zoe@far.example');
    assert.equal(mail?.subject, 'Schlüssel 🔑');
    assert.equal(mail?.words, 'Ring mich an.\nZoë');
    assert.equal(mail?.messageId, '<one@far.example>');
    assert.equal(mail?.automatic, 'no');
    assert.deepEqual(
      mail?.parts.map(({ contentType, name, bytes }) => [contentType, name, Buffer.from(bytes).toString()]),
      [
        ['application/pdf', 'Büro.pdf', '%PDF-1.7'],
        ['audio/wav', 'hello.wav', 'RIFF'],
      ],
    );
    assert.deepEqual(mail?.omitted, []);
  });

  it('reads HTML without words of its own as words', async () => {
    await world.deliver(
      mailOf({ 'Content-Type': 'text/html; charset=utf-8' }, '<p>Call <b>me</b></p><p>now &amp; then</p>'),
    );
    assert.equal(world.taken[0]?.mail.words, 'Call me\n\nnow & then');
  });

  it('answers each recipient before any content comes', async () => {
    const verdicts = {
      'a@voice.example': 'taken',
      'b@voice.example': 'unknown',
      'c@elsewhere.example': 'not-ours',
      'd@voice.example': 'full',
      'bounce+1@voice.example': 'reports-only',
    } as const;
    world.verdict = (address) => verdicts[address as keyof typeof verdicts];
    await using client = await world.dial();
    await client.say('EHLO far.example');
    await client.say('MAIL FROM:<alice@far.example>');
    assert.match(await client.say('RCPT TO:<a@voice.example>'), /^250/);
    assert.match(await client.say('RCPT TO:<b@voice.example>'), /^550 5\.1\.1/);
    assert.match(await client.say('RCPT TO:<c@elsewhere.example>'), /^550 5\.7\.1 Relaying denied/);
    assert.match(await client.say('RCPT TO:<d@voice.example>'), /^452 4\.2\.2/);
    assert.match(await client.say('RCPT TO:<bounce+1@voice.example>'), /^550 5\.7\.1/);
    assert.match(await client.say('VRFY a@voice.example'), /^500/);
  });

  it('offers SIZE, 8BITMIME, SMTPUTF8 and PIPELINING, and neither passwords nor, without a certificate, STARTTLS', async () => {
    await using client = await world.dial();
    const offered = await client.say('EHLO far.example');
    for (const one of [/SIZE 1000000/, /8BITMIME/, /SMTPUTF8/, /PIPELINING/]) assert.match(offered, one);
    assert.doesNotMatch(offered, /AUTH|STARTTLS/);
    client.raw(
      'MAIL FROM:<alice@far.example> BODY=8BITMIME SMTPUTF8\r\nRCPT TO:<+12025550147@voice.example>\r\nDATA\r\n',
    );
    for (const code of [/^250/, /^250/, /^354/]) assert.match(await client.reply(), code);
    client.raw('From: Zoë <zoë@far.example>\r\nSubject: Grüße\r\n\r\nIch bin’s\r\n.\r\n');
    assert.match(await client.reply(), /^250 2\.0\.0/);
    const { subject, words, from } = world.taken[0]!.mail;
    assert.deepEqual([subject, words, from?.address], ['Grüße', 'Ich bin’s', 'zoë@far.example']);
  });

  it('says that a mail is taken only when it is safe; what cannot be kept just now is to come again', async () => {
    world.onTake = async () => {
      throw new Fault('store-unavailable', 'away', { temporary: true });
    };
    assert.match(await world.deliver(mailOf({})), /^451 4\.3\.0/);
    world.onTake = async () => {
      throw new Fault('disk-full', 'full', { temporary: true });
    };
    assert.match(await world.deliver(mailOf({})), /^452 4\.3\.1/);
    world.onTake = async () => {
      throw new Fault('invalid', 'never', { temporary: false });
    };
    assert.match(await world.deliver(mailOf({})), /^554/);
    assert.deepEqual(world.taken, []);
  });

  it('names the same mail the same, and another author’s mail with the same Message-ID not', async () => {
    await world.deliver(mailOf({ 'Message-ID': '<x@far.example>' }));
    await world.deliver(mailOf({ 'Message-ID': '<x@far.example>', Received: 'from elsewhere' }));
    await world.deliver(mailOf({ 'Message-ID': '<x@far.example>', From: 'mallory@far.example' }));
    await world.deliver(mailOf({}));
    await world.deliver(mailOf({}));
    const [first, again, other, none, noneAgain] = world.taken.map(({ mail }) => mail.id);
    assert.equal(first, again);
    assert.notEqual(first, other);
    assert.equal(none, noneAgain);
    assert.notEqual(none, first);
  });

  it('knows what machines, lists and reports are', async () => {
    const cases = [
      [{}, 'no'],
      [{ 'Auto-Submitted': 'no' }, 'no'],
      [{ 'Auto-Submitted': 'auto-replied (vacation)' }, 'reply'],
      [{ 'Auto-Submitted': 'auto-generated' }, 'generated'],
      [{ Precedence: 'bulk' }, 'list'],
      [{ 'List-Id': '<news.far.example>' }, 'list'],
      [{ 'X-Auto-Response-Suppress': 'All' }, 'generated'],
      [{ 'X-Autoreply': 'yes' }, 'reply'],
      [{ Subject: 'Automatic reply: Keys' }, 'reply'],
      [{ Subject: 'Out of office: Keys' }, 'reply'],
    ] as const;
    for (const [headers] of cases) await world.deliver(mailOf(headers));
    assert.deepEqual(
      world.taken.map(({ mail }) => mail.automatic),
      cases.map(([, kind]) => kind),
    );
    await world.deliver(mailOf({}), undefined, '');
    assert.equal(world.taken.at(-1)?.mail.automatic, 'reply', 'nobody is to be answered');
  });

  it('reads a delivery status notification', async () => {
    const body = [
      '--b',
      'Content-Type: text/plain',
      '',
      'It did not arrive.',
      '--b',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; far.example',
      '',
      'Final-Recipient: rfc822; bob@far.example',
      'Action: failed',
      'Status: 5.1.1',
      '',
      '--b--',
    ].join('\n');
    const type = 'multipart/report; report-type=delivery-status; boundary=b';
    await world.deliver(mailOf({ 'Content-Type': type }, body), undefined, '');
    assert.deepEqual(world.taken[0]?.mail.report, { action: 'failed', status: '5.1.1' });
    assert.equal(world.taken[0]?.mail.automatic, 'reply');
  });

  it('tells urgent and private mails, their context and how long their sound is', async () => {
    const body = '--b\nContent-Type: audio/wav\nContent-Duration: 7\n\nRIFF\n--b--';
    await world.deliver(
      mailOf(
        {
          Importance: 'high',
          Sensitivity: 'Private',
          'Message-Context': 'voice-message',
          'Content-Type': 'multipart/mixed; boundary=b',
        },
        body,
      ),
    );
    const { mail } = world.taken[0]!;
    assert.deepEqual([mail.urgent, mail.confidential, mail.context], [true, true, 'voice-message']);
    assert.equal(mail.parts[0]?.durationMs, 7000);
  });

  it('offers STARTTLS with a certificate, and goes on encrypted', async () => {
    await using secure = await openMailWorld({ tls: await certificate() });
    const program = secure.program();
    const { response } = await program.sendMail({
      from: 'alice@far.example',
      to: '+12025550147@voice.example',
      text: 'secret',
    });
    program.close();
    assert.match(response, /^250/);
    await using client = await secure.dial();
    assert.match(await client.say('EHLO far.example'), /STARTTLS/);
    assert.match(await client.say('STARTTLS'), /^220/);
  });

  it('takes mail only from the networks that may send', async () => {
    await using closed = await openMailWorld({ clients: ['192.0.2.0/24', '2001:db8::1'] });
    await using client = await (async () => closed.dial())();
    assert.equal(await client.say('EHLO far.example'), 'closed');
    await using open = await openMailWorld({ clients: ['127.0.0.0/8'] });
    assert.match(await open.deliver(mailOf({})), /^250/);
  });

  it('takes so many connections and mails from one address', async () => {
    await using few = await openMailWorld({ maxClientsPerAddress: 2, mailsPerMinute: 2 });
    const clients = [await few.dial(), await few.dial()];
    await using third = await few.dial();
    assert.equal(await third.say('EHLO far.example'), 'closed');
    for (const client of clients) await client.say('EHLO far.example');
    const [one, other] = clients;
    assert.match(await one!.say('MAIL FROM:<a@far.example>'), /^250/);
    assert.match(await other!.say('MAIL FROM:<a@far.example>'), /^250/);
    await one!.say('RSET');
    assert.match(await one!.say('MAIL FROM:<a@far.example>'), /^451 4\.7\.0/);
    for (const client of clients) await client[Symbol.asyncDispose]();
  });

  it('ends a connection that tries addresses out', async () => {
    world.verdict = () => 'unknown';
    await using client = await world.dial();
    await client.say('EHLO far.example');
    await client.say('MAIL FROM:<alice@far.example>');
    let last = '';
    for (let n = 0; n < 30 && !/^421|^closed/.test(last); n += 1)
      last = await client.say(`RCPT TO:<${2_025_550_100 + n}@voice.example>`);
    assert.match(last, /^421 4\.7\.0/);
  });
});

/** Made for this run. */
async function certificate(): Promise<{ key: string; cert: string }> {
  const { execFile } = await import('node:child_process');
  const { mkdtemp, readFile, rm } = await import('node:fs/promises');
  const { tmpdir } = await import('node:os');
  const { join } = await import('node:path');
  const { promisify } = await import('node:util');
  const folder = await mkdtemp(join(tmpdir(), 'answerback-tls-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const names = ['-subj', '/CN=mail.voice.example', '-days', '2'];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    await promisify(execFile)('openssl', ['req', '-x509', ...kind, ...names, '-keyout', key, '-out', cert]);
    return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
