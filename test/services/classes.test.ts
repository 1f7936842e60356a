import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { createNumberPlan } from '../../app/core/address/number-plan.ts';
import { createClasses, type Classes } from '../../app/services/classes.ts';
import { createProfiles } from '../../app/services/profile.ts';
import { openStore } from '../../app/storage/open.ts';
import { silentLog } from '../ports/silent-log.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';
import { openRelay } from '../storage/relay.ts';
import { sampleClass } from './sample-class.ts';

const { name: _name, ...standard } = sampleClass();
const plan = createNumberPlan({
  access: ['+12025550199'],
  country: 'US',
  ranges: [{ prefix: '+1202555', class: 'standard' }],
});

describe('services: classes of service', function () {
  this.timeout(60_000);
  let opened: TestStore;
  beforeEach(async () => (opened = await openTestStore()));
  afterEach(async () => opened[Symbol.asyncDispose]());

  const open = (store: Parameters<typeof createClasses>[0]['store'], file = { standard }): Classes =>
    createClasses({
      store,
      configured: () => file,
      languages: ['en', 'es'],
      plan,
      callable: [],
      log: silentLog,
    });
  const put = async (classes: Classes, change: Parameters<typeof sampleClass>[0]) => {
    const result = await classes.put(sampleClass(change));
    assert.equal(result.kind, 'kept');
  };

  it('a class put into the store holds for the next call, over the one of the file of that name', async () => {
    const classes = open(opened.store);
    const profiles = createProfiles(classes.current);
    assert.equal(profiles.classOfService('gold').maxMessages, 10);
    await put(classes, { name: 'gold', maxMessages: 500 });
    assert.deepEqual(profiles.classOfService('gold'), sampleClass({ name: 'gold', maxMessages: 500 }));
    await put(classes, { name: 'standard', maxMessages: 77 });
    assert.equal(profiles.classOfService('standard').maxMessages, 77);
    assert.equal(profiles.classOfService('no such').maxMessages, 77);
    await classes.remove('standard');
    assert.equal(profiles.classOfService('standard').maxMessages, 10);
    assert.deepEqual(
      (await classes.list()).classes.map(({ profile, source }) => [profile.name, source]),
      [
        ['standard', 'file'],
        ['gold', 'store'],
      ],
    );
  });

  it('a change of the file holds at once as well', () => {
    let file = { standard };
    const classes = createClasses({
      store: opened.store,
      configured: () => file,
      languages: ['en'],
      plan,
      callable: [],
      log: silentLog,
    });
    assert.equal(classes.current()['standard']?.maxMessages, 10);
    file = { standard: { ...standard, maxMessages: 11 } };
    assert.equal(classes.current()['standard']?.maxMessages, 11);
  });

  it('names of what every object has are no classes', () => {
    const profiles = createProfiles(open(opened.store).current);
    for (const name of ['toString', '__proto__', 'constructor'])
      assert.equal(profiles.classOfService(name).name, 'standard');
  });

  it('a change of another controller is there within two seconds', async () => {
    const { url, database } = opened;
    await using store = await openStore({ url, database, timeoutMs: 15_000 }, { log: silentLog });
    const [here, there] = [open(opened.store), open(store)];
    const stopping = new AbortController();
    const following = here.follow(stopping.signal);
    const took: number[] = [];
    const seen = async (maxMessages: number | undefined): Promise<void> => {
      const begun = Date.now();
      while (here.current()['gold']?.maxMessages !== maxMessages) {
        assert.ok(Date.now() - begun < 15_000, 'it is not there');
        await pause(20);
      }
      took.push(Date.now() - begun);
    };
    // A machine that is busy may hold up one or the other.
    do {
      await put(there, { name: 'gold', maxMessages: 5 });
      await seen(5);
      await there.remove('gold');
      await seen(undefined);
    } while (Math.min(...took) >= 2000 && took.length < 6);
    assert.ok(Math.min(...took) < 2000, `it took more than two seconds: ${took.join(', ')} ms`);
    stopping.abort();
    await following;
  });

  it('a store that is away leaves the classes as they are', async () => {
    await using relay = await openRelay(Number(new URL(opened.url).port));
    await using store = await openStore(
      { url: `mongodb://127.0.0.1:${relay.port}`, database: opened.database, timeoutMs: 1500 },
      { log: silentLog },
    );
    const classes = open(store);
    const stopping = new AbortController();
    await put(classes, { name: 'gold', maxMessages: 5 });
    const following = classes.follow(stopping.signal);
    await relay.cut();
    await assert.rejects(classes.refresh(), { code: 'store-unavailable' });
    assert.equal(classes.current()['gold']?.maxMessages, 5);
    stopping.abort();
    await following;
  });

  it('of two who change the same list of classes the second learns that it is older', async () => {
    const classes = open(opened.store);
    const { version } = await classes.list();
    assert.equal((await classes.put(sampleClass({ name: 'a' }), version)).kind, 'kept');
    assert.deepEqual(await classes.put(sampleClass({ name: 'b' }), version), { kind: 'other-version' });
    assert.deepEqual(await classes.remove('a', version), { kind: 'other-version' });
    assert.equal((await classes.remove('a')).kind, 'kept');
  });

  it('a name that would be a part of a class removes nothing', async () => {
    const classes = open(opened.store);
    await put(classes, { name: 'gold', maxMessages: 5 });
    for (const name of ['gold.maxMessages', 'gold.toll.rules', '$set', '', 'a\u0000b'])
      assert.equal((await classes.remove(name)).kind, 'kept');
    await classes.refresh();
    assert.deepEqual(classes.current()['gold'], { ...standard, name: 'gold', maxMessages: 5 });
    assert.equal((await classes.list()).version, 1);
  });

  const wrong: Readonly<Record<string, [Parameters<typeof sampleClass>[0], string, string]>> = {
    'a name with a dot': [{ name: 'a.b' }, 'name', 'bad-value'],
    'a name that is an operator of the store': [{ name: '$set' }, 'name', 'bad-value'],
    'no seconds': [{ maxMessageSeconds: 0 }, 'maxMessageSeconds', 'out-of-range'],
    'half a day': [{ retentionDays: 0.5 }, 'retentionDays', 'out-of-range'],
    'a language without texts': [{ language: 'tlh' }, 'language', 'unknown-language'],
    'a zone that is none': [{ timeZone: 'Mars/Olympus' }, 'timeZone', 'unknown-time-zone'],
    'a time of day that is none': [
      { quietHours: { from: '24:00', to: '7' } },
      'quietHours.from',
      'bad-value',
    ],
    'an operator who is no number': [{ operator: '0' }, 'operator', 'not-a-number'],
    'an operator whom its toll rules do not let call': [
      { operator: '+33142685300' },
      'operator',
      'not-callable',
    ],
    'notices to a premium-rate number': [
      { notify: [{ gateway: 'sip', to: '+19005551234' }] },
      'notify.0.to',
      'not-for-texts',
    ],
    'a toll rule without a condition': [
      { toll: { rules: [{ allow: true }], dailyCalls: 1 } },
      'toll.rules.0',
      'bad-toll-rule',
    ],
    'a gateway that is none': [
      { notify: [{ gateway: 'pigeon' as 'sip', to: 'subscriber' }] },
      'notify.0.gateway',
      'bad-value',
    ],
    'a field that nobody knows': [{ colour: 'red' } as never, 'colour', 'unknown-field'],
    'a field that is missing': [{ toll: undefined as never }, 'toll', 'missing'],
  };
  for (const [what, [change, field, code]] of Object.entries(wrong)) {
    it(`${what} is refused, and nothing is kept`, async () => {
      const classes = open(opened.store);
      const result = await classes.put(sampleClass(change));
      assert.ok(result.kind === 'invalid');
      assert.deepEqual([result.problems[0]?.field, result.problems[0]?.code], [field, code]);
      assert.equal((await classes.list()).version, 0);
    });
  }
});
