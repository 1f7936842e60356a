import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { MailboxId, MessageId } from '../../app/core/ids.ts';
import type { Session } from '../../app/ports/sessions.ts';
import { openTestStore, type TestStore } from './local-store.ts';
import { at } from './sample.ts';

const box = (): MailboxId => randomUUID() as MailboxId;

describe('storage: sessions, keys, operators, links', function () {
  this.timeout(60_000);
  let opened: TestStore;
  const store = () => opened.store;
  before(async () => (opened = await openTestStore()));
  after(async () => opened[Symbol.asyncDispose]());

  const far = new Date(4e12);
  const session = (holder: Session['holder'], change: Partial<Session> = {}): Session => ({
    id: randomUUID(),
    holder,
    created: at(0),
    lastSeen: at(0),
    expires: far,
    until: far,
    ...change,
  });

  it('sessions come back as they were put, are touched forward alone, and end once', async () => {
    const { sessions } = store();
    const one = session(
      { kind: 'subscriber', mailbox: box(), via: 'pin' },
      { expires: at(4e9), mustChangePin: true },
    );
    await sessions.insert(one);
    assert.deepEqual(await sessions.get(one.id), one);
    await sessions.touch(one.id, at(20), at(4e9 + 20));
    await sessions.touch(one.id, at(10), at(4e9 + 10));
    assert.deepEqual(await sessions.get(one.id), { ...one, lastSeen: at(20), expires: at(4e9 + 20) });
    await sessions.touch('none', at(1), at(2));
    assert.equal(await sessions.get('none'), undefined);
    assert.deepEqual(
      await Promise.all([sessions.remove(one.id), sessions.remove(one.id)]).then((all) => all.toSorted()),
      [false, true],
    );
    await assert.rejects(Promise.all([sessions.insert(one), sessions.insert(one)]), { code: 'duplicate' });
  });

  it('sessions of one subscriber end together, those by link too, but for the one that stays', async () => {
    const { sessions } = store();
    const [mailbox, other] = [box(), box()];
    const message = randomUUID() as MessageId;
    const own = session({ kind: 'subscriber', mailbox, via: 'code' }, { mustChangePin: true });
    const all = [
      own,
      session({ kind: 'subscriber', mailbox, via: 'pin' }),
      session({ kind: 'link', mailbox, message }),
      session({ kind: 'subscriber', mailbox: other, via: 'pin' }),
      session({ kind: 'operator', name: mailbox }),
      session({ kind: 'operator', name: 'oidc:ann', role: 'support' }),
    ];
    for (const one of all) await sessions.insert(one);
    assert.equal(await sessions.removeAll({ mailbox }, own.id), 2);
    const left = await Promise.all(all.map(({ id }) => sessions.get(id)));
    assert.deepEqual(
      left.map((one) => one !== undefined),
      [true, false, false, true, true, true],
    );
    assert.equal(left[0]?.mustChangePin, undefined);
    assert.equal(await sessions.removeAll({ operator: 'oidc:ann' }), 1);
    assert.equal(await sessions.removeAll({ mailbox }), 1);
  });

  it('keys are listed in pages and revoked once', async () => {
    const { keys } = store();
    const key = (id: string) => ({
      id,
      hash: 'x',
      name: 'x',
      scopes: ['cdrs:read'] as const,
      created: at(0),
      by: 'ann',
    });
    for (const id of ['k3', 'k1', 'k2']) await keys.insert({ ...key(id), mailbox: box(), expires: far });
    assert.deepEqual(
      (await keys.list(undefined, 2)).map(({ id }) => id),
      ['k1', 'k2'],
    );
    assert.deepEqual(
      (await keys.list('k2', 2)).map(({ id }) => id),
      ['k3'],
    );
    assert.deepEqual(await keys.list(undefined, 0), []);
    assert.deepEqual((await keys.revoke('k1', at(1)))?.revoked, at(1));
    assert.deepEqual((await keys.revoke('k1', at(2)))?.revoked, at(1));
    assert.equal(await keys.revoke('none', at(2)), undefined);
    await keys.used('k2', at(5));
    await keys.used('k2', at(4));
    assert.deepEqual((await keys.get('k2'))?.lastUsed, at(5));
  });

  it('operators have a name alone, and each one-time password once', async () => {
    const { operators } = store();
    const ann = { name: 'ann', role: 'admin', hash: '$a', totp: 'S', created: at(0), set: at(0) } as const;
    const made = await Promise.all([1, 2, 3].map(() => operators.insert(ann)));
    assert.equal(made.filter(Boolean).length, 1);
    assert.deepEqual(await operators.get('ann'), ann);
    const used = await Promise.all([1, 2, 3, 4].map(() => operators.useCounter('ann', 100, at(9))));
    assert.equal(used.filter(Boolean).length, 1);
    assert.equal(await operators.useCounter('ann', 99, at(9)), false);
    assert.equal(await operators.useCounter('ann', 101, at(10)), true);
    assert.equal(await operators.useCounter('bob', 1, at(10)), false);
    assert.deepEqual((await operators.get('ann'))?.lastSignIn, at(10));
    assert.equal(await operators.change('ann', { totp: 'T', role: 'billing' }), true);
    assert.equal(await operators.useCounter('ann', 50, at(11)), true, 'of a new secret all are good');
    await operators.rehash('ann', '$a', '$b');
    await operators.rehash('ann', '$a', '$c');
    assert.equal((await operators.get('ann'))?.hash, '$b');
    assert.deepEqual(
      (await operators.list(undefined, 5)).map(({ name }) => name),
      ['ann'],
    );
    assert.deepEqual(await operators.list('ann', 5), []);
    assert.equal(await operators.change('bob', { role: 'admin' }), false);
    assert.deepEqual([await operators.remove('ann'), await operators.remove('ann')], [true, false]);
  });

  it('links come back as they were put', async () => {
    const link = { id: randomUUID(), message: randomUUID() as MessageId, mailbox: box(), expires: far };
    await store().links.insert(link);
    assert.deepEqual(await store().links.get(link.id), link);
    assert.equal(await store().links.get('none'), undefined);
  });
});
