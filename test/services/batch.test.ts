import assert from 'node:assert/strict';
import { createBatch } from '../../app/services/batch.ts';
import { silentLog } from '../ports/silent-log.ts';

describe('Rows written in the background', () => {
  it('are kept while the store is away, and written in order, each once, when it is back', async () => {
    const written: number[] = [];
    let away = true;
    const batch = createBatch<number>({
      what: 'rows',
      log: silentLog,
      write: async (rows) => {
        if (away) throw new Error('away');
        written.push(...rows);
      },
    });
    batch.add(1);
    await assert.rejects(batch.flush(), { message: 'away' });
    batch.add(2);
    batch.add(3);
    await assert.rejects(batch.flush(), { message: 'away' });
    away = false;
    await batch.flush();
    assert.deepEqual(written, [1, 2, 3]);
  });

  it('that come while a write is under way are in the next, and the end waits for them', async () => {
    const writes: (readonly number[])[] = [];
    const batch = createBatch<number>({
      what: 'rows',
      log: silentLog,
      write: async (rows) => {
        writes.push(rows);
        await new Promise((resolve) => setImmediate(resolve));
        if (writes.length === 1) for (const n of [2, 3, 4]) batch.add(n);
      },
    });
    batch.add(1);
    await batch.flush();
    assert.deepEqual(writes, [[1], [2, 3, 4]]);
    await batch.flush();
    assert.equal(writes.length, 2);
  });
});
