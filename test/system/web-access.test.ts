import assert from 'node:assert/strict';
import { TOTP } from 'otpauth';
import type { MailboxId } from '../../app/core/ids.ts';
import { speech } from '../audio/speech.ts';
import { answerback } from '../cli/command.ts';
import { Browser } from '../gateways/web/sign-in/browser.ts';
import type { Phone } from '../phone/phone.ts';
import { leaveMessage, nextNotice } from './leave-message.ts';
import { openSystem, type System } from './system.ts';

const bob = '+12025550121';
const password = 'correct horse battery staple';
type Body = ReturnType<typeof JSON.parse>;

describe('The page of a running system', function () {
  this.timeout(90_000);
  let system: System;
  let alice: Phone;
  before(async () => {
    system = await openSystem({
      config: { speech: { recognise: 'none' }, web: { port: 0, publicUrl: 'http://voicemail.example' } },
      standard: { welcome: false },
      phones: [{ name: 'desk', number: '+12025550131', password: 'a password of tests' }],
    });
    alice = await system.phone('+12025550123');
  });
  after(() => system[Symbol.asyncDispose]());

  const browser = () => new Browser(system.controller.web);
  const command = async (args: readonly string[], input = '') => {
    const env = { MONGODB_URL: system.local.url, ANSWERBACK_CONFIG: system.controller.file };
    const { code, out, errors } = await answerback([...args, '--json'], { env, input });
    assert.equal(code, 0, errors);
    return JSON.parse(out);
  };

  it('is opened by the link in a text, at that message alone, until it is deleted by telephone or page', async () => {
    await leaveMessage(alice, bob, await speech('Please call me back about the keys.'));
    const { body, reference } = await nextNotice(system, bob);
    const [, token] = /http:\/\/voicemail\.example\/m\/([\w-]{22})$/.exec(body) ?? [];
    assert.ok(token !== undefined, body);
    const phone = browser();
    const opened = await phone.ask('POST', '/v1/session', { body: { link: token } });
    const { kind, message, mailbox } = (await opened.json()) as Body;
    assert.deepEqual([opened.status, kind], [200, 'link']);
    const seen = (await (await phone.ask('GET', `/v1/messages/${message}`)).json()) as Body;
    assert.equal(seen.id, message);
    assert.equal((await system.store.messages.get(message))?.reference, reference);
    assert.equal((await phone.ask('GET', `/v1/messages/${message}/parts/0`)).status, 200);
    assert.ok([403, 404].includes((await phone.ask('GET', `/v1/mailboxes/${mailbox}`)).status));
    assert.equal((await phone.ask('DELETE', `/v1/messages/${message}`)).status, 204);
    const again = await browser().ask('POST', '/v1/session', { body: { link: token } });
    assert.equal(again.status, 410);
  });

  it('lets an operator in whom the command made, who sees trunks, phones and calls as they are', async () => {
    const { totp } = await command(['operator', 'add', 'alice'], `${password}\n`);
    const secret = new URL(totp).searchParams.get('secret') ?? '';
    const desk = browser();
    const body = { name: 'alice', password, totp: new TOTP({ secret }).generate() };
    assert.equal((await desk.ask('POST', '/v1/session/operator', { body })).status, 200);
    const read = async (path: string): Promise<Body> => (await desk.ask('GET', `/v1${path}`)).json();
    const trunks = await read('/trunks');
    assert.deepEqual([trunks.told, trunks.items.map(({ name }: Body) => name)], [true, ['trunk']]);
    const phones = await read('/registrations');
    assert.equal(phones.items.length, 1, JSON.stringify(phones));
    assert.equal(phones.items[0].state, 'offline');
    const call = await alice.call(bob);
    await call.up();
    const { items } = await read('/calls');
    assert.deepEqual(
      items.map(({ direction, trunk }: Body) => [direction, trunk]),
      [['inbound', 'trunk']],
    );
    assert.ok(items[0].to.endsWith('2025550121'), JSON.stringify(items));
    await call.hangup();
    for (const until = Date.now() + 20_000; (await read('/calls')).items.length > 0;)
      assert.ok(Date.now() < until, 'the call is over');
  });

  it('lets a subscriber choose a PIN by code, forget it and choose another; one from the operator must be changed', async () => {
    const enter = async (body: object): Promise<[Browser, Body, number]> => {
      const page = browser();
      const answer = await page.ask('POST', '/v1/session', { body });
      return [page, await answer.json(), answer.status];
    };
    const byCode = async (): Promise<[Browser, Body, number]> => {
      const asked = await browser().ask('POST', '/v1/session/code', { body: { number: bob } });
      assert.equal(asked.status, 202);
      const text = await system.network.nextText({
        where: (one) => one.to === bob && /\b\d{6}\b/.test(one.body),
      });
      return enter({ number: bob, code: /\b\d{6}\b/.exec(text.body)?.[0] });
    };
    const choose = async (page: Browser, mailbox: string, body: object) =>
      (await page.ask('PUT', `/v1/mailboxes/${mailbox}/pin`, { body })).status;
    const [first, { mailbox, via }] = await byCode();
    assert.equal(via, 'code');
    assert.equal(await choose(first, mailbox, { new: '482915' }), 204);
    const [second, , status] = await enter({ number: bob, pin: '482915' });
    assert.equal(status, 200);
    assert.equal(await choose(second, mailbox, { new: '730582' }), 422, 'the present one is asked for');
    const [third] = await byCode();
    assert.equal(await choose(third, mailbox, { new: '730582' }), 204);
    const states = await Promise.all([first, second, third].map((one) => one.ask('GET', '/v1/session')));
    assert.deepEqual(
      states.map((one) => one.status),
      [401, 401, 200],
    );
    const { pin } = await command(['subscriber', 'pin', bob]);
    const [fourth, { mustChangePin }] = await enter({ number: bob, pin });
    assert.equal(mustChangePin, true);
    assert.equal((await fourth.ask('GET', `/v1/mailboxes/${mailbox}/messages`)).status, 403);
    assert.equal(await choose(fourth, mailbox, { old: pin, new: '907326' }), 204);
    assert.equal((await fourth.ask('GET', `/v1/mailboxes/${mailbox}/messages`)).status, 200);
  });

  it('lets a program in by a key that the command made', async () => {
    const found = await system.store.mailboxes.find(bob as never);
    const { key } = await command(['key', 'add', 'lamp', '--scopes', 'mailboxes:read', '--mailbox', bob]);
    const headers = { authorization: `Bearer ${key}`, 'sec-fetch-site': '' };
    const own = await browser().ask('GET', `/v1/mailboxes/${found?.id}`, { headers });
    assert.equal(((await own.json()) as Body).number, bob);
    const none = 'another' as MailboxId;
    assert.equal((await browser().ask('GET', `/v1/mailboxes/${none}`, { headers })).status, 404);
  });
});
