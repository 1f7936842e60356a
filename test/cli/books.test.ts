import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { E164, MailboxId } from '../../app/core/ids.ts';
import { toolCommands } from '../../scripts/stack/ffmpeg.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';
import { sampleCdr, sampleMessage } from '../storage/sample.ts';
import { answerback } from './command.ts';

const ann = '+12025550171' as E164;
const id = 'ann' as MailboxId;

describe('answerback cdr, sweep and message search', function () {
  this.timeout(180_000);
  let opened: TestStore;
  let folder: string;

  before(async () => {
    opened = await openTestStore();
    folder = await mkdtemp(join(tmpdir(), 'answerback-books-'));
    const rate = { name: 'out', event: 'text-out', unit: 'segment', price: 12_000, currency: 'EUR' };
    await writeFile(
      join(folder, 'answerback.yaml'),
      JSON.stringify({
        store: { database: opened.database },
        billing: { rates: [rate] },
        tools: toolCommands(),
      }),
    );
    await opened.store.mailboxes.findOrCreate({
      id,
      number: ann,
      origin: 'dynamic',
      classOfService: 'standard',
      created: new Date(),
    });
  });

  after(async () => {
    await rm(folder, { recursive: true, force: true });
    await opened[Symbol.asyncDispose]();
  });

  const run = (...args: readonly string[]) =>
    answerback([...args, '--config', join(folder, 'answerback.yaml')], { env: { MONGODB_URL: opened.url } });
  const done = async (...args: readonly string[]) => {
    const typed = await run(...args);
    assert.equal(typed.code, 0, `${args.join(' ')}: ${typed.errors}`);
    return typed;
  };

  it('lists records, exports them once each, and sums them up', async () => {
    const start = new Date('2026-03-05T12:00:00Z');
    const times = { start, answer: start, end: start };
    const call = sampleCdr({ ...times, accountcode: id, channel: 'trunk', billsec: 61 });
    const text = sampleCdr({ ...times, event: 'text-out', channel: 'smpp', cost: 12_000, currency: 'EUR' });
    await opened.store.cdrs.insert([call, text]);
    assert.match((await done('cdr', 'list', '--event', 'call')).out, /call +inbound .* ANSWERED +1:01/);
    assert.match((await done('cdr', 'list', '--trunk', 'smpp')).out, /0\.012 EUR$/m);
    assert.deepEqual(
      (await done('cdr', 'list', '--number', ann, '--json')).lines().map((one) => one['id']),
      [call.id],
    );
    const cursor = join(folder, 'cursor');
    const first = join(folder, 'first.csv');
    await done('cdr', 'export', '-o', first, '--cursor', cursor);
    assert.equal((await readFile(first, 'utf8')).trim().split('\r\n').length, 3);
    const late = sampleCdr({ ...times, accountcode: id });
    await opened.store.cdrs.insert([late]);
    const next = await done('cdr', 'export', '--format', 'jsonl', '--cursor', cursor);
    assert.deepEqual(
      next.lines().map((one) => one['id']),
      [late.id],
      'nothing comes twice',
    );
    assert.equal((await done('cdr', 'export', '--format', 'jsonl', '--cursor', cursor)).out, '');
    const sums = (await done('cdr', 'summary', '--by', 'trunk', '--from', '2026-03', '--json')).lines();
    const texts = sums.find(({ event }) => event === 'text-out');
    assert.deepEqual([texts?.['name'], texts?.['count'], texts?.['cost']], ['smpp', 1, 12_000]);
    const own = await done(
      'cdr',
      'summary',
      '--by',
      'mailbox',
      '--name',
      ann,
      '--from',
      '2026-03-05',
      '--json',
    );
    assert.equal(own.lines().find(({ event }) => event === 'call')?.['count'], 2);
    const rebuilt = await done('cdr', 'rebuild', '--from', '2026-03-05', '--to', '2026-03-05', '--json');
    assert.equal(rebuilt.json()['records'], 3);
    const nowhere = await run('cdr', 'export', '-o', join(folder, 'no', 'such.csv'), '--cursor', cursor);
    assert.deepEqual([nowhere.code, /^answerback: ENOENT[^\n]*\n$/.test(nowhere.errors)], [1, true]);
    await writeFile(cursor, 'rubbish');
    for (const args of [
      ['export', '--cursor', cursor],
      ['summary', '--from', '2026-03', '--to', '2026-03-05'],
      ['summary', '--from', 'March'],
      ['list', '--event', 'party'],
      ['rebuild', '--from', '2026-03-05'],
    ])
      assert.equal((await run('cdr', ...args)).code, 2, args.join(' '));
  });

  it('finds messages by what they say', async () => {
    const message = sampleMessage(
      { mailbox: id, transcript: 'The müllers meet on Tuesday' },
      { to: ann, from: { number: '+13035550100', name: 'Eve', private: false } },
    );
    await opened.store.messages.insert(message);
    const found = async (...args: string[]) =>
      (await done('message', 'search', ...args, '--json')).lines().map((one) => one['id']);
    assert.deepEqual(await found('mullers', 'tues*'), [message.id]);
    assert.deepEqual(await found('muellers'), []);
    assert.deepEqual(await found('tuesday', '--number', ann, '--from', 'eve'), [message.id]);
    assert.deepEqual(await found('tuesday', '--state', 'saved'), []);
    assert.match((await done('message', 'search', '--from', '+13035550100')).out, /Eve <\+13035550100>/);
    assert.equal((await run('message', 'search')).code, 2);
    await opened.store.messages.remove(message.id);
  });

  it('says what the sweep would do, asks, and does it', async () => {
    const message = sampleMessage({ mailbox: id, expires: new Date('2026-01-02T00:00:00Z') }, { to: ann });
    await opened.store.messages.insert(message);
    await opened.store.retention.lookBy([{ id: message.id, at: new Date('2026-01-02T00:00:00Z') }] as never);
    await opened.store.mailboxes.recount(id);
    assert.equal((await done('sweep', 'preview', '--json')).json()['purge'], 1);
    assert.equal((await done('sweep', 'preview', ann, '--json')).json()['purge'], 1);
    assert.equal((await run('sweep', 'run')).code, 2, 'nobody can be asked');
    assert.equal((await run('sweep', 'run', '+12025550172')).code, 3);
    const swept = await done('sweep', 'run', ann, '--yes', '--json');
    assert.deepEqual([swept.json()['purged'], swept.json()['failed']], [1, 0]);
    assert.equal(await opened.store.messages.get(message.id), undefined);
    assert.equal((await opened.store.retention.lastSweeps()).last, undefined, 'of one mailbox none is noted');
    assert.match((await done('sweep', 'run')).out, /^purged 0, archived 0, compressed 0/);
    const { last } = await opened.store.retention.lastSweeps();
    assert.deepEqual([last?.purged, last?.failed], [0, 0], 'what one did by hand is seen where others look');
  });
});
