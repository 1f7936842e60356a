import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../scripts/stack/ports.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';
import { answerback } from './command.ts';

describe('answerback subscriber', function () {
  this.timeout(180_000);
  let opened: TestStore;
  let folder: string;
  before(async () => {
    opened = await openTestStore();
    folder = await mkdtemp(join(tmpdir(), 'answerback-subscribers-'));
    await writeFile(
      join(folder, 'answerback.yaml'),
      JSON.stringify({
        store: { database: opened.database },
        classes: { standard: {}, gold: {} },
        twilio: { from: '+12025550100', publicUrl: 'https://voice.example' },
      }),
    );
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
    await opened[Symbol.asyncDispose]();
  });

  const run = (args: readonly string[], input = '', url = opened.url) =>
    answerback(['subscriber', ...args], {
      env: { ANSWERBACK_CONFIG: join(folder, 'answerback.yaml'), MONGODB_URL: url },
      input,
    });
  const file = (name: string) => join(folder, name);

  it('makes, shows, changes and removes one', async () => {
    const added = await run([
      'add',
      '(202) 555-0147',
      'class=gold',
      '--name',
      'Zoë Bäcker',
      'timeZone=Europe/Madrid',
    ]);
    assert.deepEqual([added.code, added.errors], [0, '']);
    const shown = await run(['show', '+12025550147']);
    for (const line of [
      /^number +\+12025550147$/m,
      /^name +Zoë Bäcker$/m,
      /^class +gold$/m,
      /^messages +0 new/m,
    ])
      assert.match(shown.out, line);
    const set = await run([
      'set',
      '+12025550147',
      'language=es',
      'aliases=+34600111222',
      'class=',
      'time_zone=',
    ]);
    assert.equal(set.code, 0, set.errors);
    const mailbox = await opened.store.mailboxes.find('+34600111222' as never);
    assert.deepEqual(mailbox?.settings, { name: 'Zoë Bäcker', language: 'es' });
    assert.equal((await run(['remove', '+34600111222'])).code, 2, 'nobody can be asked');
    const dry = await run(['remove', '+34600111222', '--dry-run']);
    assert.match(dry.out, /^\+12025550147: 0 new and 0 old messages would be gone for good$/m);
    assert.equal((await run(['remove', '+34600111222', '--yes'])).code, 0);
    const gone = await run(['show', '+12025550147']);
    assert.deepEqual([gone.code, gone.errors], [3, 'answerback: nobody has the number +12025550147\n']);
  });

  it('suspends one and serves them again; neither twice', async () => {
    assert.equal((await run(['add', '+12025550149'])).code, 0);
    const status = async () => (await opened.store.mailboxes.find('+12025550149' as never))?.status;
    assert.match((await run(['suspend', '+12025550149'])).out, /^\+12025550149 is suspended: /);
    assert.equal(await status(), 'suspended');
    assert.match((await run(['list', '--status', 'suspended'])).out, /\+12025550149/);
    assert.equal((await run(['suspend', '+12025550149'])).code, 5);
    const resumed = await run(['resume', '+12025550149', '--json']);
    assert.deepEqual(resumed.json(), { number: '+12025550149', status: 'active' });
    assert.deepEqual([await status(), (await run(['resume', '+12025550149'])).code], ['active', 5]);
    assert.equal((await run(['remove', '+12025550149', '--yes'])).code, 0);
    assert.equal((await run(['list', '--status', 'asleep'])).code, 2);
  });

  it('tells which field is wrong and what is allowed, and changes nothing', async () => {
    const wrong = await run([
      'add',
      '+12025550148',
      'class=platinum',
      'language=tlh',
      'quiet_hours=22:00-07:00',
    ]);
    assert.equal(wrong.code, 4);
    assert.match(wrong.errors, /^class: found `platinum`, allowed: standard, gold$/m);
    assert.match(wrong.errors, /^language: found `tlh`, allowed: en/m);
    assert.equal(await opened.store.mailboxes.find('+12025550148' as never), undefined);
    const field = await run(['add', '+12025550148', 'colour=red']);
    assert.deepEqual(
      [field.code, /^colour: found `colour`, allowed: number, aliases/m.test(field.errors)],
      [4, true],
    );
  });

  it('a table goes in and comes out; bad lines are reported, in a table of their own too', async () => {
    const table =
      'number,name\r\n+12025550150,=1+1\r\n+12025550151,Bob\r\nrubbish,=2\r\n+12025550151,Bob\r\n';
    await writeFile(file('in.csv'), table);
    const dry = await run(['import', file('in.csv'), '--dry-run']);
    assert.deepEqual(
      [dry.code, dry.out],
      [4, 'would be: 4 lines: 2 made, 0 changed, 0 as they were, 2 bad\n'],
    );
    const nowhere = await run(['import', file('in.csv'), '--report', file('no/such/folder.csv')]);
    assert.equal(nowhere.code, 1);
    assert.match(nowhere.errors, /^answerback: ENOENT[^\n]*\n$/);
    const done = await run(['import', file('in.csv'), '--report', file('bad.csv')]);
    assert.equal((await stat(file('bad.csv'))).mode & 0o777, 0o600, 'it has numbers of subscribers');
    assert.deepEqual([done.code, done.out], [4, '4 lines: 2 made, 0 changed, 0 as they were, 2 bad\n']);
    assert.match(done.errors, /^line 4, number: found `rubbish`, allowed: a telephone number/m);
    const [header, first, second] = (await readFile(file('bad.csv'), 'utf8')).split('\r\n');
    assert.equal(header, 'line,column,code,found,allowed');
    assert.match(first ?? '', /^4,number,not-a-number,rubbish,/);
    assert.match(second ?? '', /^5,number,given-twice,\+12025550151,/);
    assert.equal((await run(['export', file('no/such.csv')])).code, 1);
    const out = await run(['export', file('out.csv')]);
    assert.deepEqual([out.code, out.out], [0, `2 subscribers in ${file('out.csv')}\n`]);
    assert.equal((await stat(file('out.csv'))).mode & 0o077, 0, 'for its owner alone');
    const written = await readFile(file('out.csv'), 'utf8');
    assert.match(written, /^\+12025550150,,'=1\+1,standard,active/m);
    assert.equal((await run(['export'])).out, written);
    const again = await run(['import', '-'], written);
    assert.deepEqual([again.code, again.out], [0, '2 lines: 0 made, 0 changed, 2 as they were, 0 bad\n']);
  });

  it('what is no table is refused as a whole', async () => {
    const result = await run(['import', '-'], 'first,second\n1,2\n');
    assert.equal(result.code, 1);
    assert.match(result.errors, /line 1, first: found `first`, allowed: number, aliases/);
  });

  it('wrong use is told with how it is used', async () => {
    for (const args of [
      [],
      ['fly'],
      ['show'],
      ['set', '+12025550147'],
      ['set', '+12025550147', 'gold'],
      ['show', 'a', 'b'],
      ['import', 'x', '--fast=1'],
      ['list', '--class', 'platinum'],
      ['list', '--limit', 'many'],
      ['list', '--zone', 'Mars/Olympus'],
    ]) {
      const { code, errors } = await run(args);
      assert.deepEqual([code, /--help|Usage|allowed:/.test(errors)], [2, true], args.join(' '));
    }
    const help = await run(['import', '--help']);
    assert.deepEqual([help.code, /--report <file>/.test(help.out)], [0, true]);
  });

  it('lists those who are wanted, as a table or as JSON', async () => {
    await run(['add', '+12025550161', 'class=gold', 'name=Ann Example', 'time_zone=Asia/Tokyo']);
    await run(['add', '+12025550162', 'name=Zoë Bäcker']);
    const gold = await run(['list', '--class', 'gold']);
    assert.equal(gold.code, 0, gold.errors);
    assert.match(gold.out, /^number +name +class +status/);
    assert.match(gold.out, /^\+12025550161 +Ann Example +gold +active +en +Asia\/Tokyo/m);
    assert.doesNotMatch(gold.out, /0162/);
    const all = (await run(['list', '--prefix', '+120255501', '--json'])).lines();
    const one = all.find(({ number }) => number === '+12025550162');
    assert.deepEqual([one?.['class'], one?.['settings']], ['standard', { name: 'Zoë Bäcker' }]);
    const [row = ''] = (await run(['list', '--limit', '1'])).out.split('\n').slice(1);
    assert.match(row, /^\+/);
  });

  it('asks before a subscriber goes, where somebody can be asked', async () => {
    await run(['add', '+12025550163']);
    const env = { ANSWERBACK_CONFIG: join(folder, 'answerback.yaml'), MONGODB_URL: opened.url };
    const remove = (input: string) =>
      answerback(['subscriber', 'remove', '+12025550163'], { env, columns: 80, input });
    const no = await remove('no\n');
    assert.match(no.errors, /would be gone for good\. Go on\? \[y\/N\]/);
    assert.deepEqual([no.code, (await run(['show', '+12025550163'])).code], [1, 0]);
    assert.equal((await remove('y\n')).code, 0);
    assert.equal((await run(['show', '+12025550163'])).code, 3);
  });

  it('a file that is not there and a store that is away are told in a line', async () => {
    const missing = await run(['import', file('none.csv')]);
    assert.equal(missing.code, 1);
    assert.match(missing.errors, /^answerback: ENOENT.*\n$/);
    const away = await run(['show', '+12025550147'], '', `mongodb://me:secret@127.0.0.1:${await freePort()}`);
    assert.equal(away.code, 1);
    const told = await run(['show', '+12025550199', '--json']);
    const { error } = JSON.parse(told.errors) as { error: { code: number; ending: string } };
    assert.deepEqual([told.code, error.code, error.ending], [3, 3, 'notFound']);
    assert.match(
      away.errors,
      /^answerback: the store does not answer at mongodb:\/\/127\.0\.0\.1:\d+; .*\n$/,
    );
  });
});
