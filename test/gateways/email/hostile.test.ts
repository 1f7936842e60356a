import assert from 'node:assert/strict';
import { isFault } from '../../../app/core/errors.ts';
import { Parsers } from '../../../app/gateways/email/parsers.ts';
import { silentLog } from '../../ports/silent-log.ts';
import { mailOf, openMailWorld, type MailWorld } from './mail-world.ts';

const mixed = { 'Content-Type': 'multipart/mixed; boundary=b' };

describe('The mail server, given what is broken, huge or hostile,', function () {
  this.timeout(60_000);
  let world: MailWorld;

  before(async () => {
    world = await openMailWorld();
  });
  after(() => world[Symbol.asyncDispose]());
  beforeEach(() => void world.taken.splice(0));

  const only = () => {
    assert.equal(world.taken.length, 1);
    return world.taken[0]!.mail;
  };

  it('finds no second mail behind an end that is none (bare line ends, SMTP smuggling)', async () => {
    for (const end of ['\n.\n', '\n.\r\n', '\r.\r\n', '\r\n.\n', '\r\n.\r', '\n\n..\r\n']) {
      world.taken.splice(0);
      await using client = await world.dial();
      await client.begin('+12025550147@voice.example');
      const second =
        'MAIL FROM:<ceo@voice.example>\r\nRCPT TO:<+12025550148@voice.example>\r\nDATA\r\nSubject: two';
      client.raw(`Subject: one\r\n\r\nbefore${end}${second}\r\n\r\nsmuggled\r\n.\r\n`);
      assert.match(await client.reply(), /^250/, JSON.stringify(end));
      assert.match(await client.say('NOOP'), /^250/);
      const mail = only();
      assert.equal(mail.subject, 'one');
      assert.match(mail.words, /smuggled/);
    }
  });

  it('refuses what says that it is too large before it comes', async () => {
    await using client = await world.dial();
    await client.say('EHLO far.example');
    assert.match(await client.say('MAIL FROM:<alice@far.example> SIZE=200000000'), /^552/);
  });

  it('refuses what turns out too large, and cuts off what does not end', async () => {
    const line = Buffer.from(`${'x'.repeat(70)}\r\n`.repeat(1000));
    await using client = await world.dial();
    await client.begin('+12025550147@voice.example');
    for (let sent = 0; sent < 2_000_000; sent += line.length) await client.push(line);
    client.raw('.\r\n');
    assert.match(await client.reply(), /^552/);
    await client.begin('+12025550147@voice.example');
    for (let sent = 0; !client.gone && sent < 40_000_000; sent += line.length) await client.push(line);
    assert.ok(client.gone, 'it was cut off');
    assert.deepEqual(world.taken, []);
  });

  it('holds so much at once, and asks the others to come again', async () => {
    const clients = await Promise.all(Array.from({ length: 6 }, () => world.dial()));
    const most = Buffer.from(`${'x'.repeat(70)}\r\n`.repeat(13_000));
    for (const client of clients) {
      await client.begin('+12025550147@voice.example');
      client.raw('Subject: large\r\n\r\n');
      await client.push(most);
    }
    for (const client of clients) client.raw('.\r\n');
    const replies = await Promise.all(clients.map((client) => client.reply()));
    const [taken, later] = [/^250/, /^452 4\.3\.1/].map(
      (code) => replies.filter((one) => code.test(one)).length,
    );
    assert.equal(taken! + later!, 6);
    assert.ok(taken! >= 4 && later! >= 1, replies.join('\n'));
    for (const client of clients) await client[Symbol.asyncDispose]();
    assert.match(await world.deliver(mailOf({})), /^250/, 'there is room again');
  });

  it('forgets what breaks off, and the room that it took', async () => {
    const most = Buffer.from(`${'x'.repeat(70)}\r\n`.repeat(13_000));
    for (let n = 0; n < 8; n += 1) {
      const client = await world.dial();
      await client.begin('+12025550147@voice.example');
      await client.push(most);
      await client[Symbol.asyncDispose]();
    }
    assert.match(await world.deliver(mailOf({ Subject: 'after' })), /^250/);
    assert.equal(only().subject, 'after');
  });

  it('keeps a hundred of a thousand parts, and says that others were left out', async () => {
    const parts = Array.from(
      { length: 1000 },
      (_, n) => `--b\nContent-Type: text/csv; name=${n}.csv\nContent-Disposition: attachment\n\n${n}`,
    );
    assert.match(await world.deliver(mailOf(mixed, `${parts.join('\n')}\n--b--`)), /^250/);
    const { parts: kept, omitted } = only();
    assert.equal(kept.length, 100);
    assert.deepEqual(omitted[0], { why: 'too-many', contentType: 'text/csv', name: '100.csv' });
    assert.equal(omitted.length, 50);
  });

  it('refuses one of many thousand parts', async () => {
    const parts = '--b\nContent-Type: text/csv\n\n1\n'.repeat(5000);
    assert.match(await world.deliver(mailOf(mixed, `${parts}--b--`)), /^554 5\.6\.0/);
  });

  it('leaves out what is nested too deep, and keeps the words above it', async () => {
    const deep = 70;
    let body = '--b0\nContent-Type: text/plain\n\nwords\n';
    for (let n = 0; n < deep; n += 1)
      body += `--b${n}\nContent-Type: multipart/mixed; boundary=b${n + 1}\n\n`;
    body += `--b${deep}\nContent-Type: image/png; name=deep.png\n\nPNG\n--b${deep}--\n`;
    assert.match(
      await world.deliver(mailOf({ 'Content-Type': 'multipart/mixed; boundary=b0' }, body)),
      /^250/,
    );
    const mail = only();
    assert.equal(mail.words, 'words');
    assert.deepEqual(mail.omitted, [{ why: 'too-deep', contentType: 'image/png', name: 'deep.png' }]);
  });

  it('takes base64 that is none, unknown character sets and encodings, NULs and half characters', async () => {
    const body = [
      '--b',
      'Content-Type: text/plain; charset=klingon-7',
      'Content-Transfer-Encoding: quantum',
      '',
      'wor\0ds \x1b[2J here',
      '--b',
      'Content-Type: image/png; name="../../etc/pass\0wd.png"',
      'Content-Transfer-Encoding: base64',
      '',
      '!!!! this is not base64 ####',
      '--b',
      'Content-Type: nonsense',
      'Content-Disposition: attachment; filename="=?utf-8?Q?=FF=FE?="',
      '',
      'x',
      '--b--',
    ].join('\n');
    assert.match(
      await world.deliver(Buffer.from(mailOf({ ...mixed, Subject: '=?x?Q?=?= \0 end' }, body))),
      /^250/,
    );
    const mail = only();
    assert.match(mail.words, /wor ds {2}\[2J here/);
    assert.doesNotMatch(`${mail.subject}${mail.words}`, /\p{Cc}/u);
    const [png] = mail.parts;
    assert.equal(png?.name?.includes('/'), false);
    assert.doesNotMatch(png?.name ?? '', /\p{Cc}/u);
  });

  it('takes a part that does not say what it is, beside one that does', async () => {
    const parts = ['Content-Type:\n\nHello', 'Content-Type: audio/wav\n\nRIFF', 'Content-Type: x\n\nx'];
    const body = parts.map((one) => `--b\n${one}\n`).join('');
    assert.match(await world.deliver(mailOf(mixed, `${body}--b--`)), /^250/);
    const types = only().parts.map(({ contentType }) => contentType);
    assert.deepEqual(types, ['application/octet-stream', 'audio/wav', 'application/octet-stream']);
  });

  it('keeps archives unopened', async () => {
    const zip = Buffer.from('504b0304' + '00'.repeat(60), 'hex').toString('base64');
    const body = `--b\nContent-Type: application/zip; name=bomb.zip\nContent-Transfer-Encoding: base64\n\n${zip}\n--b--`;
    await world.deliver(mailOf(mixed, body));
    assert.equal(only().parts[0]?.bytes.length, 64);
  });

  it('refuses headers without end', async () => {
    assert.match(await world.deliver(`X-Long: ${'a'.repeat(400_000)}\n\nbody`), /^554 5\.6\.0/);
    assert.match(await world.deliver(`${'X-Many: a\n'.repeat(50_000)}\nbody`), /^554 5\.6\.0/);
  });

  it('keeps HTML that cannot be read as a part', async () => {
    const html = '<b>'.repeat(50_000);
    await world.deliver(mailOf({ 'Content-Type': 'text/html' }, `<p>${html}`));
    const mail = only();
    assert.deepEqual(mail.omitted, [{ why: 'unreadable', contentType: 'text/html' }]);
    assert.equal(mail.parts[0]?.name, 'message.html');
  });

  it('cuts words that do not end, and says so', async () => {
    await using large = await openMailWorld({ sizeBytes: 3_000_000 });
    assert.match(await large.deliver(mailOf({}, 'word word word word\n'.repeat(80_000))), /^250/);
    const { words, omitted } = large.taken[0]!.mail;
    assert.ok(words.length <= 1_048_576 && words.length > 1_000_000);
    assert.deepEqual(omitted, [{ why: 'too-large', contentType: 'text/plain' }]);
  });

  it('ends a loop of servers', async () => {
    const passed = 'Received: from a by b; Fri, 27 Nov 2026 10:00:00 +0000\n';
    assert.match(await world.deliver(passed.repeat(101) + mailOf({})), /^554 5\.4\.6/);
    assert.match(await world.deliver(passed.repeat(30) + mailOf({})), /^250/);
  });

  it('answers others while it reads one that is a lot of work', async () => {
    const slow = world.deliver(mailOf({ 'Content-Type': 'text/html' }, '<table><tr><td>x'.repeat(55_000)));
    await using client = await world.dial();
    await client.say('EHLO far.example');
    const order: string[] = [];
    await Promise.all([
      slow.then(() => order.push('slow')),
      (async () => {
        for (let n = 0; n < 20; n += 1) await client.say('NOOP');
        order.push('quick');
      })(),
    ]);
    assert.deepEqual(order, ['quick', 'slow']);
  });

  it('ends what takes too long, and reads the next', async () => {
    await using parsers = new Parsers(silentLog, { threads: 1, deadlineMs: 1 });
    const parse = () =>
      parsers.parse(new Uint8Array(Buffer.from(mailOf({}, 'x '.repeat(500_000)))), 'a@far.example');
    for (let n = 0; n < 2; n += 1)
      await assert.rejects(parse(), (error) => isFault(error, 'invalid') && !error.temporary);
  });

  it('takes no commands that are longer than any, and none that are not SMTP', async () => {
    await using client = await world.dial();
    client.raw(`EHLO ${'a'.repeat(40_000)}\r\n`);
    assert.match(await client.reply(), /^(421|501)/);
    await using browser = await world.dial();
    assert.match(await browser.say('GET / HTTP/1.1'), /^421/);
  });
});
