import assert from 'node:assert/strict';
import { TOTP } from 'otpauth';
import type { Browser } from './browser.ts';
import { openSignInWorld, type SignInWorld } from './world.ts';

const password = 'correct horse battery staple';
type Answer = Record<string, unknown>;

describe('An operator at the page', function () {
  this.timeout(60_000);
  let world: SignInWorld;
  let last = 0;
  before(async () => (world = await openSignInWorld()));
  after(() => world[Symbol.asyncDispose]());

  const from = () => ({ 'x-forwarded-for': `198.51.100.${(last += 1)}` });
  const codeOf = (secret: string, minutes = 0): string =>
    new TOTP({ secret }).generate({ timestamp: world.clock.now().getTime() + minutes * 60_000 });

  async function enter(
    body: Record<string, unknown>,
    headers: Record<string, string> = from(),
    browser: Browser = world.browser(),
  ) {
    const answer = await browser.ask('POST', '/v1/session/operator', { body, headers });
    return { browser, answer, status: answer.status };
  }

  it('signs in by password and one-time password, and may what the role may', async () => {
    for (const [role, status] of [
      ['admin', 200],
      ['support', 200],
      ['billing', 403],
    ] as const) {
      const name = `ann-${role}`;
      const secret = await world.operator(name, password, role);
      const { browser, answer } = await enter({ name, password, totp: codeOf(secret) });
      const session = (await answer.json()) as Answer & { scopes: string[] };
      assert.deepEqual([session['kind'], session['name'], session['role']], ['operator', name, role]);
      assert.equal(session.scopes.includes('keys:write'), role === 'admin');
      assert.equal(session.scopes.includes('messages:read'), role === 'admin');
      assert.equal((await browser.ask('GET', '/v1/probe/operator')).status, status);
      assert.equal((await browser.ask('GET', '/v1/session')).status, 200);
    }
  });

  it('uses a one-time password once: not again, not an earlier one, and of two at once one', async () => {
    const name = 'bert';
    const secret = await world.operator(name, password);
    const totp = codeOf(secret);
    const both = await Promise.all([enter({ name, password, totp }), enter({ name, password, totp })]);
    assert.deepEqual(
      both.map(({ status }) => status).toSorted((a, b) => a - b),
      [200, 401],
    );
    assert.equal((await enter({ name, password, totp })).status, 401);
    assert.equal((await enter({ name, password, totp: codeOf(secret, -0.5) })).status, 401);
    assert.equal((await enter({ name, password, totp: codeOf(secret, 0.5) })).status, 200);
  });

  it('is told nothing of what was wrong, and waits after three wrong tries, from everywhere after ten', async () => {
    const name = 'cora';
    const secret = await world.operator(name, password);
    const answers = new Set<string>();
    for (const body of [
      { name, password: 'wrong horse battery staple', totp: codeOf(secret) },
      { name, password, totp: '000000' },
      { name, password },
      { name: 'nobody', password, totp: '000000' },
      { name: 'No Such Name!', password, totp: '000000' },
    ]) {
      const { answer } = await enter(body);
      answers.add(`${answer.status} ${await answer.text()}`);
    }
    assert.equal(answers.size, 1, [...answers].join());
    const headers = from();
    for (let i = 0; i < 3; i += 1) await enter({ name, password: `wrong ${i}`, totp: '000000' }, headers);
    const locked = await enter({ name, password, totp: codeOf(secret) }, headers);
    assert.equal(locked.status, 429);
    assert.ok(Number(locked.answer.headers.get('retry-after')) > 0);
    assert.equal((await enter({ name, password, totp: codeOf(secret) })).status, 200);
    for (let i = 0; i < 8; i += 1) await enter({ name, password: `wrong ${i}`, totp: '000000' });
    assert.equal((await enter({ name, password, totp: codeOf(secret, 0.5) })).status, 429);
    await world.operators.reset(name, {}, 'test');
    assert.equal((await enter({ name, password, totp: codeOf(secret, 0.5) })).status, 200);
  });

  it('is out when removed, reset or idle, and loses at once what the role loses', async () => {
    const name = 'dora';
    const secret = await world.operator(name, password);
    const { browser } = await enter({ name, password, totp: codeOf(secret) });
    await world.operators.setRole(name, 'billing', 'test');
    assert.equal((await browser.ask('GET', '/v1/probe/operator')).status, 403);
    await world.operators.setRole(name, 'admin', 'test');
    assert.equal((await browser.ask('GET', '/v1/probe/operator')).status, 200);
    const reset = await world.operators.reset(name, { totp: true, password: `${password}!` }, 'test');
    assert.ok(reset.kind === 'set' && reset.url !== undefined);
    assert.equal((await browser.ask('GET', '/v1/session')).status, 401);
    const fresh = new URL(reset.url).searchParams.get('secret') ?? '';
    assert.equal((await enter({ name, password, totp: codeOf(fresh) })).status, 401);
    assert.equal((await enter({ name, password: `${password}!`, totp: codeOf(secret, 1) })).status, 401);
    const again = await enter({ name, password: `${password}!`, totp: codeOf(fresh) });
    assert.equal(again.status, 200);
    assert.ok(!/expires|max-age/i.test(again.browser.set), 'the cookie goes with the browser');
    world.pass(31);
    assert.equal((await again.browser.ask('GET', '/v1/session')).status, 401);
    const third = await enter({ name, password: `${password}!`, totp: codeOf(fresh) });
    assert.equal(await world.operators.remove(name, 'test'), 'done');
    assert.equal((await third.browser.ask('GET', '/v1/session')).status, 401);
    assert.equal((await enter({ name, password: `${password}!`, totp: codeOf(fresh, 1) })).status, 401);
  });

  it('has a password that is long enough and not the name, and a name that is one', async () => {
    const add = async (name: string, word: string) =>
      (await world.operators.add(name, 'admin', word, 'test')).kind;
    assert.equal(await add('emil', 'short'), 'password');
    assert.equal(await add('emil', 'x'.repeat(201)), 'password');
    assert.equal(await add('emil', 'aaaaaaaaaaaaaaaa'), 'password');
    assert.equal(await add('emil', 'the word of Emil!'), 'password');
    for (const name of ['Emil', '', 'a b', '../x', 'é', 'x'.repeat(33), '$ne'])
      assert.equal(await add(name, password), 'name');
    assert.equal(await add('emil', password), 'made');
    assert.equal(await add('emil', password), 'taken');
  });

  it('stays where no other administrator does, also if two take away each other at once', async () => {
    const { operators } = world;
    const [one, two] = ['mia', 'noa'];
    await world.operator(one, password);
    await world.operator(two, password);
    for (const { name, role } of await operators.list(undefined, 100))
      if (name !== one && name !== two && role === 'admin')
        assert.equal(await operators.setRole(name, 'billing', 'test'), 'done');
    const both = await Promise.all([operators.remove(one, two), operators.setRole(two, 'support', one)]);
    assert.ok(both.includes('last-admin'), both.join());
    const admins = (await operators.list(undefined, 100)).filter(({ role }) => role === 'admin');
    assert.ok(admins.length > 0);
    if (admins.length === 2) assert.equal(await operators.remove(one, 'test'), 'done');
    const [last = ''] = (await operators.list(undefined, 100))
      .filter(({ role }) => role === 'admin')
      .map(({ name }) => name);
    assert.equal(await operators.remove(last, 'test'), 'last-admin');
    assert.equal(await operators.setRole(last, 'billing', 'test'), 'last-admin');
    assert.equal(await operators.setRole(last, 'admin', 'test'), 'done');
    assert.equal(await operators.remove('nobody', 'test'), 'unknown');
    // Another request is about to take that one away: neither of these may hide it.
    const leaving = world.clock.now();
    await world.store.operators.change(last, { leaving });
    assert.equal(await operators.setRole(last, 'admin', 'test'), 'done');
    assert.equal(await operators.remove(last, 'test'), 'last-admin');
    assert.deepEqual((await world.store.operators.get(last))?.leaving, leaving);
    await world.operator('ole', password);
    assert.equal(await operators.remove(last, 'test'), 'done');
  });

  it('is audited by name, with what was tried and without what was typed', async () => {
    await world.auditor.flush();
    const events = await world.store.audit.list({ limit: 500 });
    const of = (name: string) => events.filter(({ by, subject }) => by === name || subject === name);
    assert.ok(of('cora').some(({ event, outcome }) => event === 'operator-login' && outcome === 'locked'));
    assert.ok(of('dora').some(({ outcome, by }) => outcome === 'operator-removed' && by === 'test'));
    assert.ok(
      events
        .filter(({ event }) => event === 'operator-login')
        .every(({ caller }) => caller.startsWith('web:198.51.100.')),
    );
    assert.ok(!JSON.stringify(events).includes('horse'));
  });
});

describe('A program with a key', function () {
  this.timeout(60_000);
  let world: SignInWorld;
  before(async () => (world = await openSignInWorld()));
  after(() => world[Symbol.asyncDispose]());

  const ask = (key: string, path: string, method = 'GET') =>
    world.browser().ask(method, path, { headers: { authorization: `Bearer ${key}`, 'sec-fetch-site': '' } });

  it('may what the key says, in all mailboxes or in one, until it is over or revoked', async () => {
    const mailbox = await world.mailbox();
    const wide = await world.key(['operations:write']);
    const narrow = await world.key(['cdrs:read']);
    const own = await world.key(['messages:read'], { mailbox });
    const soon = new Date(world.clock.now().getTime() + 60 * 60_000);
    const brief = await world.key(['operations:write'], { expires: soon });
    assert.match(wide.secret, /^ab_[0-9a-f]{16}_[\w-]{43}$/);
    assert.equal((await ask(wide.secret, '/v1/probe/operator', 'POST')).status, 200);
    const refused = await ask(narrow.secret, '/v1/probe/operator');
    assert.deepEqual([refused.status, ((await refused.json()) as Answer)['code']], [403, 'no-scope']);
    assert.match(refused.headers.get('www-authenticate') ?? '', /insufficient_scope/);
    assert.equal((await ask(own.secret, '/v1/probe/operator')).status, 403);
    const principal = (await (await ask(own.secret, '/v1/probe/subscriber')).json()) as Answer;
    assert.equal(principal['mailbox'], mailbox.id);
    const session = (await (await ask(own.secret, '/v1/session')).json()) as Answer;
    assert.deepEqual([session['via'], session['number']], ['key', mailbox.number]);
    assert.equal((await ask(own.secret, '/v1/session', 'DELETE')).status, 422);
    assert.equal((await ask(brief.secret, '/v1/probe/operator')).status, 200);
    world.pass(61);
    assert.equal((await ask(brief.secret, '/v1/probe/operator')).status, 401);
    await world.keys.revoke(wide.key.id, 'test');
    assert.equal((await ask(wide.secret, '/v1/probe/operator')).status, 401);
    const first = (await world.keys.revoke(wide.key.id, 'test'))?.revoked;
    assert.deepEqual((await world.keys.revoke(wide.key.id, 'test'))?.revoked, first);
    assert.equal(await world.keys.revoke('none', 'test'), undefined);
  });

  it('that is not quite right opens nothing, whatever else the request carries', async () => {
    const { secret } = await world.key(['operations:write']);
    const { secret: other } = await world.key(['operations:write']);
    const mixed = `${secret.slice(0, 20)}${other.slice(20)}`;
    for (const wrong of [
      mixed,
      secret.slice(0, -1),
      `${secret}x`,
      secret.toUpperCase(),
      '',
      'ab__',
      '$ne',
      'x'.repeat(300),
    ]) {
      const answer = await ask(wrong, '/v1/probe/operator');
      assert.equal(answer.status, 401, wrong.slice(0, 20));
      assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer/);
    }
    const basic = await world
      .browser()
      .ask('GET', '/v1/session', { headers: { authorization: `Basic ${secret}` } });
    assert.equal(basic.status, 401);
    const kept = await world.test.client.db(world.test.database).collection('keys').find().toArray();
    assert.ok(!JSON.stringify(kept).includes(secret.slice(20)), 'the store has no secret');
  });

  it('is noted as used, now and then', async () => {
    const { secret, key } = await world.key(['operations:write']);
    await ask(secret, '/v1/probe/operator');
    let used: Date | undefined;
    while (used === undefined) used = (await world.store.keys.get(key.id))?.lastUsed;
    await ask(secret, '/v1/probe/operator');
    await ask(secret, '/v1/probe/operator');
    assert.deepEqual((await world.store.keys.get(key.id))?.lastUsed, used);
    assert.deepEqual((await world.keys.list(undefined, 1)).length, 1);
  });
});
