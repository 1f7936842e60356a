import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { E164, MailboxId } from '../../app/core/ids.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';
import { answerback } from './command.ts';
import { scanned } from './scan-code.ts';

const password = 'correct horse battery staple';

/** Modules of a code in half blocks, two rows a line. */
function drawn(out: string): boolean[][] {
  const lines = out.split('\n').filter((line) => line.startsWith('\u001B[30;107m'));
  return lines.flatMap((line) => {
    const blocks = Array.from(stripVTControlCharacters(line));
    return [blocks.map((block) => '▀█'.includes(block)), blocks.map((block) => '▄█'.includes(block))];
  });
}

describe('answerback operator, key', function () {
  this.timeout(120_000);
  let opened: TestStore;
  let folder: string;

  before(async () => {
    opened = await openTestStore();
    folder = await mkdtemp(join(tmpdir(), 'answerback-access-'));
    await writeFile(join(folder, 'answerback.yaml'), `store: { database: ${opened.database} }\n`);
  });
  after(async () => {
    await opened[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (args: readonly string[], typing: { input?: string; columns?: number } = {}) =>
    answerback([...args, '--config', join(folder, 'answerback.yaml')], {
      env: { MONGODB_URL: opened.url },
      ...typing,
    });

  it('makes operators with a password from the input, and shows the authenticator’s address once', async () => {
    const made = await run(['operator', 'add', 'alice'], { input: `${password}\n` });
    assert.equal(made.code, 0, made.errors);
    assert.match(made.out, /^alice may sign in as admin\n.*\notpauth:\/\/totp\/.*secret=[A-Z2-7]{32}/);
    assert.ok(!`${made.out}${made.errors}`.includes(password));
    const kept = await opened.store.operators.get('alice');
    assert.match(kept?.hash ?? '', /^\$argon2id\$/);
    const listed = await run(['operator', 'list']);
    assert.match(listed.out, /alice +admin/);
    assert.ok(!listed.out.includes(kept?.totp ?? '?') && !listed.out.includes('argon2'));
    assert.deepEqual(
      (await run(['operator', 'list', '--json'])).lines().map((line) => Object.keys(line).toSorted()),
      [['created', 'name', 'role', 'set']],
    );
  });

  it('asks for the password twice at a terminal, without showing it', async () => {
    const made = await run(['operator', 'add', 'bert', '--role', 'billing'], {
      input: `${password}\n${password}\n`,
      columns: 80,
    });
    assert.equal(made.code, 0, made.errors);
    assert.match(made.errors, /New password of bert: \nThe same again: \n/);
    assert.ok(!`${made.out}${made.errors}`.includes(password));
    const [address = ''] = /otpauth:\S+/.exec(made.out) ?? [];
    assert.equal(scanned(drawn(made.out)), address, 'a camera reads it from the screen');
    const differs = await run(['operator', 'add', 'carl'], {
      input: `${password}\n${password}!\n`,
      columns: 80,
    });
    assert.deepEqual([differs.code, await opened.store.operators.get('carl')], [1, undefined]);
  });

  it('refuses what cannot be: no password, a short one, a name that is taken or none', async () => {
    const cases: [string, string, number][] = [
      ['dora', '', 2],
      ['dora', 'short\n', 2],
      ['Dora Example', `${password}\n`, 2],
      ['alice', `${password}\n`, 5],
    ];
    for (const [name, input, code] of cases) {
      const made = await run(['operator', 'add', name], { input });
      assert.equal(made.code, code, `${name}: ${made.errors}`);
    }
    assert.equal((await run(['operator', 'reset', 'nobody', '--totp'])).code, 3);
    assert.equal((await run(['operator', 'reset', 'alice'])).code, 2);
    assert.equal((await run(['operator', 'remove', 'nobody', '--yes'])).code, 3);
  });

  it('resets and removes operators, and audits who did it', async () => {
    for (const last of [
      ['reset', 'alice', '--role', 'support'],
      ['remove', 'alice', '--yes'],
    ]) {
      const refused = await run(['operator', ...last]);
      assert.deepEqual([refused.code, /last administrator/.test(refused.errors)], [5, true], refused.errors);
    }
    assert.equal((await run(['operator', 'add', 'zoe'], { input: `${password}\n` })).code, 0);
    const before = await opened.store.operators.get('alice');
    const reset = await run(['operator', 'reset', 'alice', '--totp', '--password', '--role', 'support'], {
      input: `${password} new\n`,
    });
    assert.equal(reset.code, 0, reset.errors);
    assert.match(reset.out, /otpauth:\/\//);
    const after = await opened.store.operators.get('alice');
    assert.equal(after?.role, 'support');
    assert.notEqual(after?.totp, before?.totp);
    assert.notEqual(after?.hash, before?.hash);
    assert.equal((await run(['operator', 'remove', 'alice'])).code, 2, 'nobody said yes');
    assert.equal((await run(['operator', 'remove', 'alice', '--yes'])).code, 0);
    const events = await opened.store.audit.list({ limit: 50 });
    for (const outcome of ['operator-made', 'operator-reset', 'operator-role-support', 'operator-removed'])
      assert.ok(
        events.some((one) => one.outcome === outcome && one.subject === 'alice' && one.by === 'alice'),
        outcome,
      );
  });

  it('makes keys that are shown once, lists and revokes them', async () => {
    const number = '+12025550147' as E164;
    const fresh = {
      id: 'box' as MailboxId,
      number,
      origin: 'provisioned',
      classOfService: 'standard',
    } as const;
    await opened.store.mailboxes.findOrCreate({ ...fresh, created: new Date() });
    const made = await run([
      'key',
      'add',
      'lamp',
      '--scopes',
      'messages:read',
      '--mailbox',
      number,
      '--days',
      '30',
      '--json',
    ]);
    assert.equal(made.code, 0, made.errors);
    const { id, key } = made.json() as { id: string; key: string };
    assert.match(key, new RegExp(`^ab_${id}_[\\w-]{43}$`));
    const kept = await opened.store.keys.get(id);
    assert.deepEqual([kept?.mailbox, kept?.scopes, kept?.by], ['box', ['messages:read'], 'alice']);
    const listed = await run(['key', 'list']);
    assert.match(listed.out, new RegExp(`${id} +lamp +good`));
    assert.ok(!listed.out.includes(key.slice(20)) && !listed.out.includes(kept?.hash ?? '?'));
    assert.equal((await run(['key', 'revoke', id])).code, 0);
    assert.match((await run(['key', 'list'])).out, /revoked/);
    assert.equal((await run(['key', 'revoke', 'none'])).code, 3);
    assert.equal((await run(['key', 'add', 'x', '--scopes', 'all'])).code, 2);
    assert.equal((await run(['key', 'add', 'x'])).code, 2);
    assert.equal(
      (await run(['key', 'add', 'x', '--scopes', 'cdrs:read', '--mailbox', '+12025550100'])).code,
      3,
    );
  });
});
