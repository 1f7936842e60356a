import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Cdr } from '../../app/core/account/cdr.ts';
import type { Rate } from '../../app/core/account/rate.ts';
import { Fault } from '../../app/core/errors.ts';
import type { Call } from '../../app/ports/media.ts';
import { createAccount, type Account } from '../../app/services/account.ts';
import { openJournal } from '../../app/storage/spool/journal.ts';
import { systemRandom } from '../../app/telemetry/system-random.ts';
import { silentLog } from '../ports/silent-log.ts';
import { sampleCdr } from './sample.ts';

const full = fileURLToPath(new URL('full-journal.ts', import.meta.url));
const killed = fileURLToPath(new URL('account-and-die.ts', import.meta.url));

/** What costs money is in the store in the end, whatever became of the process that did it. */
describe('Call detail records and the process that writes them', function () {
  this.timeout(30_000);
  let directory: string;
  let stored: Map<string, Cdr>;
  let away: boolean;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'answerback-journal-'));
    stored = new Map();
    away = false;
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const cdrs = {
    async insert(rows: readonly Cdr[]) {
      if (away) throw new Fault('store-unavailable', 'away', { temporary: true });
      for (const row of rows) if (!stored.has(row.id)) stored.set(row.id, row);
    },
  };
  const rates: Rate[] = [{ name: 'out', event: 'call', unit: 'second', price: 100, currency: 'EUR' }];
  const accountOf = (journal: ReturnType<typeof openJournal>): Account =>
    createAccount({
      cdrs,
      journal,
      rates,
      clock: { now: () => new Date() },
      random: systemRandom,
      log: silentLog,
    });
  const files = async (): Promise<string[]> =>
    (await readdir(join(directory, 'cdrs'))).filter((name) => name !== 'damaged');

  async function takeOver(): Promise<void> {
    await using journal = openJournal({ directory }, { log: silentLog });
    await accountOf(journal).takeLeft();
  }

  it('killed in the middle of all: what was over has its row, a text under way says so, a call out its time so far', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', killed, directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    assert.equal(signal, 'SIGKILL');
    away = true;
    await assert.rejects(takeOver(), /away/, 'nothing is forgotten while the store is away');
    away = false;
    await takeOver();
    const rows = [...stored.values()];
    const said = rows.map(({ event, lastapp, disposition, incomplete = false }) =>
      [event, lastapp, disposition, incomplete].join(' '),
    );
    assert.deepEqual(said.toSorted(), [
      'call connect-sender BUSY false',
      'call connect-sender NO ANSWER true',
      'call deliver ANSWERED true',
      'deposit deposit ANSWERED false',
      'text-out text ANSWERED false',
      'text-out text NO ANSWER true',
    ]);
    const call = rows.find(({ lastapp }) => lastapp === 'deliver');
    assert.ok(call !== undefined && call.billsec >= 59 && call.billsec <= 75, `${call?.billsec} s`);
    assert.deepEqual([call.cost, call.rate], [call.billsec * 100, 'out']);
    assert.deepEqual(await files(), []);
    const before = stored.size;
    await takeOver();
    assert.equal(stored.size, before);
  });

  it('a store that is away for long loses nothing, and the disk is given back when it is there again', async () => {
    await using journal = openJournal({ directory }, { log: silentLog });
    const account = accountOf(journal);
    away = true;
    // More than are kept in memory.
    for (let i = 0; i < 51_000; i += 1) account.event(sampleCdr());
    await assert.rejects(account.flush(), /away/);
    await journal.sync();
    away = false;
    await account.flush();
    assert.equal(stored.size, 51_000);
    for await (const row of journal.own()) assert.fail(`${row.id} is still kept`);
  });

  it('a call and a text that end as they should are one row each, and leave nothing behind', async () => {
    {
      await using journal = openJournal({ directory }, { log: silentLog });
      const account = accountOf(journal);
      const leg = { src: '+1', dst: '+2', clid: '+1', outcome: 'deliver', accountcode: 'box' };
      const call = { id: 'out-1', started: new Date(), facts: { trunk: 't' }, entry: { kind: 'outgoing' } };
      const made = { kind: 'answered', call: call as unknown as Call } as const;
      await account.dial(leg, async () => made);
      account.call(made.call, { direction: 'outbound', dst: '+2', outcome: 'not-taken', accountcode: 'box' });
      const { id: _, ...row } = sampleCdr({ event: 'text-out', disposition: 'NO ANSWER' });
      account.begin(row, 'text-1').end({ disposition: 'ANSWERED' });
      account.begin(row, 'text-2').drop();
      await assert.rejects(
        account.dial(leg, async () => Promise.reject(new Error('no switch'))),
        /no switch/,
      );
      await account.flush();
    }
    assert.deepEqual(
      [...stored.values()].map(({ lastapp, disposition }) => `${lastapp} ${disposition}`),
      ['not-taken NO ANSWER', 'deposit ANSWERED'],
    );
    assert.deepEqual(await files(), []);
  });

  it('a journal that is torn at its end is taken in, one that is damaged in its midst set aside; a living one is left alone', async () => {
    const whole = (id: string) => `${JSON.stringify({ row: sampleCdr({ id: id as Cdr['id'] }) })}\n`;
    await using journal = openJournal({ directory }, { log: silentLog });
    const own = join(directory, 'cdrs');
    const old = new Date(Date.now() - 3_600_000);
    await appendFile(join(own, 'elsewhere~7~a.cdrs'), `${whole('a')}{"row":{"id":"b`);
    await appendFile(
      join(own, 'elsewhere~7~c.cdrs'),
      `${whole('c')}nonsense\n{"row":7}\n{"drop":"x"}\n${whole('d')}`,
    );
    await appendFile(join(own, 'elsewhere~7~living.cdrs'), whole('e'));
    for (const name of ['a', 'c']) await utimes(join(own, `elsewhere~7~${name}.cdrs`), old, old);
    await accountOf(journal).takeLeft();
    assert.deepEqual([...stored.keys()].toSorted(), ['a', 'c', 'd']);
    assert.deepEqual(await readdir(join(own, 'damaged')), ['elsewhere~7~c.cdrs']);
    assert.ok((await files()).includes('elsewhere~7~living.cdrs'));
  });

  it('on a disk that is full for a while what comes after it is whole, and it is said once', async () => {
    const script = 'mount -t tmpfs -o size=64k none "$0" && exec "$@"';
    const command = [process.execPath, '--import=tsx', full, directory];
    const { stdout } = await promisify(execFile)('unshare', [
      '-r',
      '-m',
      'sh',
      '-c',
      script,
      directory,
      ...command,
    ]);
    const { ids, damaged, said } = JSON.parse(stdout) as Record<'ids' | 'said', string[]> & {
      damaged: number;
    };
    assert.ok(ids.length > 20 && ids.length < 200, `${ids.length} rows`);
    assert.deepEqual(
      ids.slice(-10),
      Array.from({ length: 10 }, (_, i) => `row ${301 + i}`),
    );
    assert.equal(damaged, 0, 'no line is half');
    assert.equal(said.filter((line) => line.includes('not on the disk')).length, 1);
    assert.equal(said.filter((line) => line.includes('on the disk again')).length, 1);
  });

  it('keeping a row takes a call no time that anybody notices', async () => {
    await using journal = openJournal({ directory }, { log: silentLog });
    const row = sampleCdr();
    const begun = performance.now();
    for (let i = 0; i < 10_000; i += 1) journal.keep(row);
    const each = (performance.now() - begun) / 10_000;
    assert.ok(each < 2, `${each.toFixed(3)} ms a row`);
  });
});
