import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDirectoryArchive } from '../../app/archive/directory/open.ts';
import { Fault } from '../../app/core/errors.ts';
import type { MediaId } from '../../app/core/ids.ts';
import type { Message } from '../../app/core/message/message.ts';
import type { Archive } from '../../app/ports/archive.ts';
import { createArchiving } from '../../app/services/archive.ts';
import type { Archiving } from '../../app/services/archiving.ts';
import { unpackMessage } from '../../app/services/pack-message.ts';
import { readPart } from '../../app/services/read-part.ts';
import { removeMessage, type RemoveDeps } from '../../app/services/remove-message.ts';
import { systemDigest } from '../../app/telemetry/system-digest.ts';
import { systemRandom } from '../../app/telemetry/system-random.ts';
import { keepingLog, type LogLine } from '../ports/silent-log.ts';
import { temporaryFolder, type TemporaryFolder } from '../stack/temporary.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';
import { at, sampleMailbox, sampleMessage } from '../storage/sample.ts';

const leaseMs = 60_000;
const away = { name: 'Fault', code: 'archive-unavailable', temporary: true };

/** Where a process is killed, as far as the rest can tell: from this call on nothing of it happens any more. */
type Fails = (room: string, method: string) => boolean;

describe('services: messages in the archive', function () {
  this.timeout(120_000);
  let test: TestStore;
  let folder: TemporaryFolder;
  let archive: Archive;
  let now = Date.now();
  let lines: LogLine[] = [];
  /** Messages that came back, as they are told of for their records. */
  const brought: string[] = [];
  const clock = { now: () => new Date(now) };

  before(async () => {
    test = await openTestStore();
    folder = await temporaryFolder();
    archive = openDirectoryArchive({ directory: join(folder.path, 'archive'), timeoutMs: 20_000 });
    await archive.ping();
  });
  after(async () => {
    await test?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    lines = [];
  });

  /** One controller; its clock is that of all. */
  function controller(fails?: Fails, change: Partial<Archive> = {}) {
    const order: Promise<void>[] = [];
    let dead = false;
    const mortal = <T extends object>(room: string, one: T): T =>
      new Proxy(one, {
        get(target, name) {
          const method = Reflect.get(target, name) as unknown;
          if (typeof method !== 'function') return method;
          return async (...args: unknown[]) => {
            dead ||= fails?.(room, String(name)) ?? false;
            if (dead) throw new Fault('store-unavailable', 'killed', { temporary: true });
            return (await method.apply(target, args)) as unknown;
          };
        },
      });
    const { messages, media, mailboxes, archiving } = test.store;
    const service = createArchiving({
      store: {
        messages: mortal('messages', messages),
        media: mortal('media', media),
        mailboxes: mortal('mailboxes', mailboxes),
        archiving: mortal('archiving', archiving),
      },
      archive: mortal('archive', { ...bound(archive), ...change }),
      digest: systemDigest,
      clock,
      random: systemRandom,
      log: keepingLog(lines),
      later: (work) => order.push(work),
      onBrought: ({ id }) => brought.push(id),
      leaseMs,
    });
    return { ...service, settled: () => Promise.all(order) };
  }

  /** A message with a sound, words kept in less space, and a form that was made of it. */
  async function put(): Promise<{ message: Message; contents: Map<MediaId, Buffer> }> {
    const { store } = test;
    const contents = new Map<MediaId, Buffer>();
    const media = async (bytes: Buffer): Promise<MediaId> => {
      const id = randomUUID() as MediaId;
      contents.set(id, bytes);
      await store.media.put(id, 'application/octet-stream', bytes, 'owner' as never);
      return id;
    };
    const { mailbox } = await store.mailboxes.findOrCreate(sampleMailbox());
    const part = async (contentType: string, bytes: Buffer) => ({
      media: await media(bytes),
      contentType,
      bytes: bytes.length,
      durationMs: 4000,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    const sound = await part('audio/PCMU', randomBytes(32_000));
    const film = await part('video/mp4', randomBytes(1_300_000));
    const small = randomBytes(300);
    const stored = [{ of: 1, media: await media(small), contentType: 'video/mp4', bytes: 300 }];
    await store.media.delete(film.media);
    contents.delete(film.media);
    const message = sampleMessage(
      {
        mailbox: mailbox.id,
        tier: 'compressed',
        stored,
        transcript: 'What was said\n& meant',
        expires: at(9e7),
      },
      { parts: [sound, film], kind: 'voice' },
    );
    await store.messages.insert(message);
    const derived = await media(randomBytes(900));
    contents.delete(derived);
    await store.messages.addDerived(message.id, {
      of: 0,
      media: derived,
      form: 'audio/mpeg',
      contentType: 'audio/mpeg',
      bytes: 900,
    });
    await store.mailboxes.recount(mailbox.id);
    return { message: (await store.messages.get(message.id)) as Message, contents };
  }

  async function objects(): Promise<string[]> {
    const all = await readdir(join(folder.path, 'archive'), { recursive: true });
    return all.filter((name) => name.endsWith('.xml'));
  }

  async function mediaLeft(): Promise<number> {
    const database = test.client.db(test.database);
    const counts = ['media', 'audio.files', 'audio.chunks'].map((one) =>
      database.collection(one).countDocuments(),
    );
    return (await Promise.all(counts)).reduce((sum, n) => sum + n, 0);
  }

  async function assertWhole(message: Message, contents: ReadonlyMap<MediaId, Buffer>): Promise<void> {
    assert.equal(message.tier, 'compressed');
    assert.equal(message.archived, undefined);
    for (const [id, bytes] of contents)
      assert.deepEqual(Buffer.from((await test.store.media.get(id))?.bytes ?? []), bytes);
  }

  const forget: RemoveDeps['forget'] = (message) => controller().forget(message);

  /** All traces of it go. */
  async function clear(message: Message): Promise<void> {
    const last = await test.store.messages.get(message.id);
    if (last !== undefined) await removeMessage({ ...test.store, forget }, last);
    assert.deepEqual(await objects(), []);
    assert.equal(await mediaLeft(), 0);
  }

  it('S38: a message goes there whole, as XML, is listed without it, and comes back as it was', async () => {
    const { store } = test;
    const { message, contents } = await put();
    const one = controller();
    const archived = await one.archiveMessage(message);
    assert.equal(archived?.tier, 'archived');
    assert.equal(await mediaLeft(), 0);
    const [file = ''] = await objects();
    const document = await readFile(join(folder.path, 'archive', file));
    assert.equal(document.length, archived?.archived?.bytes);
    const unpacked = unpackMessage(systemDigest, document);
    assert.equal(unpacked.beside.transcript, message.transcript);
    for (const part of unpacked.parts)
      assert.deepEqual(Buffer.from(await part.bytesOf()), contents.get(part.media));
    // Everything but bytes is known without the archive.
    const [listed] = await store.messages.list(message.mailbox, { limit: 5 });
    const { tier, archived: where, derived, version, ...rest } = listed as Message;
    assert.deepEqual([tier, where?.key], ['archived', archived?.archived?.key]);
    const { tier: _tier, derived: _forms, version: before, ...wanted } = message;
    assert.deepEqual(derived, []);
    assert.deepEqual(rest, wanted);
    assert.equal(version, before + 1);
    const recounted = await store.mailboxes.recount(message.mailbox);
    assert.deepEqual(recounted?.mailbox.usage, { bytes: 0, seconds: 0, archived: 1 });
    // Whatever reads it gets it, from what it knew before too.
    const [a, b] = await Promise.all(
      [archived, message].map((known) => readPart({ store, archiving: one }, known, 0)),
    );
    await one.settled();
    assert.deepEqual(Buffer.from(a?.bytes ?? []), contents.get(message.envelope.parts[0]!.media));
    assert.deepEqual(b, a);
    const back = (await store.messages.get(message.id)) as Message;
    await assertWhole(back, contents);
    assert.equal(back.accessedAt?.getTime(), now);
    assert.equal(back.moving, undefined);
    assert.equal((await store.mailboxes.recount(message.mailbox))?.corrected, false);
    assert.deepEqual(await objects(), []);
    await clear(message);
  });

  it('many at once, by several controllers, archive it once and bring it back once', async () => {
    const { message, contents } = await put();
    const all = [controller(), controller(), controller()];
    const results = await Promise.all(all.map((one) => one.archiveMessage(message)));
    assert.equal(results.filter((one) => one !== undefined).length >= 1, true);
    assert.equal((await objects()).length, 1);
    const known = (await test.store.messages.get(message.id)) as Message;
    const back = await Promise.all([...all, ...all].map((one) => one.bringBack(known)));
    assert.deepEqual(new Set(back.map(({ kind }) => kind)), new Set(['there']));
    assert.equal(brought.filter((id) => id === message.id).length, 1, 'it has one record');
    await Promise.all(all.map((one) => one.settled()));
    await assertWhole((await test.store.messages.get(message.id)) as Message, contents);
    assert.deepEqual(await objects(), []);
    await clear(message);
  });

  it('what the subscriber does with it meanwhile is not lost, and is in the archive too', async () => {
    const { message } = await put();
    let saved = false;
    const one = controller(undefined, {
      async put(key, bytes) {
        if (!saved) await test.store.messages.setState(message.id, 'saved', new Date());
        saved = true;
        await archive.put(key, bytes);
      },
    });
    const archived = await one.archiveMessage(message);
    assert.equal(archived?.state, 'saved');
    const [file = '', ...more] = await objects();
    assert.deepEqual(more, []);
    const document = await readFile(join(folder.path, 'archive', file));
    assert.equal(unpackMessage(systemDigest, document).beside.state, 'saved');
    await clear(message);
  });

  it('killed at any step on the way there: it is whole in one place, and nothing is left in the other', async () => {
    await killedAtEach(
      async (one, message) => one.archiveMessage(message),
      async () => (await put()).message,
    );
  });

  it('killed at any step on the way back: the same', async () => {
    await killedAtEach(
      async (one, message) => {
        await one.bringBack(message);
        await one.settled();
      },
      async () => (await controller().archiveMessage((await put()).message)) as Message,
    );
  });

  async function killedAtEach(
    work: (one: Archiving & { settled(): Promise<unknown> }, message: Message) => Promise<unknown>,
    prepare: () => Promise<Message>,
  ): Promise<void> {
    let finished = false;
    for (let step = 1; !finished; step += 1) {
      const message = await prepare();
      let calls = 0;
      let killed = '';
      const fails: Fails = (room, method) => {
        calls += 1;
        if (calls < step) return false;
        killed = `${room}.${method}, step ${step}`;
        return true;
      };
      await work(controller(fails), message).catch(() => undefined);
      finished = killed === '';
      // Another controller, later.
      now += leaseMs + 1;
      const other = controller();
      await other.repair(10);
      const left = (await test.store.messages.get(message.id)) as Message;
      assert.equal(left.moving, undefined, killed);
      if (left.tier === 'archived') {
        assert.equal((await objects()).length, 1, killed);
        assert.equal(await mediaLeft(), 0, killed);
        assert.equal((await other.bringBack(left)).kind, 'there', killed);
        await other.settled();
      } else {
        assert.deepEqual(await objects(), [], killed);
        for (const media of [left.envelope.parts[0]!.media, left.stored![0]!.media])
          assert.ok(await test.store.media.get(media), killed);
      }
      await clear(message);
    }
  }

  it('away: it is told, and the message stays where it is, on both ways and when it is purged', async () => {
    const { message, contents } = await put();
    const refuse = async (): Promise<never> => {
      throw new Fault('archive-unavailable', 'away', { temporary: true });
    };
    const gone = { put: refuse, get: refuse, delete: refuse };
    await assert.rejects(controller(undefined, gone).archiveMessage(message), away);
    await assertWhole((await test.store.messages.get(message.id)) as Message, contents);
    now += leaseMs + 1;
    const archived = (await controller().archiveMessage(message)) as Message;
    await assert.rejects(controller(undefined, gone).bringBack(archived), away);
    // The next try need not wait for anything.
    assert.equal((await test.store.messages.get(message.id))?.moving, undefined);
    const still = (await test.store.messages.get(message.id)) as Message;
    assert.equal(still.tier, 'archived');
    await assert.rejects(
      removeMessage({ ...test.store, forget: controller(undefined, gone).forget }, still),
      away,
    );
    await assert.rejects(removeMessage(test.store, still), away);
    assert.ok(await test.store.messages.get(message.id));
    await removeMessage({ ...test.store, forget }, still);
    assert.equal(await test.store.messages.get(message.id), undefined);
    assert.deepEqual(await objects(), []);
  });

  it('damaged, missing, or another message: it is told, written down, and nothing is lost by it', async () => {
    const { message, contents } = await put();
    const archived = (await controller().archiveMessage(message)) as Message;
    const [file = ''] = await objects();
    const path = join(folder.path, 'archive', file);
    const whole = await readFile(path);
    const flipped = Buffer.from(whole);
    flipped[flipped.length >> 1] = 0x2a;
    for (const wrong of [
      flipped,
      whole.subarray(0, 5000),
      Buffer.alloc(0),
      Buffer.concat([whole.subarray(1), whole]),
    ]) {
      await writeFile(path, wrong);
      assert.equal((await controller().bringBack(archived)).kind, 'damaged');
      const still = (await test.store.messages.get(message.id)) as Message;
      assert.equal(still.tier, 'archived');
      assert.match(still.archived?.damaged ?? '', /other bytes/);
      assert.equal(await mediaLeft(), 0);
      assert.equal(still.moving, undefined);
    }
    assert.ok(lines.some(({ text }) => text === 'a message is damaged in the archive'));
    // Somebody has put back what was there.
    await writeFile(path, whole);
    const one = controller();
    assert.equal((await one.bringBack(archived)).kind, 'there');
    await one.settled();
    await assertWhole((await test.store.messages.get(message.id)) as Message, contents);
    await clear(message);
  });

  it('a message whose bytes are gone or others is not archived, and stays', async () => {
    const { message } = await put();
    await test.store.media.delete(message.envelope.parts[0]!.media);
    assert.equal(await controller().archiveMessage(message), undefined);
    await test.store.media.put(
      message.envelope.parts[0]!.media,
      'audio/PCMU',
      randomBytes(32_000),
      'owner' as never,
    );
    assert.equal(await controller().archiveMessage(message), undefined);
    const still = await test.store.messages.get(message.id);
    assert.deepEqual([still?.tier, still?.moving], ['compressed', undefined]);
    await clear(message);
    assert.equal(await controller().archiveMessage(message), undefined, 'one that is gone');
    assert.deepEqual(await controller().bringBack({ ...message, tier: 'archived' }), { kind: 'gone' });
  });
});

/** The methods of an object whose class has them. */
function bound(archive: Archive): Archive {
  return {
    name: archive.name,
    put: (key, bytes) => archive.put(key, bytes),
    get: (key, most) => archive.get(key, most),
    delete: (key) => archive.delete(key),
    ping: () => archive.ping(),
    async [Symbol.asyncDispose]() {},
  };
}
