import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { TOTP } from 'otpauth';
import { openSmsc, type Smsc } from '../../scripts/smsc/smsc.ts';
import { babble } from '../audio/babble.ts';
import { answerback } from '../cli/command.ts';
import { Browser } from '../gateways/web/sign-in/browser.ts';
import { newSid, openTwilioServer, type TwilioServer } from '../gateways/twilio-server.ts';
import { openMailSink, sendMail, type MailSink } from '../mail/mail-sink.ts';
import { SmtpDialogue } from '../mail/smtp-dialogue.ts';
import type { Phone } from '../phone/phone.ts';
import { KnownSecrets } from './known-secrets.ts';
import { leaveMessage, nextNotice } from './leave-message.ts';
import { access, openSystem, type System } from './system.ts';

const [alice, bob, carol, dave, eve] = [
  '+12025550173',
  '+12025550147',
  '+12025550148',
  '+12025550149',
  '+13035550187',
] as const;
const home = 'bob.private@home.example';
const words = 'rendezvous behind the orangery';
const env = {
  ANSWERBACK_PIN_PEPPER: 'pepper-of-the-house-of-tests',
  ANSWERBACK_MASTER_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
  SMPP_PASSWORD_MOBILE: 'smscpass',
  EMAIL_RELAY_PASSWORD: 'relay-password-of-tests',
  TWILIO_ACCOUNT_SID: `AC${'2'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'token-of-twilio-in-tests',
  WEBHOOK_SECRET_CRM: `whsec_${Buffer.from('a secret of thirty-two bytes ....').toString('base64')}`,
};
type Body = ReturnType<typeof JSON.parse>;

/** A program that takes the first event and refuses all others, repeating what it was sent. */
async function openProgram(): Promise<Server> {
  let count = 0;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      count += 1;
      if (count === 1) response.writeHead(204).end();
      else if (count % 3 === 0) request.socket.destroy();
      else response.writeHead(500).end(`cannot take ${body}`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** A day’s work, each entrance in order and out of order; what was used and what was answered is kept. */
class Day {
  readonly secrets = new KnownSecrets();
  /** Bodies of refusals. */
  readonly problems: string[] = [];
  readonly system: System;
  readonly smsc: Smsc;
  readonly mail: number;

  constructor(system: System, smsc: Smsc) {
    this.system = system;
    this.smsc = smsc;
    this.mail = Number(system.controller.lines.find(({ msg }) => msg === 'ready')?.['mail']);
    const numbers = [alice, bob, carol, dave, eve];
    this.secrets.add('a number', ...numbers);
    this.secrets.add('what was said', words, 'orangery');
    this.secrets.add('an address', home, 'alice.private@far.example', 'nobody-private@voice.example');
    this.secrets.add('a name', 'Alice Privatissima');
    this.secrets.add(
      'a secret of the configuration',
      ...Object.values(env).filter((one) => !one.startsWith('AC')),
    );
    this.secrets.add('a master key', env.ANSWERBACK_MASTER_KEYS.slice('test:'.length));
    this.secrets.add('a password of the switch', system.asterisk.password, system.asterisk.manager.password);
  }

  async command(args: readonly string[], input = ''): Promise<Body> {
    const all = {
      ...env,
      MONGODB_URL: this.system.local.url,
      ANSWERBACK_CONFIG: this.system.controller.file,
    };
    const { code, out, errors } = await answerback([...args, '--json'], { env: all, input });
    assert.equal(code, 0, errors);
    return JSON.parse(out);
  }

  /** As a browser, or without a cookie as a program. */
  async ask(
    browser: Browser,
    method: string,
    path: string,
    options: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<{ status: number; body: Body }> {
    const answer = await browser.ask(method, path, options);
    const text = await answer.text();
    if (answer.status >= 400) this.problems.push(`${method} ${answer.status} ${text}`);
    for (const value of browser.cookies.values()) this.secrets.add('a session', value);
    const isJson = /json/.test(answer.headers.get('content-type') ?? '');
    return { status: answer.status, body: isJson ? JSON.parse(text) : undefined };
  }

  browser(): Browser {
    return new Browser(this.system.controller.web);
  }
}

describe('What a controller writes at its default level over a day', function () {
  this.timeout(180_000);
  let day: Day;
  let system: System;
  let smsc: Smsc;
  let sink: MailSink;
  let program: Server;
  let twilio: TwilioServer;
  let phone: Phone;

  before(async () => {
    [smsc, sink, program] = await Promise.all([
      openSmsc({ systemId: 'answerback', password: env.SMPP_PASSWORD_MOBILE }),
      openMailSink(),
      openProgram(),
    ]);
    twilio = await openTwilioServer({
      accountSid: env.TWILIO_ACCOUNT_SID,
      authToken: env.TWILIO_AUTH_TOKEN,
      senders: [access],
    });
    system = await openSystem({
      standard: {
        notify: [
          { gateway: 'sip', to: 'subscriber' },
          { gateway: 'email', to: home },
          { gateway: 'smpp', to: 'subscriber' },
          { gateway: 'twilio', to: 'subscriber' },
        ],
        welcome: false,
      },
      config: {
        log: { level: 'info' },
        encryption: { master: 'environment' },
        speech: { recognise: 'none' },
        web: { port: 0, publicUrl: 'http://voicemail.example' },
        webhooks: {
          hooks: [
            {
              name: 'crm',
              url: `http://127.0.0.1:${(program.address() as AddressInfo).port}/hook?key=private-key-of-the-hook`,
            },
          ],
        },
        smpp: [{ name: 'mobile', host: '127.0.0.1', port: smsc.port, systemId: 'answerback', from: access }],
        twilio: { from: access, api: twilio.url, publicUrl: 'https://answerback.example' },
        email: {
          domains: ['voice.example'],
          listen: { port: 0, maxBytes: 20_000 },
          relay: { host: '127.0.0.1', port: sink.port, tls: 'none' },
        },
      },
      env,
    });
    day = new Day(system, smsc);
    day.secrets.add('the address of a webhook', 'private-key-of-the-hook');
    phone = await system.phone(alice);
    await smsc.until(() => smsc.receivers > 0);
  });

  after(async () => {
    await system[Symbol.asyncDispose]();
    await Promise.all([smsc[Symbol.asyncDispose](), sink[Symbol.asyncDispose]()]);
    await twilio[Symbol.asyncDispose]();
    program.closeAllConnections();
    program.close();
  });

  it('calls: messages are left and heard; wrong references and PINs, a number of nobody', async () => {
    await leaveMessage(phone, bob, babble(1500, 3), { fromName: 'Alice Privatissima' });
    const { reference, body } = await nextNotice(system, bob, 20_000);
    const [, link = ''] = /\/m\/([\w-]{22})/.exec(body) ?? [];
    day.secrets.add('a reference', reference, '1234567891', '903571');
    day.secrets.add('a link', link);
    const own = await system.phone(bob);
    const heard = await own.call(reference);
    await heard.up();
    await heard.hangup();
    const { pin } = await day.command(['subscriber', 'pin', bob]);
    day.secrets.add('a PIN', pin, '730582', '907326');
    const stranger = await system.phone(eve);
    const call = await stranger.call(access);
    await call.up();
    await call.press('1234567891#903571#');
    await call.press(`*${bob.slice(2)}#`);
    await call.press('730582#');
    await call.press(`${pin}#`);
    await call.press('907326#907326#');
    await call.hangup();
    const nobody = await phone.call('+49301234567');
    await nobody.ended(15_000);
    day.secrets.add('a number', '301234567');
  });

  it('texts: over SIP, SMPP and Twilio, known and unknown, whole, in parts and broken', async () => {
    const own = await system.phone(bob);
    assert.equal(await own.text(access, 'TEXT'), 202);
    await own.text(access, `What about the ${words}?`);
    await own.text(access, 'LISTEN 1234567891');
    await own.text('+49301234567', words);
    const to = (number: string, message: Buffer | string, fields = {}) =>
      smsc.deliver({ from: alice, to: number, message, fields });
    assert.equal(await to(carol, words), 0);
    await to('+49301234567', words);
    await to(carol, Buffer.concat([Buffer.from([5, 0, 3, 7, 2, 1]), Buffer.from(words)]), {
      esm_class: 0x40,
    });
    await to(carol, Buffer.concat([Buffer.from([200, 0, 3, 7]), Buffer.from(words)]), { esm_class: 0x40 });
    await to(access, '1234567891');
    await to(carol, words, { data_coding: 0xf5 });
    await nextNotice(system, carol, 20_000);
    const path = '/webhooks/twilio/sms';
    const form = { From: alice, To: carol, Body: words, NumMedia: '0', MessageSid: newSid('SM') };
    const sent = (configured: string, fields: Record<string, string>) =>
      twilio.post({ target: system.controller.web + path, configured, form: fields });
    assert.equal((await sent(`https://answerback.example${path}`, form)).status, 200);
    for (const [at, fields] of [
      [`https://another.example${path}`, form],
      [`https://answerback.example${path}`, { ...form, MessageSid: 'none' }],
    ] as const) {
      const refused = await sent(at, fields);
      day.problems.push(await refused.text());
      assert.ok(refused.status >= 400);
    }
  });

  it('mail: taken, refused, broken off; what goes out is refused by the far side, which repeats it', async () => {
    const from = 'Alice Privatissima <alice.private@far.example>';
    sink.verdict = (to) => ({ code: 550, text: `no ${to} here, nothing of ${alice} on ${words}` });
    await sendMail(day.mail, { from, to: `${dave}@voice.example`, subject: words, text: words });
    await nextNotice(system, dave, 20_000);
    const refusal = await sendMail(day.mail, { from, to: 'nobody-private@voice.example', text: words }).catch(
      (error: unknown) => error,
    );
    assert.ok(refusal instanceof Error);
    const large = { from, to: `${dave}@voice.example`, subject: words, text: `${words} `.repeat(2000) };
    assert.ok((await sendMail(day.mail, large).catch((error: unknown) => error)) instanceof Error);
    const dialogue = await SmtpDialogue.open(day.mail);
    await dialogue.begin(`${dave}@voice.example`, 'alice.private@far.example');
    dialogue.raw(`Subject: ${words}\r\nContent-Type: multipart/mixed; boundary="${words}"\r\n\r\n--${words}`);
    await dialogue[Symbol.asyncDispose]();
    const odd = await SmtpDialogue.open(day.mail);
    await odd.say(`VRFY ${home}`);
    await odd.say(`MAIL FROM:<${home}`);
    await odd.say(words);
    await odd[Symbol.asyncDispose]();
  });

  it('the web: subscribers, links, operators, keys, right, wrong and malformed', async () => {
    const { pin } = await day.command(['subscriber', 'pin', bob]);
    day.secrets.add('a PIN', pin);
    const page = day.browser();
    const enter = (body: unknown, by = day.browser()) => day.ask(by, 'POST', '/v1/session', { body });
    await enter({ number: bob, pin: '730582' });
    await enter(`{"number":"${bob}","pin":"${pin}"`);
    await enter({ number: bob, pin, more: words });
    await enter({ link: 'abcdefghijklmnopqrstuv' });
    day.secrets.add('a link', 'abcdefghijklmnopqrstuv');
    const opened = await enter({ number: bob, pin }, page);
    assert.equal(opened.status, 200);
    const box = `/v1/mailboxes/${opened.body.mailbox}`;
    day.secrets.add('a PIN', '593817');
    assert.equal(
      (await day.ask(page, 'PUT', `${box}/pin`, { body: { old: '111222', new: '593817' } })).status,
      422,
    );
    assert.equal(
      (await day.ask(page, 'PUT', `${box}/pin`, { body: { old: pin, new: '593817' } })).status,
      204,
    );
    await day.ask(page, 'GET', `${box}/messages?q=${encodeURIComponent(words)}`);
    await day.ask(page, 'GET', `${box}/messages?cursor=${encodeURIComponent(words)}`);
    await day.ask(page, 'GET', `/v1/mailboxes/${encodeURIComponent(bob)}?of=${encodeURIComponent(alice)}`);
    await day.ask(page, 'GET', `/m/${encodeURIComponent(words)}`);
    await day.ask(page, 'POST', `${box}/messages`, { body: { to: [alice, 5], text: words } });

    const password = 'correct horse battery staple';
    const { totp } = await day.command(['operator', 'add', 'olga', '--role', 'admin'], `${password}\n`);
    const secret = new URL(totp).searchParams.get('secret') ?? '';
    const code = new TOTP({ secret }).generate();
    day.secrets.add('a password', password, 'a wrong password of mine');
    day.secrets.add('a TOTP secret', secret);
    day.secrets.add('a one-time password', code);
    const desk = day.browser();
    const sign = (body: object) => day.ask(desk, 'POST', '/v1/session/operator', { body });
    await sign({ name: 'olga', password: 'a wrong password of mine', totp: code });
    assert.equal((await sign({ name: 'olga', password, totp: code })).status, 200);
    await sign({ name: 'olga', password, totp: code });
    await day.ask(desk, 'GET', `/v1/subscribers?number=${encodeURIComponent(bob)}`);
    await day.ask(desk, 'POST', '/v1/subscribers', { body: { number: '+1', name: words } });

    const { key } = await day.command(['key', 'add', 'lamp', '--scopes', 'mailboxes:read,messages:read']);
    day.secrets.add('a key', /^ab_[^_]+_(.+)$/.exec(key)?.[1] ?? '');
    for (const headers of [
      { authorization: `Bearer ${key}` },
      { authorization: `Bearer ${key}x` },
      { authorization: `Basic ${Buffer.from(`olga:${password}`).toString('base64')}` },
      { authorization: `Bearer ${key}`, range: `bytes=${words}` },
      { authorization: `Bearer ${key}`, 'if-match': words },
      { cookie: `answerback=${words}` },
    ])
      await day.ask(day.browser(), 'GET', `${box}/messages`, {
        headers: { 'sec-fetch-site': '', ...headers },
      });
    day.secrets.add('a password', Buffer.from(`olga:${password}`).toString('base64'));
  });

  it('while the store is away, and the switch: what is taken meanwhile, what fails, and what is found after it', async () => {
    await system.local.kill('ferretdb', 'SIGKILL');
    await leaveMessage(phone, dave, babble(1500, 5), { fromName: 'Alice Privatissima' });
    await sendMail(day.mail, { from: 'alice.private@far.example', to: `${dave}@voice.example`, text: words });
    await smsc.deliver({ from: alice, to: dave, message: words });
    const own = await system.phone(bob);
    await own.text(access, `${words} again`);
    const call = await own.call(access);
    await call.up();
    await call.press('1234567891#');
    await call.hangup();
    await day.ask(day.browser(), 'POST', '/v1/session', { body: { number: bob, pin: '593817' } });
    await system.local.start('ferretdb');
    await nextNotice(system, dave, 40_000);
    const cut = await phone.call(carol);
    await cut.up();
    await system.asterisk.kill();
    await smsc.stop();
    await smsc.start();
    await system.asterisk.start();
    const late = await phone.call(carol);
    await late.up();
    await late.hangup();
  });

  it('has no PIN, code, reference, link, key, password, number, name, address or word of it: in lines, errors, answers, metrics', async () => {
    const metrics = await (await fetch(system.controller.metrics)).text();
    const ready = await (await fetch(`${system.controller.web}/health/ready`)).text();
    await system.controller.kill('SIGTERM');
    const lines = system.controller.lines.map((line) => JSON.stringify(line));
    const found = [
      ...lines.flatMap((line) => day.secrets.foundIn('the log', line)),
      ...day.secrets.foundIn('standard error', system.controller.errors.join('\n')),
      ...day.problems.flatMap((one) => day.secrets.foundIn('an answer', one)),
      ...day.secrets.foundIn('the metrics', metrics),
      ...day.secrets.foundIn('the health', ready),
    ];
    assert.deepEqual(found, []);
    // It is a day’s log, and not a silent one: it tells of what went wrong.
    const levels = system.controller.lines.map(({ level }) => level);
    assert.ok(levels.filter((one) => one === 'info').length > 15, `${levels.length} lines`);
    assert.ok(levels.includes('warn') && !levels.includes('debug'));
    assert.ok(day.problems.length > 12 && day.secrets.size > 25);
    assert.ok(day.secrets.foundIn('a text', 'call (202) 555-0147').length > 0, 'a secret would be found');
  });
});
