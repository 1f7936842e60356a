import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Message } from '../../app/core/message/message.ts';
import { readPart } from '../../app/services/read-part.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';
import { day, never, SweepWorld } from './sweep-world.ts';

const sweeper = fileURLToPath(new URL('sweep-and-die.ts', import.meta.url));
const words = {
  contentType: 'text/plain; charset=utf-8',
  bytes: Buffer.from('see you at noon. '.repeat(40)),
};
const minute = 60_000;

/** Before which operation it is killed. */
const points = [
  'retention.deleteMedia',
  'retention.removeCondemned',
  'counting.raise',
  'retention.mailboxesNotBy',
  'retention.compress',
] as const;

describe('A controller that is killed in the middle of automatic management', function () {
  this.timeout(120_000);
  let test: TestStore;
  beforeEach(async () => {
    test = await openTestStore();
  });
  afterEach(() => test?.[Symbol.asyncDispose]());

  async function dies(now: Date, call: string): Promise<void> {
    const args = ['--import', 'tsx', sweeper, test.url, test.database, now.toISOString(), call];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    assert.deepEqual({ code, signal }, { code: null, signal: 'SIGKILL' });
  }

  it('S7 S38: whatever it had begun is done by another after its lease: nothing is lost, left behind or counted wrongly', async () => {
    const world = new SweepWorld(test.store, { profile: { compressAfterDays: 1, trashDays: 1 } });
    const mailbox = await world.mailbox();
    await world.sweep().sweepDue(never);
    for (const point of points) {
      const expires = new Date(world.now.getTime() + day);
      const gone: Message[] = [];
      for (let i = 0; i < 3; i += 1) gone.push(await world.putUncounted(mailbox, [words], { expires }));
      const kept = await world.putUncounted(mailbox, [words]);
      const held = await world.putUncounted(mailbox, [words], { expires, hold: { since: world.now } });
      await test.store.mailboxes.recount(mailbox.id);
      world.later(day);
      await dies(world.now, point);
      assert.ok(await test.store.messages.get(kept.id), point);
      // Not before its lease is over.
      const at = world.now;
      world.later(minute);
      assert.equal((await world.sweep().sweepDue(never)).purged, 0, point);
      world.now = new Date(at.getTime() + 11 * minute);
      await world.sweep().sweepDue(never);
      for (const { id, envelope } of gone) {
        assert.equal(await test.store.messages.get(id), undefined, point);
        assert.equal(await test.store.media.get(envelope.parts[0]!.media), undefined, point);
      }
      const now = (await test.store.messages.get(kept.id))!;
      assert.equal(now.tier, 'compressed', point);
      assert.deepEqual(Buffer.from((await readPart(test, now, 0))!.bytes), words.bytes, point);
      assert.deepEqual(Buffer.from((await readPart(test, held, 0))!.bytes), words.bytes, point);
      const { corrected } = (await test.store.mailboxes.recount(mailbox.id))!;
      assert.equal(corrected, false, `${point}: counted`);
      await test.store.retention.holdMessage(held.id, undefined, world.now);
      world.later(10 * day);
      await world.sweep().sweepDue(never);
      assert.deepEqual(await test.store.messages.list(mailbox.id, { limit: 1 }), [], point);
      const left = await test.client.db(test.database).collection('media').countDocuments();
      // What it had put in less space and not yet noted belongs to no message: it is found by age.
      assert.equal(left, point === 'retention.compress' ? 1 : 0, point);
    }
  });
});
