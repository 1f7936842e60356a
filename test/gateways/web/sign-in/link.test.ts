import assert from 'node:assert/strict';
import type { Message } from '../../../../app/core/message/message.ts';
import { openSignInWorld, type SignInWorld } from './world.ts';

interface Link {
  readonly kind?: string;
  readonly message?: string;
  readonly mailbox?: string;
  readonly code?: string;
  readonly detail?: string;
}

describe('The link of a notice', function () {
  this.timeout(60_000);
  let world: SignInWorld;
  before(async () => (world = await openSignInWorld({ publicUrl: 'https://voicemail.example' })));
  after(() => world[Symbol.asyncDispose]());

  async function tokenOf(message: Message): Promise<string> {
    const link = (await world.links.make(message)) ?? '';
    assert.match(link, /^https:\/\/voicemail\.example\/m\/[\w-]{22}$/);
    return link.slice(-22);
  }

  const open = async (link: unknown, browser = world.browser()) => {
    const answer = await browser.ask('POST', '/v1/session', { body: { link } });
    return { ...((await answer.json()) as Link), browser, status: answer.status };
  };

  it('opens its message and nothing else, as often as it is tapped, with a cookie for TLS alone', async () => {
    const mailbox = await world.mailbox();
    const message = await world.message(mailbox);
    const token = await tokenOf(message);
    for (let i = 0; i < 2; i += 1) {
      const { browser, status, kind, message: of, mailbox: box } = await open(token);
      assert.deepEqual([status, kind, of, box], [200, 'link', message.id, mailbox.id]);
      assert.match(browser.set, /^__Host-answerback=.*Path=\/; .*HttpOnly; Secure; SameSite=Strict/);
      assert.equal((await browser.ask('GET', '/v1/session')).status, 200);
      assert.equal((await browser.ask('GET', '/v1/probe/subscriber')).status, 403);
      assert.equal((await browser.ask('GET', '/v1/probe/operator')).status, 403);
      assert.equal((await browser.ask('DELETE', '/v1/session')).status, 204);
    }
    const kept = await world.test.client.db(world.test.database).collection('links').find().toArray();
    assert.ok(!JSON.stringify(kept).includes(token), 'the store has no token');
  });

  it('says that the message is gone, or that the link is over', async () => {
    const mailbox = await world.mailbox();
    const [deleted, removed, moved, late] = await Promise.all([1, 2, 3, 4].map(() => world.message(mailbox)));
    assert.ok(deleted && removed && moved && late);
    const tokens = await Promise.all([deleted, removed, moved, late].map(tokenOf));
    await world.store.messages.setState(deleted.id, 'deleted', world.clock.now());
    await world.store.messages.remove(removed.id);
    await world.store.messages.move(moved.id, mailbox.id, (await world.mailbox()).id);
    for (const token of tokens.slice(0, 3)) {
      const { status, code, detail } = await open(token);
      assert.deepEqual([status, code, detail], [410, 'gone', 'The message was deleted.']);
    }
    const still = await open(tokens[3]);
    assert.equal(still.status, 200);
    world.pass(7 * 24 * 60 + 1);
    const { status, code } = await open(tokens[3]);
    assert.deepEqual([status, code], [410, 'expired']);
    const after = await still.browser.ask('GET', '/v1/session');
    assert.equal(after.status, 401, 'the session of a link ends with it');
  });

  it('that nobody made opens nothing', async () => {
    for (const token of ['A'.repeat(22), 'x', '../../etc', 'A'.repeat(200)])
      assert.equal((await open(token)).status, 404);
    for (const token of ['', 'A'.repeat(201), 7, { $ne: '' }]) assert.equal((await open(token)).status, 400);
  });

  it('leaves whoever is signed in to that mailbox who they are, and tells the message', async () => {
    const mailbox = await world.mailbox();
    await world.authentication.setPin(mailbox, '482915');
    const message = await world.message(mailbox);
    const token = await tokenOf(message);
    const browser = world.browser();
    await browser.ask('POST', '/v1/session', { body: { number: mailbox.number, pin: '482915' } });
    const cookie = browser.cookie;
    const { kind, message: of } = await open(token, browser);
    assert.deepEqual([kind, of, browser.cookie], ['subscriber', message.id, cookie]);
    const elsewhere = await world.message(await world.mailbox());
    const { kind: other } = await open(await tokenOf(elsewhere), browser);
    assert.equal(other, 'link', 'of another mailbox it opens its message alone');
  });

  it('signs nobody else out, and ends when the subscriber signs out everywhere', async () => {
    const mailbox = await world.mailbox();
    await world.authentication.setPin(mailbox, '482915');
    const { browser } = await open(await tokenOf(await world.message(mailbox)));
    const { browser: second } = await open(await tokenOf(await world.message(mailbox)));
    const own = world.browser();
    await own.ask('POST', '/v1/session', { body: { number: mailbox.number, pin: '482915' } });
    assert.equal((await browser.ask('DELETE', '/v1/session?everywhere=true')).status, 204);
    assert.equal((await own.ask('GET', '/v1/session')).status, 200);
    assert.equal((await own.ask('DELETE', '/v1/session?everywhere=true')).status, 204);
    assert.equal((await second.ask('GET', '/v1/session')).status, 401);
  });
});
