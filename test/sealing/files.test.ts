import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../../app/core/errors.ts';
import type { MasterKey } from '../../app/ports/keys.ts';
import type { SpooledDeposit } from '../../app/ports/spool.ts';
import { openEnvironmentMaster } from '../../app/sealing/master/local.ts';
import { openSealing } from '../../app/sealing/open.ts';
import { openSpool } from '../../app/storage/spool/open.ts';
import { silentLog } from '../ports/silent-log.ts';
import { sampleEnvelope } from '../storage/sample.ts';
import { masterText } from './sealed-world.ts';

describe('sealing: what waits on this disk', () => {
  let directory: string;
  beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), 'answerback-spool-'))));
  afterEach(async () => rm(directory, { recursive: true }));

  const open = (master: MasterKey | undefined) => {
    const deps = master && { keys: undefined as never, master };
    const seal = openSealing({ log: silentLog, with: deps }).files(directory);
    return openSpool({ directory }, { log: silentLog, seal });
  };
  const waiting = async (master: MasterKey | undefined): Promise<SpooledDeposit[]> => {
    const all: SpooledDeposit[] = [];
    for await (const one of (await open(master)).list()) all.push(one);
    return all;
  };
  const deposit = (text: string): SpooledDeposit => {
    const { parts: _, id: __, ...draft } = sampleEnvelope({ subject: `about ${text}` });
    return {
      draft,
      contentType: 'text/plain',
      classOfService: 'standard',
      bytes: new Uint8Array(Buffer.from(text)),
    };
  };
  const raw = async (): Promise<string> => {
    const names = (await readdir(directory)).filter((name) => name.endsWith('.deposit'));
    return (await Promise.all(names.map((name) => readFile(join(directory, name), 'latin1')))).join('\n');
  };

  it('nothing of a spooled deposit can be read there, and the next process takes it in', async () => {
    const text = masterText('one');
    const [first, second] = [deposit('the whole story'), deposit('and another one')];
    await (await open(undefined)).put(first);
    assert.ok((await raw()).includes('the whole story'));
    await (await open(openEnvironmentMaster(text))).put(second);
    assert.ok(!(await raw()).includes('another one'));
    assert.deepEqual(await waiting(openEnvironmentMaster(text)), [first, second], 'what was not sealed too');
    // Under another master key the old one is needed once more.
    const both = `${masterText('two')},${text}`;
    assert.equal((await waiting(openEnvironmentMaster(both))).length, 2);
    assert.equal((await waiting(openEnvironmentMaster(both.split(',')[0] ?? ''))).length, 2);
  });

  it('a key that is away is waited for, and one that is lost leaves the deposit where it is', async () => {
    const right = openEnvironmentMaster(masterText('one'));
    await (await open(right)).put(deposit('the whole story'));
    const gone = async (): Promise<never> => {
      throw new Fault('key-unavailable', 'away', { temporary: true });
    };
    const away: MasterKey = { name: 'away', current: gone, wrap: gone, unwrap: gone };
    await assert.rejects(waiting(away), { code: 'key-unavailable' });
    await assert.rejects((await open(away)).put(deposit('more')), {
      code: 'key-unavailable',
      temporary: true,
    });
    for (const wrong of [undefined, openEnvironmentMaster(masterText('one'))])
      assert.deepEqual(await waiting(wrong), []);
    assert.equal((await waiting(right)).length, 1);
    await writeFile(join(directory, 'seal.key'), '{');
    assert.deepEqual(await waiting(right), [], 'no new key is made in its place');
    assert.equal(await readFile(join(directory, 'seal.key'), 'utf8'), '{');
  });
});
