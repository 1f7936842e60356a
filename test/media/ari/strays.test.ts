import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeTag } from '../../../app/core/message/recording-tag.ts';
import { findStrays } from '../../../app/media/ari/strays.ts';
import { Takes } from '../../../app/media/ari/takes.ts';

describe('recordings of calls that are over', () => {
  it('are found, and empty ones removed a minute later: who hung up as they began leaves nothing for ever', async () => {
    const spool = mkdtempSync(join(tmpdir(), 'answerback-strays-'));
    try {
      const folder = join(spool, 'answerback');
      mkdirSync(folder);
      const now = new Date();
      const lay = (callId: string, bytes: number, secondsAgo: number): string => {
        const tag = writeTag({ called: '+12025550123', started: new Date(0), callId, n: 'f' });
        const at = new Date(now.getTime() - secondsAgo * 1000);
        writeFileSync(join(folder, `${tag}.ulaw`), Buffer.alloc(bytes));
        utimesSync(join(folder, `${tag}.ulaw`), at, at);
        return tag;
      };
      const spoken = lay('1.1', 8000, 5);
      lay('1.2', 0, 61);
      const stay = [lay('1.3', 0, 59), lay('1.4', 0, 600), lay('1.5', 8000, 0)];
      const strays = await findStrays({
        takes: new Takes(() => assert.fail('nothing is asked'), spool),
        notes: { read: async () => undefined, forget: async () => undefined },
        get: async (uri) => (uri === 'channels' ? [{ id: '1.4' }] : {}),
        owned: () => false,
        now: () => now,
      });
      assert.deepEqual(
        strays.map(({ take }) => [take.tag, take.durationMs]),
        [[spoken, 1000]],
      );
      for (const { take } of strays) await take.discard();
      assert.deepEqual(readdirSync(folder).toSorted(), stay.map((tag) => `${tag}.ulaw`).toSorted());
    } finally {
      rmSync(spool, { recursive: true });
    }
  });
});
