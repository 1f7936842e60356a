import assert from 'node:assert/strict';
import { randomInt, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDirectoryArchive } from '../../app/archive/directory/open.ts';
import type { E164, MailboxId, MediaId } from '../../app/core/ids.ts';
import type { Message } from '../../app/core/message/message.ts';
import { makeReference } from '../../app/core/reference/reference.ts';
import { createGreetings } from '../../app/services/greetings.ts';
import { createArchiving } from '../../app/services/archive.ts';
import { systemClock } from '../../app/telemetry/system-clock.ts';
import { systemDigest } from '../../app/telemetry/system-digest.ts';
import { systemRandom } from '../../app/telemetry/system-random.ts';
import { silentLog } from '../ports/silent-log.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';
import { at, sampleMessage } from '../storage/sample.ts';
import { answerback } from './command.ts';

const ann = '+12025550171' as E164;
const bob = '+12025550172' as E164;

describe('answerback export and import', function () {
  this.timeout(180_000);
  let from: TestStore;
  let to: TestStore;
  let folder: string;

  before(async () => {
    [from, to] = await Promise.all([openTestStore(), openTestStore()]);
    folder = await mkdtemp(join(tmpdir(), 'answerback-transfer-'));
    for (const [name, { database }] of Object.entries({ from, to }))
      await writeFile(join(folder, `${name}.yaml`), JSON.stringify({ store: { database } }));
    for (const number of [ann, bob])
      await from.store.mailboxes.create({
        id: randomUUID() as MailboxId,
        number,
        aliases: [`+3460011122${number.at(-1)}` as E164],
        origin: 'provisioned',
        classOfService: 'standard',
        created: at(0),
        settings: { name: 'Zoë Bäcker', language: 'es' },
      });
  });

  after(async () => {
    await rm(folder, { recursive: true, force: true });
    await Promise.all([from[Symbol.asyncDispose](), to[Symbol.asyncDispose]()]);
  });

  const run = (config: 'from' | 'to', ...args: readonly string[]) =>
    answerback([...args, '--json', '--config', join(folder, `${config}.yaml`)], {
      env: { MONGODB_URL: from.url },
    });

  async function leave(number: E164, change: Partial<Message> = {}): Promise<Message> {
    const { store } = from;
    const mailbox = await store.mailboxes.find(number);
    const media = randomUUID() as MediaId;
    const bytes = new Uint8Array(5000).map((_, i) => i % 251);
    const { sha256 } = await store.media.put(media, 'audio/PCMU', bytes, 'owner' as never);
    const message = sampleMessage(
      { mailbox: mailbox?.id as MailboxId, reference: makeReference(String(randomInt(1e8, 1e9))), ...change },
      { to: number, parts: [{ media, contentType: 'audio/PCMU', bytes: 5000, durationMs: 625, sha256 }] },
    );
    await store.messages.insert(message);
    await store.mailboxes.recount(message.mailbox);
    return message;
  }

  /** As it is in a store, without what is that store's own. */
  async function state({ store }: TestStore, number: E164) {
    const mailbox = await store.mailboxes.find(number);
    assert.ok(mailbox !== undefined);
    const { id, version: _version, created: _created, origin: _origin, ...facts } = mailbox;
    const messages = await store.messages.list(id, { limit: 100, order: 'oldest' });
    const all = messages.map(async ({ mailbox: _mailbox, sweepAt: _sweepAt, ...message }) => ({
      ...message,
      xml: await store.messages.envelopeXml(message.id),
      sound: await Promise.all(message.envelope.parts.map(({ media }) => store.media.get(media))),
    }));
    return { facts, messages: await Promise.all(all) };
  }

  it('what goes out comes back the same, once, however often', async () => {
    await leave(ann, { state: 'heard', heardAt: at(60), transcript: 'call me' });
    await leave(ann, { urgent: true });
    const held = await leave(ann, { state: 'deleted', deletedAt: at(90) });
    await leave(bob);
    await from.store.retention.holdMessage(held.id, { since: at(1), why: 'case 7' }, at(1));
    const box = await from.store.mailboxes.find(bob);
    await from.store.retention.holdMailbox(box?.id as MailboxId, { since: at(2) }, at(2));
    const out = join(folder, 'out');
    const exported = await run('from', 'export', out);
    assert.deepEqual(
      [exported.code, exported.json()],
      [0, { folder: out, mailboxes: 2, written: 4, there: 0, bad: 0 }],
      exported.errors,
    );
    assert.equal((await stat(join(out, 'subscribers.csv'))).mode & 0o077, 0, 'for its owner alone');
    assert.equal((await run('from', 'export', out)).json()['there'], 4, 'it goes on where it ended');

    assert.equal((await run('to', 'import', out, '--dry-run')).json()['taken'], 4);
    assert.equal(await to.store.mailboxes.find(ann), undefined);
    const imported = await run('to', 'import', out);
    assert.deepEqual(
      [imported.code, imported.json()['taken'], imported.json()['bad']],
      [0, 4, 0],
      imported.errors,
    );
    for (const number of [ann, bob]) assert.deepEqual(await state(to, number), await state(from, number));
    const again = await run('to', 'import', out);
    assert.deepEqual([again.code, again.json()['taken'], again.json()['known']], [0, 0, 4]);
    assert.deepEqual(await state(to, ann), await state(from, ann));
  });

  it('greetings, the wish for no texts and, if they are wanted, hashes of PINs go with it; what is there stays', async () => {
    const cleo = '+12025550173' as E164;
    const { store } = from;
    const { mailbox } = await store.mailboxes.findOrCreate({
      id: randomUUID() as MailboxId,
      number: cleo,
      origin: 'dynamic',
      classOfService: 'standard',
      created: at(0),
    });
    const deps = { clock: systemClock, random: systemRandom, log: silentLog };
    const own = createGreetings({ ...deps, store });
    const sound = { contentType: 'audio/PCMU', durationMs: 1000, bytes: new Uint8Array(8000).fill(7) };
    await own.set(mailbox, 'busy', sound);
    await own.set(mailbox, 'temporary', sound, at(1000));
    await own.setAnnouncementOnly(mailbox, true);
    await store.mailboxes.stopTexts(mailbox.id, at(5));
    const hashes = ['old', 'new'].map(
      (word) => `$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$${word.padEnd(22, 'A')}`,
    );
    for (const hash of hashes)
      await store.credentials.setPin({ mailbox: mailbox.id, hash, set: at(6), mustChange: true, keep: 5 });
    const out = join(folder, 'beside');
    const file = join(out, cleo.slice(1), 'mailbox.json');
    assert.equal((await run('from', 'export', out, cleo)).code, 0);
    assert.ok(!(await readFile(file, 'utf8')).includes('argon2'), 'no hashes that nobody has asked for');
    assert.equal((await run('from', 'export', out, cleo, '--pins')).code, 0);
    assert.equal((await stat(file)).mode & 0o077, 0, 'for its owner alone');
    const written = await readFile(file, 'utf8');

    for (const bad of [
      '{',
      '{}',
      written.replace('audio/PCMU', 'text/html'),
      written.replace('$argon2id$', '$ne'),
    ]) {
      await writeFile(file, bad);
      const refused = await run('to', 'import', out, '--dry-run');
      assert.deepEqual([refused.code, refused.json()['bad']], [4, 1], bad.slice(0, 20));
    }
    await writeFile(file, written);
    for (const round of ['once', 'twice']) {
      assert.equal((await run('to', 'import', out)).code, 0, round);
      const there = await to.store.mailboxes.find(cleo);
      assert.ok(there !== undefined);
      const { busy, temporary, announcementOnly } = there.settings.greetings ?? {};
      assert.deepEqual([there.textsStopped, temporary?.until, announcementOnly], [at(5), at(1000), true]);
      const played = busy && (await to.store.media.get(busy.media));
      assert.deepEqual(played?.bytes && new Uint8Array(played.bytes), sound.bytes);
      const credential = await to.store.credentials.get(there.id);
      assert.deepEqual(
        [credential?.history, credential?.mustChange, credential?.set],
        [hashes.toReversed(), true, at(6)],
      );
      await to.store.mailboxes.update(there.id, { classOfService: 'standard' });
    }
  });

  it('what lies in the archive is saved and exported too', async () => {
    const directory = join(folder, 'archive');
    await mkdir(directory);
    const config = { store: { database: from.database }, archive: { kind: 'directory', directory } };
    await writeFile(join(folder, 'from.yaml'), JSON.stringify(config));
    const message = await leave(bob);
    {
      await using archive = openDirectoryArchive({ directory, timeoutMs: 10_000 });
      const deps = {
        store: from.store,
        archive,
        digest: systemDigest,
        clock: systemClock,
        random: systemRandom,
      };
      const archived = await createArchiving({ ...deps, log: silentLog }).archiveMessage(message);
      assert.equal(archived?.tier, 'archived');
    }
    const out = join(folder, 'archived');
    const { code, errors } = await run('from', 'export', out, bob);
    assert.equal(code, 0, errors);
    assert.ok((await readdir(join(out, bob.slice(1)))).includes(`${message.id}.xml`));
    const sound = join(folder, 'sound.ulaw');
    assert.equal((await run('from', 'message', 'save', message.id, '-o', sound)).code, 0);
    assert.equal((await stat(sound)).size, 5000);
  });

  it('a document that is damaged is told, and the others are taken in', async () => {
    const message = await leave(ann);
    const out = join(folder, 'damaged');
    assert.equal((await run('from', 'export', out, ann)).code, 0);
    const file = join(out, ann.slice(1), `${message.id}.xml`);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(/(>[A-Za-z0-9+/]{40})[A-Za-z0-9]/, '$1!'));
    await writeFile(join(out, ann.slice(1), 'bomb.xml'), '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>');
    const report = join(folder, 'bad.jsonl');
    const { code, errors } = await run('to', 'import', out, '--report', report);
    assert.equal(code, 4, errors);
    const bad = (await readFile(report, 'utf8')).trim().split('\n');
    assert.equal(bad.length, 2, bad.join('\n'));
    assert.equal(await to.store.messages.get(message.id), undefined);
    const healed = await run('from', 'export', out, ann);
    assert.equal(healed.json()['written'], 1, 'an export mends what is not whole');
  });

  it('what is no export, and a message whose sound is gone', async () => {
    assert.equal((await run('to', 'import', folder)).code, 2);
    const message = await leave(bob);
    await from.store.media.delete(message.envelope.parts[0]?.media as MediaId);
    const out = join(folder, 'lost');
    const { code, errors } = await run('from', 'export', out, bob);
    assert.deepEqual([code, errors.includes(`${message.id}: `)], [4, true]);
    assert.ok(!(await readdir(join(out, bob.slice(1)))).some((name) => name.includes(message.id)));
  });
});
