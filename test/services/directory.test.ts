import assert from 'node:assert/strict';
import { createNumberPlan } from '../../app/core/address/number-plan.ts';
import type { E164, MailboxId, MediaId } from '../../app/core/ids.ts';
import { createClasses } from '../../app/services/classes.ts';
import { createDirectory, type Directory, type SubscriberMade } from '../../app/services/directory.ts';
import { systemClock as clock } from '../../app/telemetry/system-clock.ts';
import { systemRandom as random } from '../../app/telemetry/system-random.ts';
import { silentLog } from '../ports/silent-log.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';
import { sampleMessage } from '../storage/sample.ts';
import { sampleClass } from './sample-class.ts';

const { name: _name, ...standard } = sampleClass();

describe('services: the directory', function () {
  this.timeout(60_000);
  let opened: TestStore;
  let directory: Directory;
  before(async () => {
    opened = await openTestStore();
    const { store } = opened;
    const languages = ['en', 'es'];
    const plan = createNumberPlan({
      access: ['+12025550199'],
      country: 'US',
      ranges: [
        { prefix: '+1202555', class: 'standard' },
        { prefix: '+1202556', class: 'gold' },
      ],
    });
    const classes = createClasses({
      store,
      configured: () => ({ standard, gold: standard }),
      languages,
      plan,
      callable: [],
      log: silentLog,
    });
    directory = createDirectory({ store, plan, classes, languages, clock, random });
  });
  after(async () => opened[Symbol.asyncDispose]());

  let made = 0;
  const number = () => `+1202555${String((made += 1)).padStart(4, '0')}` as E164;
  const done = (result: SubscriberMade) => {
    assert.ok(result.kind === 'done', JSON.stringify(result));
    return result.mailbox;
  };
  const why = (result: SubscriberMade) =>
    result.kind === 'invalid' ? result.problems.map(({ field, code }) => `${field}: ${code}`) : result.kind;

  it('a subscriber is made as an operator writes it, and found by each number in any form', async () => {
    const mailbox = done(
      await directory.create({
        number: '(202) 556-0147',
        aliases: ['+34 600 111 222'],
        settings: { name: 'Zoë', language: 'es' },
      }),
    );
    assert.equal(mailbox.number, '+12025560147');
    assert.deepEqual(mailbox.aliases, ['+34600111222']);
    assert.deepEqual(
      [mailbox.classOfService, mailbox.status, mailbox.origin],
      ['gold', 'active', 'provisioned'],
    );
    assert.deepEqual(await directory.get('2025560147'), mailbox);
    assert.deepEqual(await directory.get('+34600111222'), mailbox);
    assert.deepEqual(await directory.byId(mailbox.id), mailbox);
    assert.equal(await directory.get('nobody'), undefined);
    assert.equal(await directory.get('+12025569999'), undefined);
  });

  it('what is wrong is told by field, all of it at once, and nothing is made', async () => {
    const result = await directory.create({
      number: '+34600111333',
      aliases: ['abc'],
      classOfService: 'platinum',
      settings: { language: 'tlh', timeZone: 'Mars/X', lists: { 1: { members: ['x' as E164] } } },
    });
    assert.deepEqual(why(result), [
      'number: not-served',
      'aliases.0: not-a-number',
      'classOfService: unknown-class',
      'settings.language: unknown-language',
      'settings.timeZone: unknown-time-zone',
      'settings.lists.1.members.0: not-a-number',
    ]);
    assert.equal(await directory.get('+34600111333'), undefined);
  });

  it('a number that somebody has is refused, by the field that gives it', async () => {
    const one = done(await directory.create({ number: number(), aliases: ['+34600111444'] }));
    const other = number();
    assert.deepEqual(why(await directory.create({ number: one.number })), ['number: number-taken']);
    const again = await directory.create({ number: other, aliases: [number(), '+34600111444'] });
    assert.deepEqual(why(again), ['aliases.1: number-taken']);
    assert.equal(await directory.get(other), undefined);
    const second = done(await directory.create({ number: other }));
    assert.deepEqual(why(await directory.addAlias(second.id, '+34600111444')), ['aliases: number-taken']);
    assert.deepEqual(why(await directory.addAlias(second.id, '+12025550199')), ['aliases: access-number']);
    assert.deepEqual(why(await directory.addAlias('none' as MailboxId, '+34600111555')), 'not-found');
  });

  it('of ten who make the same subscriber at once one does', async () => {
    const one = number();
    const results = await Promise.all(Array.from({ length: 10 }, () => directory.create({ number: one })));
    assert.equal(results.filter(({ kind }) => kind === 'done').length, 1);
    assert.equal(results.filter((result) => String(why(result)) === 'number: number-taken').length, 9);
  });

  it('aliases come and go', async () => {
    const { id } = done(await directory.create({ number: number() }));
    assert.deepEqual(done(await directory.addAlias(id, '+34 600 111 666')).aliases, ['+34600111666']);
    assert.deepEqual(done(await directory.removeAlias(id, '+34 600 111 666')).aliases, []);
    assert.deepEqual(done(await directory.removeAlias(id, 'rubbish')).aliases, []);
    assert.equal((await directory.removeAlias('none' as MailboxId, '+34600111666')).kind, 'not-found');
  });

  it('a change is checked, and made only over the version that was seen', async () => {
    const { id } = done(await directory.create({ number: number() }));
    assert.deepEqual(why(await directory.changeSettings(id, { timeZone: 'X/Y' })), [
      'settings.timeZone: unknown-time-zone',
    ]);
    assert.deepEqual(why(await directory.update(id, { classOfService: 'none' })), [
      'classOfService: unknown-class',
    ]);
    const after = done(await directory.changeSettings(id, { timeZone: 'Europe/Madrid' }, 0));
    assert.deepEqual([after.settings, after.version], [{ timeZone: 'Europe/Madrid' }, 1]);
    assert.deepEqual(await directory.changeSettings(id, { name: 'late' }, 0), { kind: 'other-version' });
    assert.equal((await directory.update('none' as MailboxId, { classOfService: 'gold' })).kind, 'not-found');
    assert.equal(done(await directory.update(id, { classOfService: 'gold' }, 1)).classOfService, 'gold');
  });

  it('a class that is put into the store can be given at once', async () => {
    const { store } = opened;
    const { id } = done(await directory.create({ number: number() }));
    const languages = ['en'];
    const { plan } = directory.known();
    const configured = () => ({ standard });
    const classes = createClasses({ store, configured, languages, plan, callable: [], log: silentLog });
    const own = createDirectory({ store, plan, classes, languages, clock, random });
    assert.equal((await own.update(id, { classOfService: 'silver' })).kind, 'invalid');
    await classes.put(sampleClass({ name: 'silver' }));
    assert.equal(done(await own.update(id, { classOfService: 'silver' })).classOfService, 'silver');
  });

  it('a subscriber goes with messages, sound, greetings and PIN, and can come back as a new one', async () => {
    const { store } = opened;
    const one = done(await directory.create({ number: number() }));
    const bytes = new Uint8Array(100);
    const put = async (id: string) => store.media.put(id as MediaId, 'audio/PCMU', bytes, 'owner' as never);
    await put('greeting of one');
    const greeting = { media: 'greeting of one' as MediaId, contentType: 'audio/PCMU', durationMs: 12 };
    await directory.changeSettings(one.id, { greetings: { busy: greeting } });
    const messages = Array.from({ length: 45 }, (_, i) =>
      sampleMessage({ mailbox: one.id, state: i % 2 === 0 ? 'new' : 'deleted' }),
    );
    for (const message of messages) {
      await put(message.envelope.parts[0]!.media);
      await store.messages.insert(message);
    }
    // Words of the first one, as a conversion has made them.
    const derived = {
      of: 0,
      media: 'words of one' as MediaId,
      form: 'text/plain',
      contentType: 'text/plain',
    };
    await put(derived.media);
    assert.ok(await store.messages.addDerived(messages[0]!.id, { ...derived, bytes: 100 }));
    await store.credentials.setPin({
      mailbox: one.id,
      hash: 'x',
      set: new Date(),
      mustChange: false,
      keep: 5,
    });
    assert.equal(await directory.remove(one.id), true);
    assert.equal(await directory.remove(one.id), false);
    assert.equal(await directory.get(one.number), undefined);
    assert.equal(await store.credentials.get(one.id), undefined);
    assert.equal(await store.media.get('greeting of one' as MediaId), undefined);
    assert.equal(await store.media.get(derived.media), undefined);
    for (const message of messages) {
      assert.equal(await store.messages.get(message.id), undefined);
      assert.equal(await store.media.get(message.envelope.parts[0]!.media), undefined);
    }
    assert.notEqual(done(await directory.create({ number: one.number })).id, one.id);
  });

  it('all are listed page by page', async () => {
    const all = [];
    for (let page = await directory.list(undefined, 3); page.length > 0;) {
      all.push(...page);
      page = await directory.list(page.at(-1)?.id, 3);
    }
    const raw = opened.client.db(opened.database).collection('mailboxes');
    assert.equal(all.length, await raw.countDocuments());
    assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
  });
});
