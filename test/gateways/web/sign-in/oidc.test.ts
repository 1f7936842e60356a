import assert from 'node:assert/strict';
import { openOidcServer, type OidcServer } from './provider.ts';
import { openSignInWorld, type SignInWorld } from './world.ts';

const publicUrl = 'https://voicemail.example';
type Answer = Record<string, unknown>;

describe('An operator whom a provider knows', function () {
  this.timeout(60_000);
  let provider: OidcServer;
  let world: SignInWorld;

  const oidc = () => ({
    issuer: provider.issuer,
    clientId: provider.client.id,
    scope: 'openid profile email',
    nameClaim: 'preferred_username',
    roleClaim: 'groups',
    roles: { admin: ['telephony-admins'], support: ['help-desk'], billing: ['accounts'] },
  });
  before(async () => {
    provider = await openOidcServer(`${publicUrl}/v1/session/oidc/callback`);
    world = await openSignInWorld({ publicUrl, oidc: oidc(), oidcClientSecret: provider.client.secret });
  });
  after(async () => {
    await world[Symbol.asyncDispose]();
    await provider[Symbol.asyncDispose]();
  });

  /** To the provider and back, up to the last step. */
  async function goAndReturn(name: string, browser = world.browser()) {
    const begun = await browser.ask('GET', '/v1/session/oidc');
    assert.equal(begun.status, 302);
    assert.match(browser.set, /^__Host-answerback-oidc=.*HttpOnly; Secure; SameSite=Lax/);
    const back = new URL(await provider.signIn(begun.headers.get('location') ?? '', name));
    // The browser comes from another site.
    const come = (given: URL = back, by = browser) =>
      by.ask('GET', given.pathname + given.search, { headers: { 'sec-fetch-site': 'cross-site' } });
    return { browser, back, come };
  }

  it('is sent there with a challenge, comes back with a code, and has the role of the group', async () => {
    for (const [name, groups, role] of [
      ['ann', ['telephony-admins', 'help-desk'], 'admin'],
      ['bob', 'help-desk', 'support'],
    ] as const) {
      provider.people.set(name, { preferred_username: name, groups });
      const { browser, come } = await goAndReturn(name);
      const answer = await come();
      assert.deepEqual([answer.status, answer.headers.get('location')], [302, '/operator']);
      assert.match(browser.set, /__Host-answerback=[\w-]{43};/);
      assert.ok(!browser.cookies.has('__Host-answerback-oidc'));
      const session = (await (await browser.ask('GET', '/v1/session')).json()) as Answer;
      assert.deepEqual(
        [session['kind'], session['name'], session['role']],
        ['operator', `oidc:${name}`, role],
      );
      assert.equal((await browser.ask('GET', '/v1/probe/operator')).status, 200);
      assert.equal((await browser.ask('DELETE', '/v1/session?everywhere=true')).status, 204);
      assert.equal((await browser.ask('GET', '/v1/session')).status, 401);
    }
  });

  it('without a role is nobody here, and audited', async () => {
    for (const [name, claims] of [
      ['carl', { preferred_username: 'carl', groups: ['gardeners'] }],
      ['dan', {}],
      ['eve', { preferred_username: 'eve', groups: { 'telephony-admins': true } }],
    ] as const) {
      provider.people.set(name, claims);
      const { browser, come } = await goAndReturn(name);
      assert.equal((await come()).headers.get('location'), '/operator?sign-in=refused');
      assert.equal((await browser.ask('GET', '/v1/session')).status, 401);
    }
    await world.auditor.flush();
    const events = await world.store.audit.list({ limit: 50 });
    assert.ok(events.some(({ by, outcome }) => by === 'oidc:carl' && outcome === 'refused'));
    assert.ok(
      events.some(({ by }) => by === 'oidc:dan'),
      'by the provider’s own id where there is no name',
    );
  });

  it('comes back once, in the browser that went, with what was asked for', async () => {
    provider.people.set('ann', { preferred_username: 'ann', groups: ['telephony-admins'] });
    const failed = async (answer: Promise<Response>) =>
      assert.equal((await answer).headers.get('location'), '/operator?sign-in=failed');
    const stranger = await goAndReturn('ann');
    await failed(stranger.come(stranger.back, world.browser()));
    const [one, two] = [await goAndReturn('ann'), await goAndReturn('ann')];
    await failed(one.come(two.back));
    const changed = await goAndReturn('ann');
    const forged = new URL(changed.back);
    forged.searchParams.set('code', 'x'.repeat(43));
    await failed(changed.come(forged));
    const again = await goAndReturn('ann');
    const kept = new Map(again.browser.cookies);
    assert.equal((await again.come()).headers.get('location'), '/operator');
    for (const [name, value] of kept) again.browser.cookies.set(name, value);
    await failed(again.come());
    for (const query of [
      '',
      '?error=access_denied',
      '?code=a&code=b',
      '?state=%00',
      `?code=${'x'.repeat(5000)}`,
    ]) {
      const answer = await world.browser().ask('GET', `/v1/session/oidc/callback${query}`);
      assert.equal(answer.status, 302, query.slice(0, 30));
    }
  });

  it('of a provider that is away hears so', async () => {
    const gone = { ...oidc(), issuer: 'http://127.0.0.1:9' };
    await using other = await openSignInWorld({ publicUrl, oidc: gone, oidcClientSecret: 'x' });
    const answer = await other.browser().ask('GET', '/v1/session/oidc');
    assert.deepEqual([answer.status, ((await answer.json()) as Answer)['code']], [503, 'unavailable']);
  });
});
