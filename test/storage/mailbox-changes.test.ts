import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { noUsage } from '../../app/core/mailbox/usage.ts';
import type { E164, MailboxId, MediaId } from '../../app/core/ids.ts';
import { openStore } from '../../app/storage/open.ts';
import { silentLog } from '../ports/silent-log.ts';
import { openTestStore, type TestStore } from './local-store.ts';
import { number, sampleMailbox, sampleMessage } from './sample.ts';

const nothing = { new: 0, old: 0, urgent: 0 };
const recorded = (name: string) => ({ media: name as MediaId, contentType: 'audio/PCMU', durationMs: 900 });

describe('storage: mailboxes that an operator or a subscriber changes', function () {
  this.timeout(60_000);
  let opened: TestStore;
  const mailboxes = () => opened.store.mailboxes;
  before(async () => (opened = await openTestStore()));
  after(async () => opened[Symbol.asyncDispose]());

  const create = async (change: Parameters<typeof sampleMailbox>[0] = {}) => {
    const made = await mailboxes().create({ ...sampleMailbox(change), status: 'active' });
    assert.ok(made.kind === 'created');
    return made.mailbox;
  };

  it('a mailbox is made with its aliases and settings, and found by each of its numbers', async () => {
    const aliases = [number(), number()];
    const fresh = { ...sampleMailbox({ origin: 'provisioned' }), aliases, settings: { name: 'Zoë' } };
    const made = await mailboxes().create(fresh);
    assert.deepEqual(made, {
      kind: 'created',
      mailbox: { ...fresh, status: 'provisional', counts: nothing, byKind: {}, usage: noUsage, version: 0 },
    });
    for (const one of [fresh.number, ...aliases]) {
      assert.deepEqual(await mailboxes().find(one), made.kind === 'created' && made.mailbox);
    }
  });

  it('a number that leads somewhere makes no second mailbox, as number or alias; of ten at once one is made', async () => {
    const first = await create();
    const as = async (change: { number?: E164; aliases?: E164[] }) =>
      (await mailboxes().create({ ...sampleMailbox(), ...change })).kind;
    assert.equal(await as({ number: first.number }), 'number-taken');
    assert.equal(await as({ aliases: [number(), first.number] }), 'number-taken');
    const one = number();
    const results = await Promise.all(Array.from({ length: 10 }, () => as({ number: one })));
    assert.equal(results.filter((kind) => kind === 'created').length, 1);
    assert.equal(results.filter((kind) => kind === 'number-taken').length, 9);
  });

  it('settings change one by one; what is not named stays, null and undefined remove', async () => {
    const { id } = await create();
    const change = (settings: object) => mailboxes().update(id, { settings });
    await change({ language: 'es', timeZone: 'Europe/Madrid', addresses: { sip: 'a@b', email: 'a@b.c' } });
    await change({ greetings: { busy: recorded('b'), unavailable: recorded('u') } });
    await change({ lists: { 1: { members: [number()] }, 12: { name: 'team', members: [] } } });
    await change({
      language: null,
      addresses: { sip: undefined },
      greetings: { busy: null },
      lists: { 1: null },
    });
    const after = await mailboxes().get(id);
    assert.deepEqual(after?.settings, {
      timeZone: 'Europe/Madrid',
      addresses: { email: 'a@b.c' },
      greetings: { unavailable: recorded('u') },
      lists: { 12: { name: 'team', members: [] } },
    });
    assert.equal(after?.version, 4);
    await change({ greetings: null });
    assert.equal((await mailboxes().get(id))?.settings.greetings, undefined);
  });

  it('class, status and settings go in one change', async () => {
    const { id, settings: _settings, ...before } = await create();
    const quietHours = { from: '22:00', to: '07:00' };
    const after = await mailboxes().update(id, {
      classOfService: 'gold',
      status: 'provisional',
      settings: { quietHours },
    });
    const expected = {
      ...before,
      id,
      classOfService: 'gold',
      status: 'provisional',
      settings: { quietHours },
      version: 1,
    };
    assert.deepEqual(after, expected);
  });

  it('fifty changes at once of different greetings and lists are all there', async () => {
    const { id } = await create();
    await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        mailboxes().update(id, { settings: { lists: { [i + 1]: { members: [number()] } } } }),
      ),
    );
    const after = await mailboxes().get(id);
    assert.equal(Object.keys(after?.settings.lists ?? {}).length, 50);
    assert.equal(after?.version, 50);
  });

  it('a change for a version is made once: of ten that saw the same, one wins', async () => {
    const { id } = await create();
    const rename = (name: string, version: number) => mailboxes().update(id, { settings: { name } }, version);
    const first = await Promise.all(Array.from({ length: 10 }, (_, i) => rename(`a${i}`, 0)));
    assert.equal(first.filter(Boolean).length, 1);
    const second = await Promise.all(Array.from({ length: 10 }, (_, i) => rename(`b${i}`, 1)));
    assert.equal(second.filter(Boolean).length, 1);
    assert.equal((await mailboxes().get(id))?.version, 2);
    assert.equal(await mailboxes().update(randomUUID() as MailboxId, { settings: { name: 'x' } }), undefined);
  });

  it('names that would be paths are refused, hostile values are kept as they are', async () => {
    const { id } = await create();
    for (const bad of ['a.b', '$set', '', '__proto__', 'x'.repeat(40)]) {
      const lists = Object.fromEntries([[bad, { members: [] }]]);
      assert.throws(() => void mailboxes().update(id, { settings: { lists } }), { code: 'invalid' }, bad);
    }
    for (const name of ['$name', '{"$gt":""}', 'x'.repeat(5000), '\u0000']) {
      const after = await mailboxes().update(id, { settings: { name } });
      assert.equal(after?.settings.name, name);
    }
  });

  it('aliases come and go; the own number stays; one of another mailbox is refused', async () => {
    const [one, other] = [await create(), await create()];
    const alias = number();
    const added = await mailboxes().addAlias(one.id, alias);
    assert.deepEqual(added, { kind: 'added', mailbox: { ...one, aliases: [alias], version: 1 } });
    assert.deepEqual(await mailboxes().addAlias(one.id, alias), added);
    assert.deepEqual(await mailboxes().addAlias(one.id, one.number), added);
    assert.deepEqual(await mailboxes().addAlias(one.id, other.number), { kind: 'number-taken' });
    assert.deepEqual(await mailboxes().addAlias(other.id, alias), { kind: 'number-taken' });
    assert.deepEqual(await mailboxes().addAlias('none' as MailboxId, number()), { kind: 'no-mailbox' });
    assert.deepEqual((await mailboxes().removeAlias(one.id, one.number))?.aliases, [alias]);
    assert.deepEqual((await mailboxes().removeAlias(one.id, alias))?.aliases, []);
    assert.equal(await mailboxes().find(alias), undefined);
    assert.equal((await mailboxes().addAlias(other.id, alias)).kind, 'added');
    assert.equal(await mailboxes().removeAlias('none' as MailboxId, alias), undefined);
  });

  it('many are made and changed at once; who was slower is told to look again, and the others are done', async () => {
    const [one, other, gone] = [await create(), await create(), await create()];
    await mailboxes().remove(gone.id);
    const fresh = [sampleMailbox(), sampleMailbox(), sampleMailbox({ number: one.number })];
    const alias = number();
    const make = fresh.map((mailbox) => ({ kind: 'create', fresh: mailbox }) as const);
    const change = { settings: { name: 'Ann', lists: { 1: { members: [] } } } };
    assert.deepEqual(await mailboxes().putAll(make), ['done', 'done', 'again']);
    const changed = { kind: 'change', id: one.id, version: 0, numbers: [one.number, alias], change } as const;
    assert.deepEqual(await mailboxes().putAll([changed]), ['done']);
    assert.deepEqual(await mailboxes().get(one.id), {
      ...one,
      aliases: [alias],
      settings: change.settings,
      version: 1,
    });
    // The first is older by now, the second takes a number that leads elsewhere, the third is gone.
    const late = [
      changed,
      { ...changed, id: other.id, numbers: [other.number, alias] },
      { ...changed, id: gone.id, numbers: [gone.number] },
    ];
    assert.deepEqual(await mailboxes().putAll(late), ['again', 'again', 'again']);
    assert.deepEqual(await mailboxes().get(other.id), other);
    assert.deepEqual(await mailboxes().putAll([]), []);
    const found = await mailboxes().findAll([alias, fresh[0]!.number, number()]);
    assert.deepEqual(new Set(found.map(({ id }) => id)), new Set([one.id, fresh[0]!.id]));
    assert.deepEqual(await mailboxes().findAll([]), []);
  });

  it('a mailbox that is removed frees its numbers', async () => {
    const one = await create();
    assert.equal(await mailboxes().remove(one.id), true);
    assert.equal(await mailboxes().remove(one.id), false);
    assert.equal(await mailboxes().find(one.number), undefined);
    await create({ number: one.number });
  });

  it('counters of each kind go with those of all, and are counted anew', async () => {
    const { id } = await create();
    await mailboxes().count(id, { kind: 'voice', new: 2, urgent: 1 });
    await mailboxes().count(id, { kind: 'fax', new: 1 });
    const after = await mailboxes().count(id, { kind: 'voice', new: -1, old: 1 });
    assert.deepEqual(after?.counts, { new: 2, old: 1, urgent: 1 });
    assert.deepEqual(after?.byKind, {
      voice: { new: 1, old: 1, urgent: 1 },
      fax: { new: 1, old: 0, urgent: 0 },
    });
    // Counting is no change of the subscriber's.
    assert.equal(after?.version, 0);
    const kinds = ['fax', 'fax', 'voice', 'text'] as const;
    for (const [i, kind] of kinds.entries()) {
      await opened.store.messages.insert(
        sampleMessage({ mailbox: id, state: i === 1 ? 'saved' : 'new' }, { kind, urgent: i === 0 }),
      );
    }
    const counted = await mailboxes().recount(id);
    assert.deepEqual(counted?.mailbox.counts, { new: 3, old: 1, urgent: 1 });
    assert.deepEqual(counted?.mailbox.byKind, {
      fax: { new: 1, old: 1, urgent: 1 },
      voice: { new: 1, old: 0, urgent: 0 },
      text: { new: 1, old: 0, urgent: 0 },
    });
  });

  it('a mark of urgency is what is counted, not how the message came', async () => {
    const { id } = await create();
    const message = sampleMessage({ mailbox: id });
    await opened.store.messages.insert(message);
    await opened.store.messages.setUrgent(message.id, true);
    assert.deepEqual((await mailboxes().recount(id))?.mailbox.counts, { new: 1, old: 0, urgent: 1 });
  });
});

describe('storage: lists of mailboxes', function () {
  this.timeout(60_000);
  let opened: TestStore;
  const mailboxes = () => opened.store.mailboxes;
  before(async () => (opened = await openTestStore()));
  after(async () => opened[Symbol.asyncDispose]());

  it('all come page by page, each once, and those with messages by themselves', async () => {
    const ids: string[] = [];
    const full: string[] = [];
    for (let i = 0; i < 23; i += 1) {
      const fresh = sampleMailbox();
      await mailboxes().create(fresh);
      ids.push(fresh.id);
      if (i % 3 !== 0) continue;
      await mailboxes().count(fresh.id, { kind: 'voice', [i % 2 === 0 ? 'new' : 'old']: 1 });
      full.push(fresh.id);
    }
    const walk = async (page: (after?: MailboxId) => Promise<{ id: MailboxId }[]>) => {
      const found: MailboxId[] = [];
      for (let some = await page(); some.length > 0; some = await page(found.at(-1))) {
        found.push(...some.map((mailbox) => mailbox.id));
      }
      return found;
    };
    assert.deepEqual(await walk((after) => mailboxes().list(after, 5)), ids.toSorted());
    assert.deepEqual(await walk((after) => mailboxes().withMessages(after, 3)), full.toSorted());
    assert.deepEqual(await mailboxes().list(undefined, 0), []);
  });
});

describe('storage: an index of an earlier version', function () {
  this.timeout(60_000);

  it('is made anew under its name, and the store serves', async () => {
    await using opened = await openTestStore();
    const messages = opened.client.db(opened.database).collection('messages');
    await messages.dropIndex('mailbox');
    await messages.createIndex({ mailbox: 1, received: -1 }, { name: 'mailbox' });
    const { url, database } = opened;
    await using store = await openStore({ url, database, timeoutMs: 15_000 }, { log: silentLog });
    await store.ping();
    const names = (await messages.indexes()).find((index) => index.name === 'mailbox');
    assert.deepEqual(Object.keys(names?.key ?? {}).slice(0, 3), ['mailbox', 'state', 'urgent']);
  });
});
