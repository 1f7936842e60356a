import assert from 'node:assert/strict';
import type { E164, Reference } from '../../app/core/ids.ts';
import { newSid, openTwilioServer, type TwilioServer } from '../gateways/twilio-server.ts';
import { access, openSystem, type System } from './system.ts';

const account = { accountSid: `AC${'2'.repeat(32)}`, authToken: 'a-token-of-tests', senders: [access] };
const publicUrl = 'https://answerback.example';
const alice = '+12025550123';
const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(200_000, 7)]);

describe('Pictures and films by MMS, over Twilio', function () {
  this.timeout(60_000);
  let twilio: TwilioServer;
  let system: System;

  before(async () => {
    twilio = await openTwilioServer(account);
    const host = new URL(twilio.url).host;
    system = await openSystem({
      standard: { notify: [{ gateway: 'twilio', to: 'subscriber' }], welcome: false },
      config: {
        twilio: {
          from: access,
          api: twilio.url,
          publicUrl,
          mediaHosts: [host, host.replace('127.0.0.1', 'localhost')],
        },
      },
      env: { TWILIO_ACCOUNT_SID: account.accountSid, TWILIO_AUTH_TOKEN: account.authToken },
    });
  });

  after(async () => {
    await system[Symbol.asyncDispose]();
    await twilio[Symbol.asyncDispose]();
  });

  async function comesIn(form: Readonly<Record<string, string>>): Promise<number> {
    const path = '/webhooks/twilio/sms';
    const response = await twilio.post({
      target: system.controller.web + path,
      configured: publicUrl + path,
      form: { From: alice, Body: '', NumMedia: '0', MessageSid: newSid('MM'), ...form },
    });
    return response.status;
  }

  /** The next text that goes out to this number. */
  async function nextText(to: string, words: RegExp): Promise<string> {
    for (const deadline = Date.now() + 20_000; Date.now() < deadline;) {
      const found = twilio.texts.find((text) => text.to === to && words.test(text.body));
      if (found !== undefined) return found.body;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`no text to ${to} like ${words}`);
  }

  /** Twilio has a text a moment before the store knows that it was sent; no person answers it as soon as that. */
  async function isNoted(to: string): Promise<void> {
    for (const deadline = Date.now() + 20_000; Date.now() < deadline;) {
      if ((await system.store.notifications.latestSent(to)) !== undefined) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`no text to ${to} is noted as sent`);
  }

  async function messageIn(notice: string) {
    const reference = /,,(\d{10})#/.exec(notice)?.[1] as Reference;
    const message = await system.store.messages.byReference(reference);
    assert.ok(message);
    return message;
  }

  it('S2: a picture with words is in the mailbox whole, its subscriber is told and gets its words by TEXT', async () => {
    const bob = '+12025550147';
    const form = {
      To: bob,
      Body: 'The parcel is here',
      NumMedia: '1',
      MediaUrl0: twilio.keep('image/png', png),
      MediaContentType0: 'image/png',
      MessageSid: newSid('MM'),
    };
    assert.equal(await comesIn(form), 200);
    assert.equal(await comesIn(form), 200, 'Twilio sends it again');
    const notice = await nextText(bob, /^Picture from \+12025550123. The parcel is here/);
    const message = await messageIn(notice);
    assert.equal(message.envelope.kind, 'image');
    const [picture] = message.envelope.parts;
    const stored = await system.store.media.get(picture!.media);
    assert.deepEqual(Buffer.from(stored?.bytes ?? []), png);
    await isNoted(bob);
    assert.equal(await comesIn({ From: bob, To: access, Body: 'TEXT', MessageSid: newSid('SM') }), 200);
    await nextText(bob, /^The parcel is here$/);
    const mailbox = await system.store.mailboxes.find(bob as E164);
    assert.equal((await system.store.messages.list(mailbox!.id, { limit: 5 })).length, 1);
  });

  it('media that lie inside are not fetched; the words come, and say that something was left out', async () => {
    const carol = '+12025550148';
    const form = {
      To: carol,
      Body: 'See this',
      NumMedia: '2',
      MediaUrl0: 'http://169.254.169.254/latest/meta-data/',
      MediaUrl1: system.controller.web,
    };
    assert.equal(await comesIn(form), 200);
    const message = await messageIn(await nextText(carol, /^New text from \+12025550123: See this/));
    assert.equal(message.envelope.kind, 'text');
    assert.deepEqual(
      message.envelope.omitted?.map((one) => one.why),
      ['unsafe', 'unsafe'],
    );
  });

  it('a controller that is killed between the webhook and the picture loses nothing and doubles nothing', async () => {
    const dave = '+12025550149';
    for (let i = 0; i < 5; i += 1) {
      const form = {
        To: dave,
        Body: `Number ${i}`,
        NumMedia: '1',
        MediaUrl0: twilio.keep('image/png', png),
        MediaContentType0: 'image/png',
      };
      assert.equal(await comesIn(form), 200);
    }
    await system.controller.kill('SIGKILL');
    await system.restart();
    const mailbox = async () => system.store.mailboxes.find(dave as E164);
    // Those that were in the dead one's hands are free when its lease ends.
    let all: string[] = [];
    for (const deadline = Date.now() + 55_000; all.length < 5 && Date.now() < deadline;) {
      const found = await mailbox();
      const messages = found === undefined ? [] : await system.store.messages.list(found.id, { limit: 20 });
      all = messages.map((one) => `${one.envelope.kind} ${one.transcript ?? ''}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    assert.deepEqual(
      all.toSorted(),
      Array.from({ length: 5 }, (_, i) => `image Number ${i}`),
    );
  }).timeout(90_000);
});
