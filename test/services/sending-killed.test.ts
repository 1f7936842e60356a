import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { E164 } from '../../app/core/ids.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';
import { sendersOf, sendingTo, type Senders } from './sending-world.ts';

const sender = fileURLToPath(new URL('send-and-die.ts', import.meta.url));
const numbers = Array.from({ length: 20 }, (_, n) => `+1202555${5000 + n}` as E164);

describe('A controller that is killed in the middle of a send to several', function () {
  this.timeout(60_000);
  let test: TestStore;
  let directory: string;
  let senders: Senders;

  beforeEach(async () => {
    test = await openTestStore();
    directory = await mkdtemp(join(tmpdir(), 'answerback-sending-'));
  });
  afterEach(async () => {
    await test[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  /** Sends in a process of its own, which kills itself when so many copies are in the store; then takes its spool over. */
  async function killedAfter(inserts: number): Promise<void> {
    const args = ['--import', 'tsx', sender, test.url, test.database, directory, String(inserts), ...numbers];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    assert.deepEqual({ code, signal }, { code: null, signal: 'SIGKILL' });
    senders = await sendersOf(test.store, directory);
  }

  async function received(): Promise<number[]> {
    return Promise.all(
      numbers.map(async (number) => {
        const mailbox = await test.store.mailboxes.find(number);
        return mailbox === undefined ? 0 : (await test.store.messages.list(mailbox.id, { limit: 10 })).length;
      }),
    );
  }

  const everybody = numbers.map(() => 1);
  const never = new AbortController().signal;

  it('those not yet served get it from whoever takes over, and nobody gets it twice', async () => {
    await killedAfter(7);
    const before = (await received()).reduce((sum, n) => sum + n, 0);
    assert.ok(before >= 7 && before < numbers.length, `${before} were served`);
    assert.equal(senders.spool.size, 1);
    await senders.deposits.drain(never);
    assert.deepEqual(await received(), everybody);
    assert.equal(senders.spool.size, 0);
    for (const number of numbers) {
      const mailbox = await test.store.mailboxes.find(number);
      assert.deepEqual(mailbox?.counts, { new: 1, old: 0, urgent: 0 });
    }
    const [first] = numbers;
    const mailbox = await test.store.mailboxes.find(first as E164);
    const [message] = await test.store.messages.list(mailbox!.id, { limit: 1 });
    const [part] = message?.envelope.parts ?? [];
    assert.deepEqual((await test.store.media.get(part!.media))?.bytes, sendingTo([]).parts[0]?.bytes);
  });

  it('before the first copy: all get it all the same', async () => {
    await killedAfter(0);
    assert.deepEqual(
      await received(),
      numbers.map(() => 0),
    );
    await senders.deposits.drain(never);
    assert.deepEqual(await received(), everybody);
  });

  it('sent again by its id after that, it makes no second message', async () => {
    await killedAfter(7);
    const { sent, full, failed } = await senders.sends.send(sendingTo(numbers));
    assert.deepEqual([sent.length, full, failed], [numbers.length, [], []]);
    assert.deepEqual(await received(), everybody);
    await senders.deposits.drain(never);
    assert.deepEqual(await received(), everybody);
  });

  it('a send that ends as it should leaves nothing behind', async () => {
    senders = await sendersOf(test.store, directory);
    await senders.sends.send(sendingTo(numbers));
    assert.equal(senders.spool.size, 0);
    assert.deepEqual(await received(), everybody);
  });
});
