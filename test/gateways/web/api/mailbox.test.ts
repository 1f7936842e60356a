import assert from 'node:assert/strict';
import type { Mailbox } from '../../../../app/core/mailbox/mailbox.ts';
import type { MailboxId } from '../../../../app/core/ids.ts';
import type { Greetings } from '../../../../app/gateways/web/api/schema/greeting.ts';
import type { Mailbox as View } from '../../../../app/gateways/web/api/schema/mailbox.ts';
import type { NotificationList } from '../../../../app/gateways/web/api/schema/notification.ts';
import { wavOf } from '../../../../app/core/message/wav.ts';
import { babble } from '../../../audio/babble.ts';
import { sampleNotification } from '../../../storage/sample.ts';
import { openApiWorld, spoken, type ApiWorld } from './world.ts';

describe('the API: a mailbox', function () {
  this.timeout(60_000);
  let world: ApiWorld;
  let ann: Mailbox;
  before(async () => {
    world = await openApiWorld();
    ann = await world.subscriber('Ann');
  });
  after(async () => world[Symbol.asyncDispose]());

  const read = async (): Promise<View> =>
    (await (await world.ask('GET', `/mailboxes/${ann.id}`)).json()) as View;
  const patch = (body: unknown, match?: string) =>
    world.ask('PATCH', `/mailboxes/${ann.id}`, {
      body,
      headers: match === undefined ? {} : { 'if-match': match },
    });
  const problem = async (response: Response) => {
    const { code, fields } = (await response.json()) as {
      code: string;
      fields?: { field: string; code: string }[];
    };
    return [response.status, code, ...(fields ?? []).map((one) => `${one.field}: ${one.code}`)];
  };

  it('says what is in it, what it takes of what it may, and what was chosen', async () => {
    await world.leave(ann, { parts: [spoken(2000)], urgent: true });
    const mailbox = await read();
    assert.equal(mailbox.number, ann.number);
    assert.deepEqual(mailbox.counts, { new: 1, old: 0, urgent: 1 });
    assert.deepEqual(mailbox.byKind.voice, { new: 1, old: 0, urgent: 1 });
    assert.deepEqual(mailbox.usage.messages, { used: 1, limit: 300 });
    assert.equal(mailbox.usage.seconds.used, 2);
    assert.deepEqual(mailbox.languages, ['en', 'es']);
    assert.equal(mailbox.settings.name, 'Ann');
    assert.deepEqual(mailbox.settings.own, []);
    assert.equal(mailbox.hasPin, false);
  });

  it('changes what a subscriber chooses, from the version that was read, and takes it back', async () => {
    const { version } = await read();
    const notify = [{ gateway: 'email', to: 'subscriber', events: ['message', 'full'], kinds: ['fax'] }];
    const done = await patch(
      {
        language: 'es',
        timeZone: 'Europe/Madrid',
        email: 'ann@mail.example',
        notify,
        quietHours: { from: '22:00', to: '07:00' },
        deliverByCall: true,
        texts: false,
        announcementOnly: true,
        lists: { 7: { name: 'Team', members: ['+12025551999'] } },
      },
      `"v${version}"`,
    );
    assert.equal(done.status, 200);
    const { settings } = (await done.json()) as View;
    assert.deepEqual(settings.notify, notify);
    assert.deepEqual(
      [settings.language, settings.timeZone, settings.email, settings.texts, settings.announcementOnly],
      ['es', 'Europe/Madrid', 'ann@mail.example', false, true],
    );
    assert.deepEqual(settings.lists, { 7: { name: 'Team', members: ['+12025551999'] } });
    assert.equal(settings.own.length, 5);
    assert.equal((await patch({ language: 'en' }, `"v${version}"`)).status, 412);
    const back = await patch({
      language: null,
      timeZone: null,
      email: null,
      notify: null,
      quietHours: null,
      deliverByCall: null,
      texts: true,
      announcementOnly: false,
      lists: { 7: null },
    });
    const after = ((await back.json()) as View).settings;
    assert.deepEqual([after.own, after.lists, after.texts, after.email], [[], {}, true, undefined]);
    assert.equal((await patch({})).status, 200);
  });

  it('what cannot be is refused field by field', async () => {
    assert.deepEqual(await problem(await patch({ language: 'xx', timeZone: 'Mars/Base' })), [
      422,
      'invalid',
      'language: unknown-language',
      'timeZone: unknown-time-zone',
    ]);
    assert.deepEqual(await problem(await patch({ notify: [{ gateway: 'email', to: '+12025550100' }] })), [
      422,
      'invalid',
      'notify.0.to: bad-value',
    ]);
    assert.equal((await patch({ toll: { rules: [], dailyCalls: 9 } })).status, 400);
    assert.equal((await patch({ quietHours: { from: '25:00', to: '07:00' } })).status, 400);
    assert.equal((await patch({ lists: { 100: { members: [] } } })).status, 400);
    assert.equal((await patch({ status: 'active' })).status, 400);
  });

  it('the PIN is chosen, changed with the old one, and guarded', async () => {
    const put = (body: unknown, who = 'Ann') => world.ask('PUT', `/mailboxes/${ann.id}/pin`, { who, body });
    assert.deepEqual(await problem(await put({ new: '123456' })), [422, 'pin-refused', 'new: sequence']);
    assert.equal((await put({ new: '846291' })).status, 204);
    assert.equal((await read()).hasPin, true);
    assert.deepEqual(await problem(await put({ new: '590372' })), [422, 'pin-refused', 'old: missing']);
    assert.deepEqual(await problem(await put({ old: '111111', new: '590372' })), [
      422,
      'pin-refused',
      'old: wrong',
    ]);
    assert.equal((await put({ old: '846291', new: '590372' })).status, 204);
    assert.deepEqual(await problem(await put({ old: '590372', new: '846291' })), [
      422,
      'pin-refused',
      'new: used-before',
    ]);
    assert.equal((await put({ new: '639184' }, 'program')).status, 403);
    let last = 0;
    for (let i = 0; i < 6 && last !== 429; i += 1)
      last = (await put({ old: '000000', new: '639184' })).status;
    assert.equal(last, 429);
    const locked = await put({ old: '590372', new: '639184' });
    assert.equal(locked.status, 429);
    assert.ok(Number(locked.headers.get('retry-after')) > 0);
  });

  it('greetings come as any sound, are kept as telephones play them, heard and removed', async () => {
    const pcmu = babble(1500, 3);
    const wav = wavOf('audio/PCMU', pcmu) as Uint8Array;
    const at = (kind: string) => `/mailboxes/${ann.id}/greetings/${kind}`;
    const put = (kind: string, body: Uint8Array, type: string, query = '') =>
      world.ask('PUT', `${at(kind)}${query}`, { body, type });
    assert.equal((await world.ask('GET', at('unavailable'))).status, 404);
    const kept = await put('unavailable', wav, 'audio/wav');
    assert.equal(kept.status, 200, await kept.clone().text());
    const listed = (await kept.json()) as Greetings;
    assert.equal(listed.playing, 'unavailable');
    assert.ok(Math.abs((listed.items[0]?.durationMs ?? 0) - 1500) < 100);
    const sound = await world.ask('GET', `${at('unavailable')}?form=audio/mpeg`, {
      headers: { range: 'bytes=0-9' },
    });
    assert.equal(sound.status, 206);
    assert.equal(sound.headers.get('content-type'), 'audio/mpeg');
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const temporary = (await (
      await put('temporary', pcmu, 'audio/PCMU', `?until=${until}`)
    ).json()) as Greetings;
    assert.equal(temporary.playing, 'temporary');
    assert.equal(temporary.items.find(({ kind }) => kind === 'temporary')?.until, until);
    assert.equal((await put('busy', Buffer.from('this is no sound'), 'audio/wav')).status, 422);
    assert.equal((await put('busy', babble(50, 1), 'audio/PCMU')).status, 422);
    assert.equal((await put('loud', pcmu, 'audio/PCMU')).status, 400);
    assert.equal((await put('busy', pcmu, 'application/pdf')).status, 415);
    const only = await world.ask('POST', `/mailboxes/${ann.id}/greetings/active`, {
      body: { announcementOnly: true },
    });
    assert.equal(((await only.json()) as Greetings).announcementOnly, true);
    const removed = (await (await world.ask('DELETE', at('temporary'))).json()) as Greetings;
    assert.deepEqual(
      removed.items.map(({ kind }) => kind),
      ['unavailable'],
    );
    assert.equal((await world.ask('DELETE', at('temporary'))).status, 404);
    assert.equal(
      (await world.ask('DELETE', at('unavailable'), { headers: { 'if-match': '"v1"' } })).status,
      412,
    );
  });

  it('lists what was sent, page by page, and whose phones are told', async () => {
    const bob = await world.subscriber('Bob');
    const created = new Date();
    for (let i = 0; i < 7; i += 1)
      await world.store.notifications.ensure(
        sampleNotification({
          mailbox: bob.id,
          created: new Date(created.getTime() - (i < 4 ? 0 : i)),
          status: 'sent',
        }),
      );
    const seen: string[] = [];
    let query = '?limit=3';
    for (;;) {
      const page = await world.ask('GET', `/mailboxes/${bob.id}/notifications${query}`, { who: 'Bob' });
      const { items, next } = (await page.json()) as NotificationList;
      seen.push(...items.map(({ id }) => id));
      if (next === undefined) break;
      query = `?limit=3&cursor=${next}`;
    }
    assert.equal(seen.length, 7);
    assert.equal(new Set(seen).size, 7);
    await world.store.subscriptions.keep({
      dialog: 'd1',
      number: bob.number,
      account: 'sip:x@h',
      expires: new Date(Date.now() + 60_000),
    });
    const devices = (await (
      await world.ask('GET', `/mailboxes/${bob.id}/devices`, { who: 'Bob' })
    ).json()) as {
      items: { kind: string; number: string; phones?: number }[];
    };
    assert.deepEqual(
      devices.items.map(({ kind, number, phones }) => [kind, number, phones]),
      [
        ['number', bob.number, 1],
        ['phone', bob.number, undefined],
      ],
    );
  });

  it('a mailbox that is not there is not there, for operators too', async () => {
    assert.equal((await world.ask('GET', '/mailboxes/none', { who: 'program' })).status, 404);
    assert.equal((await world.ask('GET', '/mailboxes/none/messages', { who: 'program' })).status, 404);
    world.people.set('Ghost', { kind: 'subscriber', mailbox: 'gone' as MailboxId, via: 'pin' });
    assert.equal((await world.ask('GET', '/mailboxes/gone', { who: 'Ghost' })).status, 404);
  });
});
