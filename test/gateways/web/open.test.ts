import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Fault } from '../../../app/core/errors.ts';
import { openWeb } from '../../../app/gateways/web/open.ts';
import type { Web } from '../../../app/gateways/web/open.ts';
import type { TextReport } from '../../../app/ports/gateway.ts';
import type { PartState, Readiness } from '../../../app/ports/health.ts';
import type { InboundText } from '../../../app/ports/media.ts';
import { keptLog } from '../../telemetry/kept-log.ts';
import { newSid, openTwilioServer, signature } from '../twilio-server.ts';
import type { TwilioServer } from '../twilio-server.ts';

const account = {
  accountSid: `AC${'1'.repeat(32)}`,
  authToken: 'a-token-of-tests',
  senders: ['+12025550199'],
};
const up: PartState = { ok: true, state: 'up', since: '2026-01-02T03:04:05.678Z' };
const away: PartState = { ok: false, state: 'away', since: '2026-01-02T03:05:06.789Z' };
const publicUrl = 'https://answerback.example/front';

describe('the web server', function () {
  this.timeout(20_000);
  let twilio: TwilioServer;
  let web: Web;
  let log: ReturnType<typeof keptLog>;
  let texts: InboundText[];
  let reports: TextReport[];
  let state: () => Promise<Readiness>;
  let storeFault: Fault | Error | undefined;

  beforeEach(async () => {
    [texts, reports, storeFault, log] = [[], [], undefined, keptLog()];
    state = async () => ({ ok: true, parts: { store: up, switch: up } });
    twilio = await openTwilioServer(account);
    web = await openWeb(
      {
        host: '127.0.0.1',
        port: 0,
        twilio: { publicUrl: `${publicUrl}/` },
        twilioAuthToken: account.authToken,
      },
      {
        log,
        ready: () => state(),
        onText: async (text) => {
          if (storeFault) throw storeFault;
          texts.push(text);
        },
        onReport: async (report) => void reports.push(report),
      },
    );
  });
  afterEach(async () => {
    await web[Symbol.asyncDispose]();
    await twilio[Symbol.asyncDispose]();
  });

  const inbound = (more: Record<string, string> = {}): Record<string, string> => ({
    ToCountry: 'US',
    MessageSid: newSid(),
    AccountSid: account.accountSid,
    NumMedia: '0',
    From: '+12025550123',
    To: '+12025550199',
    Body: '1',
    ...more,
  });
  const post = (path: string, form: Record<string, string>, given?: string | null): Promise<Response> =>
    twilio.post({
      target: web.address + path,
      configured: publicUrl + path,
      form,
      ...(given === undefined ? {} : { signature: given }),
    });
  const sms = (form: Record<string, string>, given?: string | null): Promise<Response> =>
    post('/webhooks/twilio/sms', form, given);

  it('hands a signed text over and answers with empty TwiML', async () => {
    const form = inbound({ Body: 'Löschen bitte + 100% 📞' });
    const response = await sms(form);
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type') ?? '', /^text\/xml/);
    assert.equal(await response.text(), '<?xml version="1.0" encoding="UTF-8"?><Response/>');
    const { MessageSid: id, Body: body } = form;
    const fixed = {
      network: 'sms',
      trunk: 'twilio',
      from: '+12025550123',
      to: '+12025550199',
      truncated: false,
    };
    assert.deepEqual(texts, [{ id, body, ...fixed }]);
  });

  it('a text without words is a text', async () => {
    assert.equal((await sms(inbound({ Body: '' }))).status, 200);
    assert.equal(texts[0]?.body, '');
  });

  it('hands over where the media of an MMS lie, as many as it says there are', async () => {
    const base = `https://api.twilio.com/2010-04-01/Accounts/${account.accountSid}/Messages/MM1/Media`;
    const form = inbound({
      MessageSid: newSid('MM'),
      Body: 'Look',
      NumMedia: '2',
      MediaUrl0: `${base}/ME0`,
      MediaContentType0: 'image/jpeg',
      MediaUrl1: `${base}/ME1`,
      MediaUrl2: `${base}/ME2`,
    });
    assert.equal((await sms(form)).status, 200);
    assert.equal(texts[0]?.id, form['MessageSid']);
    assert.equal(texts[0]?.body, 'Look');
    assert.deepEqual(texts[0]?.media, [
      { url: `${base}/ME0`, contentType: 'image/jpeg' },
      { url: `${base}/ME1` },
    ]);
  });

  it('an address of media that somebody changed on the way is refused with 403', async () => {
    const form = inbound({ NumMedia: '1', MediaUrl0: 'https://api.twilio.com/ME0' });
    const forged = { ...form, MediaUrl0: 'http://169.254.169.254/' };
    const signed = signature(account.authToken, `${publicUrl}/webhooks/twilio/sms`, form);
    await assertProblem(await sms(forged, signed), 403);
    assert.deepEqual(texts, []);
  });

  for (const NumMedia of ['', '-1', 'many', '1e3', '99999999999', '3']) {
    it(`a text that says it has ${JSON.stringify(NumMedia)} media and brings none is taken`, async () => {
      assert.equal((await sms(inbound({ NumMedia, MediaUrl0: '', Body: 'words' }))).status, 200);
      assert.equal(texts[0]?.body, 'words');
      assert.equal(texts[0]?.media, undefined);
    });
  }

  it('a receipt about an MMS counts as one about a text', async () => {
    const MessageSid = newSid('MM');
    const form = { MessageSid, MessageStatus: 'undelivered', ErrorCode: '30011' };
    assert.equal((await post('/webhooks/twilio/status', form)).status, 204);
    assert.deepEqual(reports, [
      { gateway: 'twilio', providerId: MessageSid, status: 'failed', error: '30011' },
    ]);
  });

  it('counts a query in the address as signed', async () => {
    assert.equal((await post('/webhooks/twilio/sms?x=%2B1&y=a', inbound())).status, 200);
    assert.equal(texts.length, 1);
  });

  it('the same text sent again comes with the same id, so that it counts once', async () => {
    const form = inbound();
    assert.equal((await sms(form)).status, 200);
    assert.equal((await sms(form)).status, 200);
    assert.equal(new Set(texts.map((text) => text.id)).size, 1);
  });

  const forged: readonly [string, (form: Record<string, string>) => string | null][] = [
    ['no signature', () => null],
    ['an empty signature', () => ''],
    ['a signature of another token', (form) => signature('other', `${publicUrl}/webhooks/twilio/sms`, form)],
    [
      'a signature for another address',
      (form) => signature(account.authToken, `${publicUrl}/webhooks/twilio/status`, form),
    ],
    [
      'a signature for other words',
      (form) => signature(account.authToken, `${publicUrl}/webhooks/twilio/sms`, { ...form, Body: '2' }),
    ],
    ['a signature that is no Base64', () => 'ÿ'.repeat(28)],
    ['a signature of 8 kB', () => 'A'.repeat(8000)],
  ];
  for (const [what, given] of forged) {
    it(`refuses ${what} with 403 and hands nothing over`, async () => {
      const form = inbound();
      const response = await sms(form, given(form));
      await assertProblem(response, 403);
      assert.deepEqual(texts, []);
      assert.equal(log.lines.filter((line) => line.level === 'warn').length, 1);
    });
  }

  it('refuses a forged delivery receipt with 403', async () => {
    const form = { MessageSid: newSid(), MessageStatus: 'delivered' };
    await assertProblem(await post('/webhooks/twilio/status', form, 'AAAA'), 403);
    assert.deepEqual(reports, []);
  });

  const malformed: readonly [string, Record<string, string>][] = [
    ['without a MessageSid', { MessageSid: '' }],
    ['with a MessageSid that is none', { MessageSid: `SM${'g'.repeat(32)}` }],
    ['without a sender', { From: '' }],
    ['with a sender of 65 characters', { From: `+${'1'.repeat(64)}` }],
    ['with a body of 5,000 characters', { Body: 'a'.repeat(5000) }],
  ];
  for (const [what, change] of malformed) {
    it(`a signed text ${what} is answered with 400`, async () => {
      await assertProblem(await sms(inbound(change)), 400);
      assert.deepEqual(texts, []);
    });
  }

  it('a body over 64 kB is answered with 413', async () => {
    await assertProblem(await sms(inbound({ Body: 'a'.repeat(70_000) })), 413);
    assert.deepEqual(texts, []);
  });

  it('a body of another type is answered with 415', async () => {
    const response = await fetch(`${web.address}/webhooks/twilio/sms`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    await assertProblem(response, 415);
  });

  it('names that reach into objects do no harm', async () => {
    const form = inbound({ ['__proto__']: 'x', constructor: 'y', toString: 'z', 'a[b]': 'c' });
    assert.equal((await sms(form)).status, 200);
    assert.equal(({} as Record<string, unknown>)['x'], undefined);
    assert.equal(texts.length, 1);
  });

  it('broken percent signs and bytes that are no UTF-8 are refused, and the server goes on', async () => {
    const response = await fetch(`${web.address}/webhooks/twilio/sms`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': 'AAAA' },
      body: Buffer.from('Body=%zz%E0%A4&From=\xff\xfe&&&=&%=%', 'latin1'),
    });
    await assertProblem(response, 403);
    assert.equal((await fetch(`${web.address}/health/live`)).status, 200);
  });

  it('what is not HTTP is cut off, and the server goes on', async () => {
    const { hostname, port } = new URL(web.address);
    const socket = connect(Number(port), hostname);
    socket.write('INVITE sip:1234567890@example SIP/2.0\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    assert.match(answer.toString(), /^HTTP\/1\.1 400 /);
    socket.destroy();
    assert.equal((await fetch(`${web.address}/health/live`)).status, 200);
  });

  it('a store that is away answers 503 without a stack, so that the text is not lost unseen', async () => {
    storeFault = new Fault('store-unavailable', 'mongodb://secret is away', { temporary: true });
    const response = await sms(inbound());
    assert.ok(response.headers.get('retry-after'));
    assert.doesNotMatch(await assertProblem(response, 503), /secret|\.ts/);
  });

  it('an unexpected error answers 500 without a stack', async () => {
    storeFault = new Error('secret detail');
    assert.doesNotMatch(await assertProblem(await sms(inbound()), 500), /secret|\.ts/);
  });

  const fates: readonly [string, TextReport['status'] | undefined, string?][] = [
    ['queued', undefined],
    ['sending', undefined],
    ['sent', undefined],
    ['delivered', 'delivered'],
    ['read', 'delivered'],
    ['undelivered', 'failed', '30005'],
    ['failed', 'failed', '30003'],
    ['a-status-of-tomorrow', undefined],
  ];
  for (const [word, status, code] of fates) {
    it(`a receipt "${word}" ${status ? `reports ${status}` : 'reports nothing'}`, async () => {
      const form = { MessageSid: newSid(), MessageStatus: word, ...(code ? { ErrorCode: code } : {}) };
      const response = await post('/webhooks/twilio/status', form);
      assert.equal(response.status, 204);
      const report = {
        gateway: 'twilio',
        providerId: form.MessageSid,
        status,
        ...(code ? { error: code } : {}),
      };
      assert.deepEqual(reports, status ? [report] : []);
    });
  }

  it('tells that it lives, whatever the state of the rest', async () => {
    state = async () => ({ ok: false, parts: { store: away } });
    assert.equal((await fetch(`${web.address}/health/live`)).status, 200);
  });

  it('tells whether it is ready, part by part', async () => {
    assert.deepEqual(await (await fetch(`${web.address}/health/ready`)).json(), {
      ok: true,
      parts: { store: up, switch: up },
    });
    state = async () => ({ ok: false, parts: { store: away, switch: up } });
    const response = await fetch(`${web.address}/health/ready`);
    assert.equal(response.status, 503);
    assert.deepEqual(await response.json(), { ok: false, parts: { store: away, switch: up } });
  });

  it('is not ready when that cannot be told', async () => {
    state = () => Promise.reject(new Error('no'));
    assert.equal((await fetch(`${web.address}/health/ready`)).status, 503);
  });

  it('is not ready when that is not told in time', async () => {
    state = () => new Promise(() => {});
    assert.equal((await fetch(`${web.address}/health/ready`)).status, 503);
  });

  it('answers unknown addresses and methods with 404', async () => {
    await assertProblem(await fetch(`${web.address}/webhooks/twilio`), 404);
    await assertProblem(await fetch(`${web.address}/webhooks/twilio/sms`), 404);
    await assertProblem(await fetch(`${web.address}/%zz`), 400);
  });

  it('has no webhooks where Twilio is not configured', async () => {
    const { log, ...unused } = { log: keptLog(), onText: async () => {}, onReport: async () => {} };
    await using bare = await openWeb(
      { host: '127.0.0.1', port: 0 },
      { log, ...unused, ready: () => state() },
    );
    await assertProblem(
      await twilio.post({ target: `${bare.address}/webhooks/twilio/sms`, form: inbound() }),
      404,
    );
  });

  it('sends security headers with every answer', async () => {
    for (const path of ['/health/live', '/nothing']) {
      const { headers } = await fetch(web.address + path);
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/);
      assert.equal(headers.get('cache-control'), 'no-store');
      assert.equal(headers.get('server'), null);
    }
  });
});

async function assertProblem(response: Response, status: number): Promise<string> {
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
  const problem = JSON.parse(text) as Record<string, unknown>;
  assert.equal(problem['status'], status);
  assert.equal(typeof problem['title'], 'string');
  return text;
}
