import assert from 'node:assert/strict';
import { randomInt, randomUUID } from 'node:crypto';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient, type Document } from 'mongodb';
import type { MediaId, MessageId } from '../../app/core/ids.ts';
import { makeReference } from '../../app/core/reference/reference.ts';
import { singleDocumentBytes } from '../../app/storage/media.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';
import { sampleMailbox, sampleMessage } from '../storage/sample.ts';
import { answerback } from './command.ts';

describe('answerback backup and restore', function () {
  this.timeout(120_000);
  let from: TestStore;
  let to: TestStore;
  let folder: string;

  before(async () => {
    [from, to] = await Promise.all([openTestStore(), openTestStore()]);
    folder = await mkdtemp(join(tmpdir(), 'answerback-backup-'));
    for (const [name, { database }] of Object.entries({ from, to }))
      await writeFile(join(folder, `${name}.yaml`), JSON.stringify({ store: { database } }));
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
    await Promise.all([from[Symbol.asyncDispose](), to[Symbol.asyncDispose]()]);
  });

  const run = (config: 'from' | 'to', ...args: readonly string[]) =>
    answerback([...args, '--json', '--config', join(folder, `${config}.yaml`)], {
      env: { MONGODB_URL: from.url },
    });

  const mailbox = sampleMailbox();
  const left: MessageId[] = [];

  /** As a deposit does: media, mailbox, message. */
  async function leave(bytes: number): Promise<void> {
    const { store } = from;
    const media = randomUUID() as MediaId;
    const { sha256 } = await store.media.put(
      media,
      'audio/PCMU',
      new Uint8Array(bytes).fill(left.length),
      'owner' as never,
    );
    const { mailbox: at } = await store.mailboxes.findOrCreate(mailbox, { kind: 'voice', new: 1 });
    const part = { media, contentType: 'audio/PCMU', bytes, durationMs: Math.floor(bytes / 8), sha256 };
    const reference = makeReference(String(randomInt(1e8, 1e9)));
    const message = sampleMessage({ mailbox: at.id, reference }, { parts: [part] });
    await store.messages.insert(message);
    left.push(message.id);
  }

  async function contents(database: string, collection: string): Promise<Document[]> {
    const client = new MongoClient(from.url);
    try {
      return await client.db(database).collection(collection).find().sort({ _id: 1 }).toArray();
    } finally {
      await client.close();
    }
  }

  it('taken while messages arrive: each is in it whole or not at all, and the store from it is the same', async () => {
    for (let n = 0; n < 30; n += 1) await leave(400);
    await leave(singleDocumentBytes + 5000);
    const before = left.length;
    const over = new AbortController();
    const arrivals = async () => {
      while (!over.signal.aborted) await leave(300);
    };
    const backUp = () =>
      run('from', 'backup', join(folder, 'copy')).finally(() => {
        over.abort();
      });
    const [backedUp] = await Promise.all([backUp(), arrivals()]);
    assert.equal(backedUp.code, 0, backedUp.errors);
    const files = await readdir(join(folder, 'copy'));
    assert.ok(files.includes('messages.bson') && files.includes('messages.metadata.json'), files.join());
    const restored = await run('to', 'restore', join(folder, 'copy'));
    assert.equal(restored.code, 0, restored.errors);
    let there = 0;
    for (const [n, id] of left.entries()) {
      const message = await to.store.messages.get(id);
      if (message === undefined) {
        assert.ok(n >= before, `message ${n} was there before the backup`);
        continue;
      }
      there += 1;
      const part = message.envelope.parts[0]!;
      const media = await to.store.media.get(part.media);
      assert.equal(media?.bytes.length, part.bytes, 'its media too');
      assert.equal((await to.store.messages.byReference(message.reference))?.id, id);
    }
    const counted = await to.store.mailboxes.find(mailbox.number);
    assert.equal(counted?.counts.new, there, 'counters are those of what is there');
    // Types that JSON does not know come through as they were.
    const [inFrom, inTo] = await Promise.all([
      contents(from.database, 'messages'),
      contents(to.database, 'messages'),
    ]);
    assert.deepEqual(
      inTo,
      inFrom.filter((one) => inTo.some((other) => other['_id'] === one['_id'])),
    );
  });

  it('an empty store takes it, one that has mailboxes does not', async () => {
    const again = await run('to', 'restore', join(folder, 'copy'));
    assert.equal(again.code, 5);
    assert.match(again.errors, /empty database/);
    assert.equal((await run('to', 'restore', join(folder, 'copy'), '--again')).code, 0);
  });

  it('nothing is written over, and what is no whole backup is refused before anything is written', async () => {
    assert.equal((await run('from', 'backup', join(folder, 'copy'))).code, 2);
    assert.equal((await run('to', 'restore', join(folder, 'nothing'))).code, 3);
    assert.equal((await run('to', 'restore', join(folder, 'copy'), '--check')).code, 0);
    await appendFile(join(folder, 'copy', 'audit.bson'), '\0');
    const damaged = await run('to', 'restore', join(folder, 'copy'), '--check');
    assert.equal(damaged.code, 1);
    assert.match(damaged.errors, /audit\.bson is damaged/);
    const manifest = join(folder, 'copy', 'backup.json');
    const text = await readFile(manifest, 'utf8');
    await writeFile(manifest, text.replace('"messages"', '"../messages"'));
    assert.match((await run('to', 'restore', join(folder, 'copy'))).errors, /no backup of Answerback/);
  });
});
