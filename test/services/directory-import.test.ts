import assert from 'node:assert/strict';
import { createNumberPlan } from '../../app/core/address/number-plan.ts';
import type { E164, MailboxId } from '../../app/core/ids.ts';
import type { TableRow } from '../../app/ports/tables.ts';
import { createClasses } from '../../app/services/classes.ts';
import { createDirectory, type Directory } from '../../app/services/directory.ts';
import { exportSubscribers } from '../../app/services/directory-export.ts';
import {
  importSubscribers,
  type ImportDeps,
  type ImportOptions,
  type LineProblem,
} from '../../app/services/directory-import.ts';
import { openTables } from '../../app/tables/open.ts';
import { systemClock as clock } from '../../app/telemetry/system-clock.ts';
import { systemRandom as random } from '../../app/telemetry/system-random.ts';
import { silentLog } from '../ports/silent-log.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';
import { openStore } from '../../app/storage/open.ts';
import { openRelay } from '../storage/relay.ts';
import { sampleClass } from './sample-class.ts';

const { name: _name, ...standard } = sampleClass();
const tables = openTables();
const languages = ['en', 'es'];
const plan = createNumberPlan({
  access: ['+12025550199'],
  country: 'US',
  ranges: [{ prefix: '+1202555', class: 'standard' }],
});

interface Office extends TestStore {
  readonly directory: Directory;
  readonly deps: ImportDeps;
}

function officeOf(opened: TestStore): Office {
  const { store } = opened;
  const configured = () => ({ standard, gold: standard });
  const classes = createClasses({ store, configured, languages, plan, callable: [], log: silentLog });
  const directory = createDirectory({ store, plan, classes, languages, clock, random });
  return { ...opened, directory, deps: { store, directory, clock, random } };
}

async function* rowsOf(text: string): AsyncGenerator<TableRow> {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text);
  }
  yield* tables.read(bytes());
}

async function exported({ store }: Pick<TestStore, 'store'>): Promise<string> {
  const lines: string[] = [];
  for await (const cells of exportSubscribers(store.mailboxes)) lines.push(tables.write(cells));
  // By number: ids are the order of making.
  return [lines[0], ...lines.slice(1).toSorted()].join('');
}

describe('services: a table of subscribers', function () {
  this.timeout(180_000);
  let office: Office;
  beforeEach(async () => (office = officeOf(await openTestStore())));
  afterEach(async () => office[Symbol.asyncDispose]());

  const take = async (text: string, options: ImportOptions = {}, deps = office.deps) => {
    const problems: LineProblem[] = [];
    const onProblem = (one: LineProblem) => problems.push(one);
    const { table, ...sum } = await importSubscribers(rowsOf(text), deps, { onProblem, ...options });
    return {
      sum,
      table,
      problems,
      told: problems.map(({ line, column, code }) => `${line} ${column}: ${code}`),
    };
  };
  const sums = (lines: number, created: number, changed: number, same: number, bad: number) => ({
    lines,
    created,
    changed,
    same,
    bad,
  });

  it('5,000 lines make 5,000 subscribers; again they change nothing; written and read elsewhere they are the same', async () => {
    const lines = Array.from({ length: 5000 }, (_, i) => {
      const alias = i % 3 === 0 ? `+346${String(i).padStart(8, '0')}` : '';
      const name = i % 7 === 0 ? `"O'Hara, ""Zoë"" ${i}"` : `Name ${i}`;
      const lists = i % 11 === 0 ? '"{""1"":{""members"":[""+12025550001""]}}"' : '';
      return `+1202555${String(i).padStart(4, '0')},${alias},${name},${i % 2 === 0 ? 'gold' : ''},${i % 5 === 0 ? 'es' : ''},${lists}`;
    }).filter((line) => !line.startsWith('+12025550199'));
    const text = ['number,aliases,name,class,language,lists', ...lines].join('\n');
    const steps: number[] = [];
    const first = await take(text, { onProgress: ({ lines: read }) => steps.push(read) });
    assert.deepEqual(first.sum, sums(4999, 4999, 0, 0, 0));
    assert.ok(steps.length >= 19 && steps.at(-1) === 4999);
    assert.deepEqual((await take(text)).sum, sums(4999, 0, 0, 4999, 0));
    const out = await exported(office);
    assert.deepEqual((await take(out)).sum, sums(4999, 0, 0, 4999, 0));
    await using other = officeOf(await openTestStore());
    assert.deepEqual((await take(out, {}, other.deps)).sum, sums(4999, 4999, 0, 0, 0));
    assert.equal(await exported(other), out);
    const seven = await other.directory.get('+12025550077');
    assert.deepEqual(seven?.settings, {
      name: 'O\'Hara, "Zoë" 77',
      lists: { 1: { members: ['+12025550001'] } },
    });
  });

  it('what a line says is so then, an empty cell is as the class says, a column that is missing is left alone', async () => {
    await take(
      'number,name,email,class,aliases,lists\n+12025550001,Ann,a@b.cd,gold,+34600111222,"{""1"":{""members"":[]},""2"":{""members"":[]}}"',
    );
    const { sum } = await take(
      'number,email,class,sms,aliases,lists\n+12025550001,,,+34600111333,+34600111444,"{""2"":{""members"":[""+12025550002""]}}"',
    );
    assert.deepEqual(sum, sums(1, 0, 1, 0, 0));
    const mailbox = await office.directory.get('+12025550001');
    assert.deepEqual(mailbox?.settings, {
      name: 'Ann',
      addresses: { sms: '+34600111333' },
      lists: { 2: { members: ['+12025550002'] } },
    });
    assert.deepEqual([mailbox?.classOfService, mailbox?.aliases], ['standard', ['+34600111444']]);
    assert.equal(await office.directory.get('+34600111222'), undefined);
  });

  it('a mailbox that a message made becomes the one of the line, with its messages', async () => {
    const id = random.uuid() as MailboxId;
    const number = '+12025550001' as E164;
    await office.store.mailboxes.findOrCreate(
      { id, number, origin: 'dynamic', classOfService: 'standard', created: new Date() },
      { kind: 'voice', new: 1 },
    );
    assert.deepEqual((await take('number,name,status\n+12025550001,Ann,active')).sum, sums(1, 0, 1, 0, 0));
    const mailbox = await office.directory.get(number);
    assert.deepEqual([mailbox?.id, mailbox?.status, mailbox?.counts.new], [id, 'active', 1]);
  });

  it('bad lines are told with line, column, what was found and what is allowed; the others are done', async () => {
    await take('number,aliases\n+12025550009,+34600111222');
    const { sum, told, problems } = await take(
      [
        'number,aliases,name,class,time_zone,notify',
        '+12025550001,,Ann,,,',
        'rubbish,,Bob,,,',
        ',,Nobody,,,',
        '+34600999888,,Far,,,',
        '+12025550002,,Cat,platinum,Mars/X,[',
        '+12025550001,,Again,,,',
        '+12025550003,+34600111222,Dan,,,',
        '+34600111222,,Eve,,,',
        '+12025550004,+12025550009,Fay,,,',
        '+12025550005,,"open,,,',
        '+12025550006,,too,many,cells,in,it,',
        '+12025550007,,short',
        '+12025550008,+34600111777 +34600111777,Gil,,,',
      ].join('\n'),
    );
    assert.deepEqual(told, [
      '3 number: not-a-number',
      '4 number: missing',
      '5 number: not-served',
      '6 notify: bad-value',
      '7 number: given-twice',
      '9 number: not-served',
      '11 : bad-text',
      '12 : too-many',
      '14 aliases: given-twice',
      '8 aliases: number-taken',
      '10 aliases: number-taken',
    ]);
    assert.deepEqual(sum, sums(13, 2, 0, 0, 11));
    const [first] = problems;
    assert.deepEqual([first?.found, first?.allowed], ['rubbish', 'a telephone number, as +12025550123']);
    assert.equal((await office.directory.get('+12025550007'))?.settings.name, 'short');
  });

  it('what is no table of subscribers is refused as a whole', async () => {
    for (const text of [
      '',
      '\n\n',
      'name\nAnn',
      'number,nmae\n+12025550001,Ann',
      '+12025550001,Ann\n',
      '"open\n',
    ]) {
      const { table, sum } = await take(text);
      assert.equal(table, false, text);
      assert.deepEqual(sum, sums(0, 0, 0, 0, 0));
    }
    assert.equal(await office.directory.get('+12025550001'), undefined);
    const { told } = await take('number,nmae\n+12025550001,Ann');
    assert.deepEqual(told, ['1 nmae: unknown-field']);
  });

  it('a rehearsal tells what would be done and does nothing', async () => {
    await take('number,name\n+12025550001,Ann\n+12025550002,Bob');
    const text = 'number,name\n+12025550001,Ann\n+12025550002,Rob\n+12025550003,Cat\nx,y';
    assert.deepEqual((await take(text, { dryRun: true })).sum, sums(4, 1, 1, 1, 1));
    assert.equal((await office.directory.get('+12025550002'))?.settings.name, 'Bob');
    assert.equal(await office.directory.get('+12025550003'), undefined);
    assert.deepEqual((await take(text)).sum, sums(4, 1, 1, 1, 1));
  });

  it('two who take in the same table at once, while subscribers change, make each subscriber once', async () => {
    const lines = Array.from({ length: 1500 }, (_, i) => `+1202555${String(i + 1000)},Name ${i}`);
    const text = ['number,name', ...lines].join('\n');
    const busy = (async () => {
      for (let i = 0; i < 200; i += 1) {
        const mailbox = await office.directory.get('+12025551003');
        if (mailbox)
          await office.directory.changeSettings(mailbox.id, { language: i % 2 === 0 ? 'es' : 'en' });
      }
    })();
    const [one, other] = await Promise.all([take(text), take(text)]);
    await busy;
    assert.equal(one.sum.bad + other.sum.bad, 0, JSON.stringify([one.told, other.told]));
    assert.equal(one.sum.created + other.sum.created, 1500);
    const raw = office.client.db(office.database).collection('mailboxes');
    assert.equal(await raw.countDocuments(), 1500);
    assert.deepEqual((await take(text)).sum, sums(1500, 0, 0, 1500, 0));
  });

  it('a store that is away for a moment is waited for, and nothing is done twice', async () => {
    await using relay = await openRelay(Number(new URL(office.url).port));
    const url = `mongodb://127.0.0.1:${relay.port}`;
    await using store = await openStore(
      { url, database: office.database, timeoutMs: 1000 },
      { log: silentLog },
    );
    await store.ping();
    const text = ['number', ...Array.from({ length: 2000 }, (_, i) => `+1202555${i + 1000}`)].join('\n');
    let cut: Promise<void> | undefined;
    const onProgress = () => {
      cut ??= relay.cut().then(() => relay.mend());
    };
    const { sum } = await take(text, { onProgress }, { ...office.deps, store });
    await cut;
    assert.deepEqual(sum, sums(2000, 2000, 0, 0, 0));
  });

  it('one that is told to stop ends after the lines under way, and goes on when it is started again', async () => {
    const text = ['number', ...Array.from({ length: 3000 }, (_, i) => `+1202555${i + 1000}`)].join('\n');
    const stopping = new AbortController();
    const first = await take(text, { signal: stopping.signal, onProgress: () => stopping.abort() });
    assert.ok(first.sum.created > 0 && first.sum.created < 3000);
    const { created, same } = (await take(text)).sum;
    assert.deepEqual([created + first.sum.created, same], [3000, first.sum.created]);
  });
});
