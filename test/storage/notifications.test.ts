import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { NotificationId } from '../../app/core/ids.ts';
import type { Notification } from '../../app/ports/store.ts';
import { openTestStore, type TestStore } from './local-store.ts';
import { at, number, sampleNotification } from './sample.ts';

const lease = 30_000;

describe('storage: notifications', function () {
  this.timeout(60_000);
  let opened: TestStore;
  const notifications = () => opened.store.notifications;
  const put = async (change: Partial<Notification> = {}) => {
    const notification = sampleNotification(change);
    await notifications().ensure(notification);
    return notification;
  };
  /** As it lies in the store. */
  const look = async (id: NotificationId) =>
    (await notifications().ensure({ ...(await raw(id)), id: randomUUID() as NotificationId })).notification;
  const raw = async (id: NotificationId) =>
    (await opened.client
      .db(opened.database)
      .collection<{ _id: string }>('notifications')
      .findOne({ _id: id })) as unknown as Notification;
  beforeEach(async () => (opened = await openTestStore()));
  afterEach(async () => opened[Symbol.asyncDispose]());

  it('one text for one message, kind, gateway and recipient, however often it is asked for', async () => {
    const first = sampleNotification({ body: 'x' });
    assert.deepEqual(await notifications().ensure(first), { notification: first, created: true });
    const repeat = { ...first, id: randomUUID() as NotificationId, created: at(9) };
    assert.deepEqual(await notifications().ensure(repeat), { notification: first, created: false });
    for (const change of [{ kind: 'welcome' }, { gateway: 'console' }, { to: number() }] as const) {
      assert.equal(
        (await notifications().ensure({ ...repeat, ...change, id: randomUUID() as NotificationId })).created,
        true,
      );
    }
  });

  it('twenty at once make one', async () => {
    const one = sampleNotification();
    const all = await Promise.all(
      Array.from({ length: 20 }, () =>
        notifications().ensure({ ...one, id: randomUUID() as NotificationId }),
      ),
    );
    assert.equal(all.filter((result) => result.created).length, 1);
    assert.equal(new Set(all.map((result) => result.notification.id)).size, 1);
  });

  it('one worker gets a text that is due, the others do not', async () => {
    const one = await put({ due: at(5) });
    assert.equal(await notifications().take(one.id, at(4), lease), undefined);
    const all = await Promise.all(
      Array.from({ length: 5 }, () => notifications().take(one.id, at(5), lease)),
    );
    const got = all.filter((taken) => taken !== undefined);
    assert.deepEqual(got, [{ notification: { ...one, status: 'sending', tries: 1 }, uncertain: false }]);
  });

  it('eight workers share fifty texts and never get one twice', async () => {
    await Promise.all(Array.from({ length: 50 }, () => put()));
    const seen: string[] = [];
    const work = async () => {
      for (;;) {
        const taken = await notifications().takeDue(at(1), lease);
        if (!taken) return;
        seen.push(taken.notification.id);
      }
    };
    await Promise.all(Array.from({ length: 8 }, work));
    await work();
    assert.equal(seen.length, 50);
    assert.equal(new Set(seen).size, 50);
  });

  it('a sender that died: after its lease the text comes again, as one of unknown fate', async () => {
    const one = await put();
    await notifications().take(one.id, at(0), lease);
    assert.equal(await notifications().takeDue(at(29), lease), undefined);
    const again = await notifications().takeDue(at(30), lease);
    assert.equal(again?.uncertain, true);
    assert.equal(again?.notification.tries, 2);
  });

  it('one that is made as `sending` is its maker’s until it is due', async () => {
    const one = await put({ status: 'sending', tries: 1, due: at(30) });
    assert.equal(await notifications().takeDue(at(29), lease), undefined);
    assert.deepEqual(await notifications().nextDue(), at(30));
    const taken = await notifications().takeDue(at(30), lease);
    assert.deepEqual(
      [taken?.notification.id, taken?.uncertain, taken?.notification.tries],
      [one.id, true, 2],
    );
  });

  it('a text that is out is never taken again', async () => {
    const one = await put();
    await notifications().take(one.id, at(0), lease);
    await notifications().sent(one.id, at(1), 'SM1');
    assert.equal(await notifications().take(one.id, at(1000), lease), undefined);
    assert.equal(await notifications().takeDue(at(1000), lease), undefined);
    assert.equal(await notifications().nextDue(), undefined);
    assert.deepEqual(await look(one.id), {
      ...one,
      status: 'sent',
      tries: 1,
      sentAt: at(1),
      providerId: 'SM1',
    });
  });

  it('one that failed comes again at its time; one given up is a dead letter, newest first', async () => {
    const [one, two] = [await put(), await put()];
    await notifications().failed(one.id, at(60), '503 busy');
    assert.equal((await look(one.id)).status, 'failed');
    await notifications().failed(two.id, undefined, '$404 unknown');
    assert.deepEqual(await notifications().nextDue(), at(60));
    const taken = await notifications().takeDue(at(60), lease);
    assert.deepEqual(
      [taken?.notification.id, taken?.uncertain, taken?.notification.lastError],
      [one.id, false, '503 busy'],
    );
    assert.equal(await notifications().takeDue(at(61), lease), undefined);
    const letters = async (limit: number) =>
      (await notifications().deadLetters(limit)).map((letter) => letter.id);
    assert.deepEqual(await notifications().deadLetters(9), [
      { ...two, status: 'dead', lastError: '$404 unknown' },
    ]);
    await notifications().failed(one.id, undefined, 'no more');
    assert.deepEqual(await letters(9), [one.id, two.id]);
    assert.deepEqual(await letters(1), [one.id]);
    assert.deepEqual(await letters(0), []);
  });

  it('a mail is found by its token, as it is then', async () => {
    const one = await put({ gateway: 'email', to: 'bob@home.example', token: '1'.repeat(25) });
    await put();
    await notifications().sent(one.id, at(1), '<1@voice.example>');
    const found = await notifications().byToken('1'.repeat(25));
    assert.deepEqual([found?.id, found?.status], [one.id, 'sent']);
    assert.equal(await notifications().byToken('2'.repeat(25)), undefined);
  });

  it('delivery reports find the text by the provider’s id, in any order', async () => {
    const one = await put({ gateway: 'twilio' });
    await notifications().sent(one.id, at(1), 'SM2');
    await notifications().report('sip', 'SM2', 'failed', 'other gateway');
    await notifications().report('twilio', 'SM3', 'failed', 'other text');
    assert.equal((await look(one.id)).status, 'sent');
    await notifications().report('twilio', 'SM2', 'delivered');
    await notifications().report('twilio', 'SM2', 'failed', 'late');
    assert.equal((await look(one.id)).status, 'delivered');
    assert.deepEqual(await notifications().deadLetters(5), []);
  });

  it('a text that the network reports as failed is a dead letter and is not sent again', async () => {
    const one = await put({ gateway: 'twilio' });
    await notifications().sent(one.id, at(1), 'SM4');
    await notifications().report('twilio', 'SM4', 'failed', '30003');
    assert.equal(await notifications().takeDue(at(1000), lease), undefined);
    assert.deepEqual(
      (await notifications().deadLetters(5)).map((letter) => [letter.id, letter.lastError]),
      [[one.id, '30003']],
    );
  });

  it('the latest notice sent to a number is the one that a bare reply means', async () => {
    const to = number();
    const [early, late, welcome, waiting, other] = [
      await put({ to }),
      await put({ to }),
      await put({ to, kind: 'welcome' }),
      await put({ to }),
      await put(),
    ];
    assert.equal(await notifications().latestSent(to), undefined);
    await notifications().sent(late.id, at(20), undefined);
    await notifications().sent(early.id, at(10), undefined);
    await notifications().sent(welcome.id, at(30), undefined);
    await notifications().sent(other.id, at(40), undefined);
    assert.equal((await notifications().latestSent(to))?.id, late.id);
    await notifications().sent(waiting.id, at(50), 'SM5');
    await notifications().report('sip', 'SM5', 'delivered');
    assert.equal((await notifications().latestSent(to))?.id, waiting.id);
  });
});
