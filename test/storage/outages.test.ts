import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';
import type { MailboxId } from '../../app/core/ids.ts';
import type { Message } from '../../app/core/message/message.ts';
import type { Store } from '../../app/ports/store.ts';
import { openStore } from '../../app/storage/open.ts';
import { freePort } from '../../scripts/stack/ports.ts';
import { localStore } from './local-store.ts';
import { openRelay, type Relay } from './relay.ts';
import { sampleMailbox, sampleMessage } from './sample.ts';
import { keepingLog, silentLog, type LogLine } from '../ports/silent-log.ts';

const timeoutMs = 1500;
/** What the machine may add to a deadline, in milliseconds. */
const slackMs = 5000;
const away = { name: 'Fault', code: 'store-unavailable', temporary: true };

describe('storage: the store goes away and comes back', function () {
  this.timeout(120_000);
  let relay: Relay;
  let database: string;
  let store: Store;
  const open = async (port: number, lines: LogLine[] = []) =>
    (store = await openStore(
      { url: `mongodb://127.0.0.1:${port}`, database, timeoutMs },
      { log: keepingLog(lines) },
    ));
  const target = async () => Number(new URL((await localStore()).url).port);
  beforeEach(async () => {
    database = `test_${randomUUID().slice(0, 8)}`;
    relay = await openRelay(await target());
  });
  afterEach(async () => {
    await store[Symbol.asyncDispose]();
    await relay[Symbol.asyncDispose]();
    const client = new MongoClient((await localStore()).url);
    await client.db(database).dropDatabase();
    await client.close();
  });

  it('opens while nobody listens, says so within the deadline, and works when the server comes', async () => {
    const port = await freePort();
    const late = await openRelay(await target(), port);
    const lines: LogLine[] = [];
    await open(port, lines);
    await inTime(store.ping());
    await inTime(store.messages.insert(sampleMessage()));
    await late.mend();
    await until(() => store.ping());
    assert.deepEqual(await store.messages.insert(sampleMessage()), { kind: 'inserted' });
    assert.deepEqual(
      lines.filter(({ level }) => level !== 'debug').map((line) => line.text),
      ['store not ready, trying again', 'store ready'],
    );
    await late[Symbol.asyncDispose]();
  });

  it('nothing that was reported as failed before the server came is done afterwards', async () => {
    const port = await freePort();
    const late = await openRelay(await target(), port);
    await open(port);
    const mailbox = sampleMailbox();
    await Promise.all(
      Array.from({ length: 5 }, () =>
        inTime(store.mailboxes.findOrCreate(mailbox, { kind: 'voice', new: 1 })),
      ),
    );
    await late.mend();
    await until(() => store.ping());
    assert.equal(await store.mailboxes.find(mailbox.number), undefined);
    await late[Symbol.asyncDispose]();
  });

  it('a server that takes connections and says nothing: every operation ends within the deadline', async () => {
    await open(relay.port);
    await until(() => store.ping());
    relay.hang();
    const id = randomUUID() as MailboxId;
    await Promise.all([
      inTime(store.ping()),
      inTime(store.messages.insert(sampleMessage())),
      inTime(store.messages.list(id, { limit: 10 })),
      inTime(store.mailboxes.findOrCreate(sampleMailbox(), { kind: 'voice', new: 1 })),
      inTime(store.mailboxes.recount(id)),
      inTime(store.media.put('m' as never, 'audio/PCMU', new Uint8Array(2_000_000), 'owner' as never)),
      inTime(store.notifications.takeDue(new Date(), 1000)),
      inTime(store.attempts.fail('key', new Date(), 1000)),
      inTime(store.cdrs.list({ limit: 10 })),
    ]);
    relay.release();
    await until(() => store.ping());
    assert.deepEqual(await store.messages.insert(sampleMessage()), { kind: 'inserted' });
  });

  it('a cut line: operations under way fail at once, later ones within the deadline, then all is well again', async () => {
    await open(relay.port);
    await until(() => store.ping());
    const work = writing(store, 8);
    await work.stored(20);
    await relay.cut();
    await work.failed(8);
    await inTime(store.ping());
    await relay.mend();
    await work.stored(work.confirmed.length + 20);
    await work.end();
    await assertThere(store, work.confirmed);
    for (const fault of work.faults)
      assert.deepEqual(pick(fault), away, String((fault as unknown as Error).cause));
  });

  for (const part of ['ferretdb', 'postgres'] as const) {
    it(`${part} killed in mid-work: what was acknowledged is there, and work goes on after the restart`, async () => {
      const local = await localStore();
      await open(await target());
      await until(() => store.ping());
      const work = writing(store, 8);
      await work.stored(100);
      await local.kill(part, 'SIGKILL');
      await work.failed(8);
      await inTime(store.ping());
      await local.start(part);
      await until(() => store.ping());
      await work.stored(work.confirmed.length + 50);
      await work.end();
      for (const fault of work.faults) assert.deepEqual(pick(fault), away);
      assert.ok(Math.max(...work.slowest) < timeoutMs + slackMs, `${Math.max(...work.slowest)} ms`);
      await assertThere(store, work.confirmed);
      await assertOnce(store, work.uncertain);
    });
  }

  it('a closed store says that it is away, at once', async () => {
    await open(relay.port);
    // A server that has just come back, or a busy one, may not answer in time at first.
    await until(() => store.ping());
    await store[Symbol.asyncDispose]();
    await assert.rejects(store.ping(), away);
  });

  it('closing while the server is away ends at once', async () => {
    await open(await freePort());
    const waiting = assert.rejects(store.ping(), away);
    const began = performance.now();
    await store[Symbol.asyncDispose]();
    await waiting;
    assert.ok(performance.now() - began < timeoutMs + slackMs);
  });

  it('a database that the server refuses is a fault that waiting does not mend', async () => {
    database = 'd'.repeat(80);
    const lines: LogLine[] = [];
    await open(relay.port, lines);
    await until(async () => assert.rejects(store.ping(), { code: 'store-failed', temporary: false }));
    assert.deepEqual(
      lines.filter(({ level }) => level !== 'debug').map((line) => line.text),
      ['store not ready, trying again'],
    );
  });

  it('an address that cannot be understood is told by its key', async () => {
    await open(relay.port);
    const options = { url: 'mongodb://a b:c', database: 'x', timeoutMs };
    await assert.rejects(openStore(options, { log: silentLog }), {
      code: 'config-invalid',
      message: /^store\.url: /,
    });
  });
});

const pick = ({ name, code, temporary }: { name: string; code: string; temporary: boolean }) => ({
  name,
  code,
  temporary,
});

/** The operation fails as one whose store is away, within the deadline. */
async function inTime(operation: Promise<unknown>): Promise<void> {
  const began = performance.now();
  await assert.rejects(operation, away);
  const took = performance.now() - began;
  assert.ok(took < timeoutMs + slackMs, `took ${took} ms`);
}

/** Tries again as long as it fails; each try waits by itself. */
async function until(operation: () => Promise<unknown>, deadlineMs = 30_000): Promise<void> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    try {
      await operation();
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((next) => setTimeout(next, 20));
    }
  }
}

interface Writing {
  readonly confirmed: Message[];
  /** Those that failed: they may be there or not, but not twice. */
  readonly uncertain: Message[];
  readonly faults: { name: string; code: string; temporary: boolean }[];
  readonly slowest: number[];
  /** Resolves when so many are confirmed. */
  stored(count: number): Promise<void>;
  failed(count: number): Promise<void>;
  end(): Promise<void>;
}

/** Workers that insert messages until they are told to end. */
function writing(store: Store, workers: number): Writing {
  const [confirmed, uncertain]: [Message[], Message[]] = [[], []];
  const faults: Writing['faults'] = [];
  const slowest: number[] = [];
  const state = { on: true };
  const waits = new Set<() => void>();
  const reached = (enough: () => boolean) =>
    new Promise<void>((done, give) => {
      const timer = setTimeout(() => give(new Error('too few operations in time')), 60_000);
      const check = () => {
        if (!enough()) return;
        clearTimeout(timer);
        waits.delete(check);
        done();
      };
      waits.add(check);
      check();
    });
  const work = async () => {
    while (state.on) {
      const message = sampleMessage();
      const began = performance.now();
      try {
        await store.messages.insert(message);
        confirmed.push(message);
      } catch (error) {
        faults.push(error as Writing['faults'][number]);
        uncertain.push(message);
      }
      slowest.push(performance.now() - began);
      for (const check of waits) check();
    }
  };
  const all = Array.from({ length: workers }, work);
  return {
    confirmed,
    uncertain,
    faults,
    slowest,
    stored: (count) => reached(() => confirmed.length >= count),
    failed: (count) => reached(() => faults.length >= count),
    async end() {
      state.on = false;
      await Promise.all(all);
    },
  };
}

async function assertThere(store: Store, messages: readonly Message[]): Promise<void> {
  for (const message of messages) assert.deepEqual(await store.messages.get(message.id), message);
}

/** Putting in again what failed: each is there once, whether its first try was done or not. */
async function assertOnce(store: Store, messages: readonly Message[]): Promise<void> {
  for (const message of messages.slice(0, 200)) {
    const result = await store.messages.insert(message);
    assert.ok(
      result.kind === 'inserted' || (result.kind === 'duplicate' && result.message.id === message.id),
    );
  }
}
