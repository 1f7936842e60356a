import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { openDirectoryArchive } from '../../app/archive/directory/open.ts';
import { createArchiving } from '../../app/services/archive.ts';
import { systemDigest } from '../../app/telemetry/system-digest.ts';
import { systemRandom } from '../../app/telemetry/system-random.ts';
import { correlate } from '../../scripts/audio/correlate.ts';
import { prompt } from '../audio/prompt.ts';
import { speech } from '../audio/speech.ts';
import { silentLog } from '../ports/silent-log.ts';
import { temporaryFolder, type TemporaryFolder } from '../stack/temporary.ts';
import { SweepWorld, never } from '../services/sweep-world.ts';
import { openWorld, type World } from '../transform/world.ts';
import { enterMailbox, isSound } from './enter-mailbox.ts';
import { putMessage } from './put-message.ts';
import { openSystem, type System } from './system.ts';
import { Told } from './told.ts';

const day = 86_400_000;

describe('A message that is kept in less space, or elsewhere', function () {
  this.timeout(120_000);
  let system: System;
  let room: World;
  let folder: TemporaryFolder;
  let directory: string;
  before(async () => {
    folder = await temporaryFolder();
    directory = join(folder.path, 'archive');
    system = await openSystem({
      standard: { notify: [], retentionDays: 90, compressAfterDays: 30 },
      config: { archive: { kind: 'directory', directory } },
    });
    room = openWorld();
  });
  after(async () => {
    await room?.[Symbol.asyncDispose]();
    await system?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  it('S7: plays by telephone as it did, and what was made for that is kept for the next time', async () => {
    const own = '+12025550390';
    const sound = await speech(
      'Good morning. Please call me back before the end of the week. Thank you very much.',
    );
    const received = new Date(Date.now() - 40 * day);
    const { id } = await putMessage(system, own, { sound, received });
    const world = new SweepWorld(system.store, { profile: { retentionDays: 90, compressAfterDays: 30 } });
    assert.equal((await world.sweep(room.room).sweepDue(never)).compressed, 1);
    world.later(2 * 3_600_000);
    await world.sweep(room.room).sweepDue(never);
    const message = (await system.store.messages.get(id))!;
    const [kept] = message.stored!;
    assert.equal(await system.store.media.get(message.envelope.parts[0]!.media), undefined);
    assert.ok(kept!.bytes < sound.length / 3, `${kept!.bytes} of ${sound.length} bytes`);
    const { contentType, bytes } = (await system.store.media.get(kept!.media))!;
    const expected = (await room.to('audio/pcmu', { contentType, bytes })).bytes;
    assert.ok(correlate(expected, sound).score > 0.6, 'it is the same speech');

    const phone = await system.phone(own);
    const told = new Told(system);
    const call = await enterMailbox(phone, told);
    await call.press('1');
    await told.plays('message-from');
    await told.plays(({ name }) => isSound(name), 20_000);
    await call.hears(expected, { withinMs: 30_000 });
    await told.plays('menu-message-play');
    await call.hangup();
    const after = (await system.store.messages.get(id))!;
    assert.deepEqual([after.state, after.tier], ['heard', 'compressed']);
    assert.ok(after.accessedAt! > received);
    assert.equal(after.derived?.[0]?.form, 'audio/pcmu');
  });

  it('S38: one in the archive plays after a word to wait; while the archive is away that is said, and it stays', async () => {
    const own = '+12025550391';
    const sound = await speech('This one was put away long ago. It is about the house by the lake.');
    const message = await putMessage(system, own, { sound });
    const archiving = createArchiving({
      store: system.store,
      archive: openDirectoryArchive({ directory, timeoutMs: 10_000 }),
      digest: systemDigest,
      clock: { now: () => new Date() },
      random: systemRandom,
      log: silentLog,
    });
    assert.equal((await archiving.archiveMessage(message))?.tier, 'archived');
    assert.equal(await system.store.media.get(message.envelope.parts[0]!.media), undefined);
    const phone = await system.phone(own);
    const told = new Told(system);

    await rename(directory, `${directory}-away`);
    const first = await phone.call(message.reference);
    await first.up();
    await told.plays('archive-wait');
    await told.plays('archive-away');
    await first.hangup();
    assert.equal((await system.store.messages.get(message.id))?.state, 'new');

    await rename(`${directory}-away`, directory);
    const second = await phone.call(message.reference);
    await second.up();
    await second.hears(await prompt('archive-wait'), { withinMs: 20_000 });
    await second.hears(sound, { withinMs: 30_000 });
    await second.hangup();
    const after = (await system.store.messages.get(message.id))!;
    assert.deepEqual([after.state, after.tier, after.archived], ['heard', 'live', undefined]);
  });
});
