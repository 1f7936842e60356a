import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { E164, MailboxId } from '../../app/core/ids.ts';
import { openHasher } from '../../app/secrets/open.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';
import { answerback } from './command.ts';

const number = '+12025550147' as E164;
const mailbox = 'box' as MailboxId;

describe('answerback subscriber pin, unlock, audit', function () {
  this.timeout(120_000);
  let opened: TestStore;
  let folder: string;

  before(async () => {
    opened = await openTestStore();
    folder = await mkdtemp(join(tmpdir(), 'answerback-pins-'));
    const fresh = { id: mailbox, number, origin: 'provisioned', classOfService: 'standard' } as const;
    await opened.store.mailboxes.findOrCreate({ ...fresh, created: new Date() });
  });

  after(async () => {
    await opened[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  async function subscriber(...args: readonly string[]): Promise<string> {
    const config = join(folder, 'answerback.yaml');
    await writeFile(config, `store: { database: ${opened.database} }\n`);
    const env = { MONGODB_URL: opened.url, ANSWERBACK_PIN_PEPPER: 'Kampot' };
    const { out, code, errors } = await answerback(['subscriber', ...args, '--config', config], { env });
    assert.equal(code, 0, errors);
    return out;
  }

  it('shows a PIN that must be changed, and keeps its hash alone', async () => {
    const out = await subscriber('pin', number);
    const pin = /PIN (\d{6})\b/.exec(out)?.[1] ?? '';
    const kept = await opened.store.credentials.get(mailbox);
    assert.equal(kept?.mustChange, true);
    assert.ok(!JSON.stringify(kept).includes(pin));
    await using hasher = openHasher({ memoryKiB: 19_456, passes: 2, atOnce: 1, pepper: 'Kampot' });
    assert.equal(await hasher.verify(kept?.hash ?? '', pin), 'right');
    assert.match(await subscriber('audit', number), /first-pin\s+set\s+operator/);
  });

  it('ends the waits at a mailbox', async () => {
    const keys = [`pin:${mailbox}:trunk:+13035550100`, `pin-strangers:${mailbox}`];
    for (const key of keys) await opened.store.attempts.fail(key, new Date(), 60_000);
    await subscriber('unlock', number);
    const left = await opened.store.attempts.failures(keys);
    assert.deepEqual(
      left.map(({ at }) => at.length),
      [0, 0],
    );
  });

  it('says who it was that did it', async () => {
    const config = join(folder, 'answerback.yaml');
    const env = { MONGODB_URL: opened.url };
    await answerback(['subscriber', 'set', number, 'name=Ann', '--config', config], { env });
    const told = await answerback(['subscriber', 'audit', number, '--json', '--config', config], { env });
    const changed = told.lines().find(({ outcome }) => outcome === 'subscriber-changed');
    assert.deepEqual([changed?.['event'], changed?.['by']], ['operator', 'alice']);
  });
});
