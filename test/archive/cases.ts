/** The contract of app/ports/archive.ts as cases that every adapter must pass. */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import type { Archive } from '../../app/ports/archive.ts';

export interface ArchiveWorld extends AsyncDisposable {
  /** Opens the same place; each opening is another process's as far as it can tell. */
  open(): Promise<Archive>;
  /** Takes away what it lies on; what is opened already sees that. */
  away(): Promise<void>;
  back(): Promise<void>;
}

const key = (): string => `m${randomUUID()}.xml`;
const away = { name: 'Fault', code: 'archive-unavailable', temporary: true };
const longestMs = 20_000;

export function runArchiveCases(name: string, openWorld: () => Promise<ArchiveWorld>): void {
  describe(`archive/${name}`, function () {
    this.timeout(60_000);
    let world: ArchiveWorld;
    let archive: Archive;
    before(async () => {
      world = await openWorld();
      archive = await world.open();
    });
    after(async () => {
      await archive?.[Symbol.asyncDispose]();
      await world?.[Symbol.asyncDispose]();
    });

    it('what was put there is there byte for byte, for another process too', async () => {
      await archive.ping();
      const objects = [0, 1, 300_000, 5_300_000].map((size) => [key(), randomBytes(size)] as const);
      await Promise.all(objects.map(([one, bytes]) => archive.put(one, bytes)));
      await using other = await world.open();
      for (const [one, bytes] of objects) {
        const found = await other.get(one, bytes.length);
        assert.ok(found !== undefined && Buffer.compare(found, bytes) === 0, `${bytes.length} bytes`);
      }
    });

    it('putting the same again, at the same time too, is harmless', async () => {
      const one = key();
      const bytes = randomBytes(700_000);
      await Promise.all(Array.from({ length: 4 }, () => archive.put(one, bytes)));
      await archive.put(one, bytes);
      assert.deepEqual(Buffer.from((await archive.get(one, bytes.length)) ?? []), bytes);
    });

    it('what was removed is not there, and removing it again is no error', async () => {
      const one = key();
      await archive.put(one, randomBytes(600_000));
      await archive.delete(one);
      assert.equal(await archive.get(one, 1_000_000), undefined);
      await archive.delete(one);
      // It can be put there anew.
      await archive.put(one, randomBytes(10));
      assert.equal((await archive.get(one, 10))?.length, 10);
    });

    it('of what is longer than it was said to be comes no more than was asked for', async () => {
      const one = key();
      const bytes = randomBytes(900_000);
      await archive.put(one, bytes);
      const found = await archive.get(one, 600_000);
      assert.ok(found !== undefined && Buffer.compare(found, bytes.subarray(0, 600_000)) === 0);
    });

    it('a key that is a path, or no name, is refused', async () => {
      const refused = { name: 'Fault', code: 'archive-failed', temporary: false };
      for (const wrong of [
        '',
        '.',
        '..',
        '../abc',
        'abc/def',
        'a\0bc',
        '.abc',
        'é'.repeat(9),
        'x'.repeat(400),
      ]) {
        await assert.rejects(archive.put(wrong, randomBytes(1)), refused, wrong);
        await assert.rejects(archive.get(wrong, 1), refused, wrong);
        await assert.rejects(archive.delete(wrong), refused, wrong);
      }
    });

    it('away: everything says so in time and nothing seems to be lost; back: it goes on', async () => {
      const one = key();
      const bytes = randomBytes(2000);
      await archive.put(one, bytes);
      await world.away();
      const begun = performance.now();
      await Promise.all([
        assert.rejects(archive.put(key(), bytes), away),
        assert.rejects(archive.get(one, 2000), away),
        assert.rejects(archive.delete(one), away),
        assert.rejects(archive.ping(), away),
      ]);
      assert.ok(performance.now() - begun < longestMs);
      await world.back();
      await archive.ping();
      assert.deepEqual(Buffer.from((await archive.get(one, 2000)) ?? []), bytes);
    });
  });
}
