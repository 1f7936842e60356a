import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Fault } from '../../../app/core/errors.ts';
import { openTwilioGateway } from '../../../app/gateways/sms/open.ts';
import type { TextGateway } from '../../../app/ports/gateway.ts';
import { openTwilioServer } from '../twilio-server.ts';
import type { Fate, TwilioServer } from '../twilio-server.ts';

const secrets = { accountSid: `AC${'0'.repeat(32)}`, authToken: 'a-token-of-tests' };
const from = '+12025550199';
const text = {
  id: '01890000-0000-7000-8000-000000000001',
  to: '+12025550123',
  body: 'Voice message: +12025550199,,1234567895#',
};

describe('texts over Twilio', function () {
  this.timeout(20_000);
  let twilio: TwilioServer;
  let gateway: TextGateway & AsyncDisposable;

  beforeEach(async () => {
    twilio = await openTwilioServer({ ...secrets, senders: [from] });
    gateway = openGateway(twilio.url);
  });
  afterEach(async () => {
    await gateway[Symbol.asyncDispose]();
    await twilio[Symbol.asyncDispose]();
  });

  it('sends a text from the sending number and answers with its SID', async () => {
    const { providerId } = await gateway.send(text);
    const [taken] = twilio.texts;
    assert.equal(providerId, taken?.sid);
    assert.equal(taken?.to, text.to);
    assert.equal(taken?.from, from);
    assert.equal(taken?.body, text.body);
    assert.equal(taken?.statusCallback, 'https://answerback.example/front/webhooks/twilio/status');
  });

  it('keeps a text of other alphabets, signs and line ends as it is', async () => {
    const body = 'Grüezi & 50% = ½ + „ja“ 📞\nتمام?#';
    await gateway.send({ ...text, body });
    assert.equal(twilio.texts[0]?.body, body);
  });

  it('too many requests are a temporary fault, and the next try goes through', async () => {
    twilio.next({ kind: 'error', status: 429, code: 20429 });
    await assertFault({ temporary: true, code: 'gateway-unavailable' });
    assert.equal(twilio.tries, 1, 'the library must not try again by itself');
    await gateway.send({ ...text, firstTried: new Date() });
    assert.equal(twilio.texts.length, 1);
  });

  const permanent: readonly [string, Fate][] = [
    ['a number that does not exist (21211)', { kind: 'error', status: 400, code: 21211 }],
    ['a recipient who unsubscribed (21610)', { kind: 'error', status: 400, code: 21610 }],
    ['a number that is no mobile (21614)', { kind: 'error', status: 400, code: 21614 }],
    ['a country that is not allowed (21408)', { kind: 'error', status: 403, code: 21408 }],
  ];
  for (const [what, fate] of permanent) {
    it(`${what} is never tried again`, async () => {
      twilio.next(fate);
      await assertFault({ temporary: false, code: 'gateway-refused' });
    });
  }

  const temporary: readonly [string, Fate][] = [
    ['a fault of the server (500)', { kind: 'error', status: 500 }],
    ['an unavailable server (503)', { kind: 'error', status: 503, code: 20503 }],
    ['a page of a gateway in between (502)', { kind: 'page', status: 502 }],
    ['a redirect', { kind: 'page', status: 302 }],
    ['a sender that is not ours yet (21606)', { kind: 'error', status: 400, code: 21606 }],
    ['a full queue of the sender (21611)', { kind: 'error', status: 400, code: 21611 }],
    ['a dropped connection', { kind: 'dropped' }],
  ];
  for (const [what, fate] of temporary) {
    it(`${what} is tried again later`, async () => {
      twilio.next(fate);
      await assertFault({ temporary: true, code: 'gateway-unavailable' });
      assert.equal(twilio.texts.length, 0);
    });
  }

  it('wrong credentials of ours do not lose the text', async () => {
    await using wrong = openGateway(twilio.url, { ...secrets, authToken: 'other' });
    await assertFault({ temporary: true, code: 'gateway-unavailable' }, wrong);
    assert.equal(twilio.tries, 0);
  });

  it('nobody listening is a temporary fault', async () => {
    await using away = openGateway(`http://127.0.0.1:${await closedPort()}`);
    await assertFault({ temporary: true, code: 'gateway-unavailable' }, away);
  });

  const lost: readonly [string, Fate][] = [
    ['never answered', { kind: 'taken-unanswered' }],
    ['taken before the connection broke', { kind: 'taken-dropped' }],
  ];
  for (const [what, fate] of lost) {
    it(`a text that was ${what} is not sent twice by the next try`, async () => {
      const firstTried = new Date();
      twilio.next(fate);
      await assertFault({ temporary: true, code: 'gateway-unavailable' });
      const { providerId } = await gateway.send({ ...text, firstTried });
      assert.equal(twilio.texts.length, 1);
      assert.equal(providerId, twilio.texts[0]?.sid);
    });
  }

  it('an older text of the same words does not count as the one of unknown fate', async () => {
    await gateway.send(text);
    twilio.next({ kind: 'dropped' });
    const later = new Date(Date.now() + 60_000);
    await assertFault({ temporary: true, code: 'gateway-unavailable' });
    await gateway.send({ ...text, firstTried: later });
    assert.equal(twilio.texts.length, 2);
  });

  it('an answer that drips in for ever ends at the deadline', async () => {
    twilio.next({ kind: 'drip' });
    const start = performance.now();
    await assertFault({ temporary: true, code: 'gateway-unavailable' });
    assert.ok(performance.now() - start < 5000);
  });

  it('the text of a fault names neither number nor words', async () => {
    const fault = await gateway.send({ ...text, to: '+0' }).then(
      () => assert.fail('sent'),
      (error: unknown) => error as Fault,
    );
    assert.equal(fault.temporary, false);
    assert.match(fault.message, /status 400, code 21211/);
    assert.doesNotMatch(fault.message + fault.publicText, /\+0|1234567895/);
  });

  async function assertFault(
    wanted: { temporary: boolean; code: string },
    by: TextGateway = gateway,
  ): Promise<void> {
    await assert.rejects(by.send(text), (error) => {
      assert.ok(error instanceof Fault, String(error));
      assert.deepEqual({ temporary: error.temporary, code: error.code }, wanted, error.message);
      return true;
    });
  }
});

function openGateway(api: string, given = secrets): TextGateway & AsyncDisposable {
  const slice = { from, api, publicUrl: 'https://answerback.example/front/', ...given };
  return openTwilioGateway(slice, { timeoutMs: 500 });
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
