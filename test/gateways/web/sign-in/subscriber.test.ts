import assert from 'node:assert/strict';
import type { Mailbox } from '../../../../app/core/mailbox/mailbox.ts';
import type { Browser } from './browser.ts';
import { openSignInWorld, type SignInWorld } from './world.ts';

const pin = '482915';
const other = '730582';
type Answer = Record<string, unknown>;

describe('A subscriber at the page', function () {
  this.timeout(60_000);
  let world: SignInWorld;
  let last = 0;
  before(async () => (world = await openSignInWorld()));
  after(() => world[Symbol.asyncDispose]());

  /** Each from an address of its own, so that wrong tries of one test lock no other out. */
  const from = () => ({ 'x-forwarded-for': `192.0.2.${(last += 1)}` });

  async function withPin(classOfService?: string): Promise<Mailbox> {
    const mailbox = await world.mailbox(classOfService);
    await world.authentication.setPin(mailbox, pin);
    return mailbox;
  }

  async function signedIn(mailbox: Mailbox, typed = pin): Promise<Browser> {
    const browser = world.browser();
    const body = { number: mailbox.number, pin: typed };
    assert.equal((await browser.ask('POST', '/v1/session', { body, headers: from() })).status, 200);
    return browser;
  }

  it('signs in with number and PIN, as the number is dialled too, and is who they are until they sign out', async () => {
    const mailbox = await withPin();
    const browser = world.browser();
    assert.equal((await browser.ask('GET', '/v1/session')).status, 401);
    const dialled = `(${mailbox.number.slice(2, 5)}) ${mailbox.number.slice(5)}`;
    const answer = await browser.ask('POST', '/v1/session', {
      body: { number: dialled, pin },
      headers: from(),
    });
    assert.equal(answer.status, 200);
    const { expires, ...session } = (await answer.json()) as Answer;
    const { id, number } = mailbox;
    const expected = {
      kind: 'subscriber',
      mailbox: id,
      number,
      language: 'en',
      via: 'pin',
      mustChangePin: false,
    };
    assert.deepEqual(session, expected);
    assert.ok(new Date(String(expires)) > new Date());
    assert.match(
      browser.set,
      /^answerback=[\w-]{43}; Expires=[^;]+; HttpOnly; SameSite=Strict; Path=\/|Path=\//,
    );
    for (const attribute of ['HttpOnly', 'SameSite=Strict', 'Path=/'])
      assert.ok(browser.set.includes(attribute));
    const { expires: _until, ...read } = (await (await browser.ask('GET', '/v1/session')).json()) as Answer;
    assert.deepEqual(read, expected);
    assert.equal((await browser.ask('GET', '/v1/probe/operator')).status, 403);
    const stolen = browser.cookie;
    assert.equal((await browser.ask('DELETE', '/v1/session')).status, 204);
    assert.equal(browser.cookies.size, 0);
    const headers = { cookie: stolen };
    assert.equal((await browser.ask('GET', '/v1/session', { headers })).status, 401);
  });

  it('of a number without a mailbox is told the same as of a wrong PIN, for as long, and locked out as soon', async () => {
    const mailbox = await withPin();
    const noPin = await world.mailbox();
    // One address a number: three wrong ones, then a wait.
    const answersOf = async (number: string) => {
      const headers = from();
      const before = world.compared();
      const answers: unknown[] = [];
      for (let i = 0; i < 4; i += 1) {
        const body = i % 2 === 0 ? { number, pin: other } : { number, code: '123456' };
        const answer = await world.browser().ask('POST', '/v1/session', { body, headers });
        const { code, detail } = (await answer.json()) as Answer;
        answers.push([answer.status, code, detail, answer.headers.has('retry-after')]);
      }
      answers.push(world.compared() - before);
      return answers;
    };
    const known = await answersOf(mailbox.number);
    assert.deepEqual(
      known.slice(0, 4).map((one) => (one as unknown[])[0]),
      [401, 401, 401, 429],
    );
    assert.equal(known[4], 3, 'hashes compared: what takes time');
    for (const number of ['+12025550666', noPin.number, '999', '+441632960000'])
      assert.deepEqual(await answersOf(number), known, number);
    await world.auditor.flush();
    const events = await world.store.audit.list({ limit: 20 });
    assert.ok(!events.some(({ mailbox: of }) => of?.startsWith('nobody')));
  });

  it('cannot have another address for each try by saying so, where no proxy is believed', async () => {
    await using bare = await openSignInWorld({}, []);
    const statuses: number[] = [];
    for (let i = 0; i < 4; i += 1) {
      const body = { number: '+12025550668', pin: other };
      statuses.push((await bare.browser().ask('POST', '/v1/session', { body, headers: from() })).status);
    }
    assert.deepEqual(statuses, [401, 401, 401, 429]);
  });

  it('locked out at the page is locked out at the telephone from strangers’ phones, and the other way', async () => {
    const mailbox = await withPin();
    const stranger = (key: string) => ({ key: `trunk:${key}`, trusted: false });
    for (let i = 0; i < 5; i += 1)
      await world.authentication.login(mailbox, other, stranger(`+1202555${1000 + i}`));
    for (let i = 0; i < 5; i += 1) {
      const body = { number: mailbox.number, pin: other };
      await world.browser().ask('POST', '/v1/session', { body, headers: from() });
    }
    const login = await world.authentication.login(mailbox, pin, stranger('+12025559998'));
    assert.equal(login.kind, 'locked');
    const body = { number: mailbox.number, pin };
    const answer = await world.browser().ask('POST', '/v1/session', { body, headers: from() });
    assert.equal(answer.status, 429);
    assert.ok(Number(answer.headers.get('retry-after')) > 0);
    world.pass(2);
    const again = await world.browser().ask('POST', '/v1/session', { body, headers: from() });
    assert.equal(again.status, 200);
  });

  it('gets a code as a text and signs in with it once, also of two at once', async () => {
    for (const mailbox of [await world.mailbox(), await withPin()]) {
      const sent = world.texts.length;
      const asked = await world.browser().ask('POST', '/v1/session/code', {
        body: { number: mailbox.number },
        headers: from(),
      });
      assert.equal(asked.status, 202);
      await world.settled();
      assert.equal(world.texts.length, sent + 1);
      assert.equal(world.texts.at(-1)?.to, mailbox.number);
      const body = { number: mailbox.number, code: world.lastCode() };
      const both = await Promise.all(
        [1, 2].map(() => world.browser().ask('POST', '/v1/session', { body, headers: from() })),
      );
      assert.deepEqual(
        both.map(({ status }) => status).toSorted((a, b) => a - b),
        [200, 401],
      );
      const won = both.find(({ status }) => status === 200);
      assert.ok(won);
      assert.equal(((await won.json()) as Answer)['via'], 'code');
    }
  });

  it('gets no code where the class wants the PIN always, or nobody is there; the answer is the same', async () => {
    const strict = await withPin('strict');
    const sent = world.texts.length;
    for (const number of [strict.number, '+12025550667', 'x'.repeat(32)]) {
      const asked = await world
        .browser()
        .ask('POST', '/v1/session/code', { body: { number }, headers: from() });
      assert.deepEqual([asked.status, await asked.text()], [202, '']);
    }
    await world.settled();
    assert.equal(world.texts.length, sent);
  });

  it('whose PIN somebody else chose may do nothing but choose another', async () => {
    const mailbox = await world.mailbox();
    const first = await world.authentication.firstPin(mailbox);
    const browser = world.browser();
    const body = { number: mailbox.number, pin: first };
    const answer = await browser.ask('POST', '/v1/session', { body, headers: from() });
    assert.equal(((await answer.json()) as Answer)['mustChangePin'], true);
    const probe = await browser.ask('GET', '/v1/probe/subscriber');
    assert.deepEqual([probe.status, ((await probe.json()) as Answer)['code']], [403, 'pin-must-change']);
    const token = browser.cookies.get('answerback') ?? '';
    const session = world.tokens.digest(token);
    await world.authentication.setPin(mailbox, pin, { key: 'web:x', trusted: false, session });
    assert.equal((await browser.ask('GET', '/v1/probe/subscriber')).status, 200);
  });

  it('is signed out everywhere else when the PIN changes, and everywhere when they say so', async () => {
    const mailbox = await withPin();
    const [one, two, three] = [await signedIn(mailbox), await signedIn(mailbox), await signedIn(mailbox)];
    const stranger = await signedIn(await withPin());
    const session = world.tokens.digest(one.cookies.get('answerback') ?? '');
    await world.authentication.setPin(mailbox, other, { key: 'web:x', trusted: false, session });
    const status = async (browser: Browser) => (await browser.ask('GET', '/v1/session')).status;
    assert.deepEqual(await Promise.all([one, two, three, stranger].map(status)), [200, 401, 401, 200]);
    // From the telephone it is all of them.
    await world.authentication.setPin(mailbox, '907326');
    assert.equal(await status(one), 401);
    const [four, five] = [await signedIn(mailbox, '907326'), await signedIn(mailbox, '907326')];
    assert.equal((await four.ask('DELETE', '/v1/session?everywhere=true')).status, 204);
    assert.deepEqual(await Promise.all([four, five, stranger].map(status)), [401, 401, 200]);
  });

  it('of a suspended mailbox gets nowhere, with session, key or link, and is told only what all are at the door', async () => {
    const mailbox = await withPin();
    const browser = await signedIn(mailbox);
    const { secret } = await world.key(['messages:read'], { mailbox });
    const link = (await world.links.make(await world.message(mailbox)))?.slice(-22);
    await world.store.mailboxes.update(mailbox.id, { status: 'suspended' });
    world.pass(1);
    const inside = await browser.ask('GET', '/v1/probe/subscriber');
    assert.deepEqual([inside.status, ((await inside.json()) as Answer)['code']], [403, 'suspended']);
    const headers = { authorization: `Bearer ${secret}` };
    assert.equal((await world.browser().ask('GET', '/v1/probe/subscriber', { headers })).status, 403);
    assert.equal((await world.browser().ask('POST', '/v1/session', { body: { link } })).status, 403);
    const body = { number: mailbox.number, pin };
    assert.equal((await world.browser().ask('POST', '/v1/session', { body, headers: from() })).status, 401);
    await world.store.mailboxes.update(mailbox.id, { status: 'active' });
    assert.equal((await browser.ask('GET', '/v1/probe/subscriber')).status, 200);
    await world.store.mailboxes.remove(mailbox.id);
    world.pass(1);
    assert.equal((await browser.ask('GET', '/v1/session')).status, 401);
  });

  it('is signed out after a time without use, and after a day in any case', async () => {
    const browser = await signedIn(await withPin());
    const status = async () => (await browser.ask('GET', '/v1/session')).status;
    world.pass(59);
    assert.equal(await status(), 200);
    await until(async () => {
      const token = browser.cookies.get('answerback') ?? '';
      const kept = await world.store.sessions.get(world.tokens.digest(token));
      return kept !== undefined && kept.lastSeen > kept.created;
    });
    world.pass(59);
    assert.equal(await status(), 200);
    world.pass(61);
    assert.equal(await status(), 401);
    const busy = await signedIn(await withPin());
    const token = world.tokens.digest(busy.cookies.get('answerback') ?? '');
    for (let hour = 0; hour < 25; hour += 1) {
      const now = world.clock.now().getTime();
      await world.store.sessions.touch(token, new Date(now), new Date(now + 50 * 60_000));
      world.pass(60);
    }
    assert.equal((await busy.ask('GET', '/v1/session')).status, 401);
  });

  it('keeps no session that another put into the browser', async () => {
    const mallory = await signedIn(await withPin());
    const planted = mallory.cookies.get('answerback') ?? '';
    const victim = await withPin();
    const browser = world.browser();
    browser.cookies.set('answerback', planted);
    const body = { number: victim.number, pin };
    await browser.ask('POST', '/v1/session', { body, headers: from() });
    assert.notEqual(browser.cookies.get('answerback'), planted);
    const old = await world
      .browser()
      .ask('GET', '/v1/session', { headers: { cookie: `answerback=${planted}` } });
    assert.equal(old.status, 401);
    // A made-up one is no session, and no obstacle.
    const fresh = world.browser();
    fresh.cookies.set('answerback', 'A'.repeat(43));
    assert.equal((await fresh.ask('POST', '/v1/session', { body, headers: from() })).status, 200);
  });

  it('is not moved by other sites: what they make a browser send is refused, signing in too', async () => {
    const mailbox = await withPin();
    const browser = await signedIn(mailbox);
    const address = new URL(world.web.address).host;
    const cases: [Record<string, string>, number][] = [
      [{ 'sec-fetch-site': 'cross-site' }, 403],
      [{ 'sec-fetch-site': 'same-site' }, 403],
      [{ 'sec-fetch-site': '', origin: 'https://evil.example' }, 403],
      [{ 'sec-fetch-site': '', origin: `http://${address}.evil.example` }, 403],
      [{ 'sec-fetch-site': '', origin: 'null' }, 403],
      [{ 'sec-fetch-site': '' }, 403],
      [{ 'sec-fetch-site': '', origin: `http://${address}` }, 200],
      [{ 'sec-fetch-site': 'same-origin' }, 200],
    ];
    for (const [headers, status] of cases) {
      const answer = await browser.ask('POST', '/v1/probe/subscriber', { headers });
      assert.equal(answer.status, status, JSON.stringify(headers));
      // Nobody else's page may read what comes.
      assert.equal(answer.headers.get('access-control-allow-origin'), null);
    }
    const form = {
      'sec-fetch-site': 'cross-site',
      origin: 'https://evil.example',
      'content-type': 'application/x-www-form-urlencoded',
    };
    assert.equal((await browser.ask('DELETE', '/v1/session', { headers: form })).status, 403);
    const body = { number: mailbox.number, pin };
    const login = await world
      .browser()
      .ask('POST', '/v1/session', { body, headers: { ...from(), ...form, 'content-type': 'text/plain' } });
    assert.equal(login.status, 403);
    // A form of our own site, or text that says it is JSON, is no way either.
    for (const type of ['application/x-www-form-urlencoded', 'text/plain'])
      assert.ok(
        (
          await world.browser().ask('POST', '/v1/session', {
            body: JSON.stringify(body),
            headers: { ...from(), 'content-type': type },
          })
        ).status >= 400,
      );
    assert.equal((await browser.ask('GET', '/v1/session')).status, 200);
  });

  it('by hostile input gets a clear answer and nobody in', async () => {
    const number = (await withPin()).number;
    const bodies: unknown[] = [
      {},
      [],
      null,
      { number },
      { number, pin: '' },
      { number, pin: { $ne: '' } },
      { number: { $gt: '' }, pin },
      { number, pin: 482915 },
      { number, pin, link: 'x' },
      { number, pin, admin: true },
      { link: { $ne: null } },
      { number: '9'.repeat(33), pin },
      '{"number":"1","pin":"1","__proto__":{"x":1}}',
      '{',
    ];
    for (const body of bodies) {
      const answer = await world
        .browser()
        .ask('POST', '/v1/session', { body: body === null ? 'null' : body, headers: from() });
      assert.equal(answer.status, 400, JSON.stringify(body));
      assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/);
    }
    const huge = { number, pin: '1'.repeat(100_000) };
    assert.equal(
      (await world.browser().ask('POST', '/v1/session', { body: huge, headers: from() })).status,
      413,
    );
    for (const cookie of [
      'answerback=',
      'answerback=a; answerback=b',
      `answerback=${'x'.repeat(9000)}`,
      'answerback=%00%0d%0aSet-Cookie:x',
      '=;;=',
    ]) {
      const answer = await world.browser().ask('GET', '/v1/session', { headers: { cookie } });
      assert.equal(answer.status, 401, cookie.slice(0, 40));
      assert.equal(answer.headers.get('set-cookie'), null);
    }
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 1000; i += 1) if (await holds()) return;
  assert.fail('it does not come about');
}
