import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDirectoryArchive } from '../../app/archive/directory/open.ts';
import type { Archive } from '../../app/ports/archive.ts';
import { createArchiving } from '../../app/services/archive.ts';
import { systemClock as clock } from '../../app/telemetry/system-clock.ts';
import { systemDigest as digest } from '../../app/telemetry/system-digest.ts';
import { systemRandom as random } from '../../app/telemetry/system-random.ts';
import { silentLog as log } from '../ports/silent-log.ts';
import { number } from '../storage/sample.ts';
import { leave, openBox, openSealedWorld, type SealedWorld } from './sealed-world.ts';

describe('sealing: the archive', function () {
  this.timeout(60_000);
  let directory: string;
  let world: SealedWorld;
  let archive: Archive;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'answerback-archive-'));
    world = await openSealedWorld();
    archive = world.sealing.archive(openDirectoryArchive({ directory, timeoutMs: 5000 })) ?? assert.fail();
  });
  after(async () => {
    await world?.[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });
  const files = async (): Promise<string[]> => {
    const all = await readdir(directory, { recursive: true });
    return all.filter((name) => name.endsWith('.xml')).map((name) => join(directory, name));
  };

  it('a message is sealed there too, comes back as it was, and is gone with its mailbox', async () => {
    const { store } = world;
    const going: Promise<void>[] = [];
    const later = (work: Promise<void>): void => void going.push(work);
    const archiving = createArchiving({ store, archive, digest, clock, random, log, later });
    const box = await openBox(store, number());
    const sound = Buffer.concat([Buffer.from('what was said'), randomBytes(200_000)]);
    const left = await leave(store, box, sound, { transcript: 'the words' });
    const archived = await archiving.archiveMessage(left);
    assert.equal(archived?.tier, 'archived');
    const [file = ''] = await files();
    const raw = await readFile(file, 'latin1');
    for (const secret of [
      'urn:answerback',
      'the words',
      Buffer.from('what was said').toString('base64').slice(0, 12),
    ])
      assert.ok(!raw.includes(secret), secret);
    const digestOf = archived?.archived?.sha256 ?? assert.fail();
    assert.ok(!(await world.raw()).includes(digestOf), 'its digest is sealed');
    const back = await archiving.bringBack(archived ?? left);
    assert.equal(back.kind, 'there');
    const media = left.envelope.parts[0]?.media ?? assert.fail();
    assert.deepEqual(Buffer.from((await store.media.get(media))?.bytes ?? []), sound);
    await Promise.all(going);
    const again = await archiving.archiveMessage((await store.messages.get(left.id)) ?? left);
    await assert.rejects(store.messages.move(left.id, box, await openBox(store, number())), {
      code: 'invalid',
    });
    const copy = await readFile((await files())[0] ?? '');
    await store.mailboxes.remove(box);
    const key = again?.archived?.key ?? assert.fail();
    await assert.rejects(archive.get(key, 1e9), { code: 'key-lost' });
    assert.ok(copy.length > 200_000);
  });

  it('what is damaged there is said to be damaged', async () => {
    const box = await openBox(world.store, number());
    const bytes = randomBytes(150_000);
    await archive.put('m1-x.xml', bytes, box);
    await archive.put('m1-x.xml', bytes, box);
    assert.deepEqual(Buffer.from((await archive.get('m1-x.xml', bytes.length)) ?? []), bytes);
    const file = (await files()).find((name) => name.endsWith('m1-x.xml')) ?? '';
    const sealed = await readFile(file);
    await writeFile(file, sealed.subarray(0, 100_000));
    await assert.rejects(archive.get('m1-x.xml', bytes.length), { code: 'seal-broken' });
    await assert.rejects(archive.put('m2-x.xml', bytes), { code: 'archive-failed' });
    assert.equal(await archive.get('none.xml', 10), undefined);
  });
});
