/** Whole nodes in networks of their own, and the cable between them is pulled again and again while subscribers go to and fro. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { E164, MessageId } from '../../app/core/ids.ts';
import type { Message, MessageState } from '../../app/core/message/message.ts';
import { openController, type Controller } from '../../scripts/stack/controller.ts';
import { answerback } from '../cli/command.ts';
import { openRelay } from '../storage/relay.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';
import { left } from '../sync/left.ts';
import { leave, makeCertificate, until, type Node } from '../sync/nodes.ts';
import { openChance } from '../system/chance.ts';
import { openNamespace, type Cable, type Namespace } from './namespace.ts';

/** Subscribers who go and come back; ROAMING_CYCLES=50 for the long run. */
const cycles = Number(process.env['ROAMING_CYCLES'] ?? 4);
/** Who are under way at once. */
const atOnce = 5;
const rank: Readonly<Record<MessageState, number>> = { new: 0, heard: 1, saved: 2, deleted: 3 };

interface WholeNode extends Node {
  readonly controller: Controller;
}

describe('whole nodes in networks of their own, and a cable between them', function () {
  this.timeout(120_000 + cycles * 30_000);
  const chance = openChance();
  const opened: AsyncDisposable[] = [];
  let folder: string;
  let home: WholeNode;
  let away: WholeNode;
  let cable: Cable;
  let pulls = 0;

  before(async function () {
    // Only root may make networks.
    if (process.getuid?.() !== 0) return this.skip();
    folder = await mkdtemp(join(tmpdir(), 'ab-roaming-'));
    const networks = [await openNamespace(1), await openNamespace(2)] as const;
    opened.push(...networks);
    cable = await networks[0].join(networks[1], 1);
    const files = {
      home: await makeCertificate(folder, 'home'),
      away: await makeCertificate(folder, 'away'),
    };
    const node = async (
      name: 'home' | 'away',
      network: Namespace,
      [host, other]: readonly [string, string],
      [own, others]: readonly [string, string],
    ): Promise<WholeNode> => {
      const store: TestStore = await openTestStore();
      opened.push(store);
      // The store of a node is its own: its cable is never pulled.
      const relay = await openRelay(Number(new URL(store.url).port), undefined, network.near);
      opened.push(relay);
      const far = name === 'home' ? 'away' : 'home';
      const url = `https://${other}:8443`;
      const config = {
        node: name,
        store: { database: store.database },
        numbers: { access: ['+12025550199'], country: 'US', ranges: [{ prefix: own, class: 'standard' }] },
        classes: { standard: { lamp: false } },
        web: { port: 0 },
        sync: {
          host,
          port: 8443,
          ...files[name],
          directory: join(folder, `${name}-stage`),
          everyMs: 100,
          wholeSeconds: 2,
          nodes: [{ name: far, url, certificate: files[far].certificate, prefixes: [others] }],
        },
      };
      const controller = await openController({
        directory: join(folder, name),
        config,
        env: { MONGODB_URL: `mongodb://${network.near}:${relay.port}/?directConnection=true` },
        wrapper: network.wrapper,
        readyMs: 60_000,
      });
      opened.push(controller);
      return { name, store, controller } as WholeNode;
    };
    const numbers = ['+1202555', '+1202666'] as const;
    home = await node('home', networks[0], [cable.own, cable.other], numbers);
    away = await node('away', networks[1], [cable.other, cable.own], [numbers[1], numbers[0]]);
  });
  after(async () => {
    for (const one of opened.toReversed()) await one[Symbol.asyncDispose]();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  const at = (node: Node, id: MessageId): Promise<Message | undefined> => node.store.store.messages.get(id);
  const roaming = async (...args: readonly string[]): Promise<void> => {
    const { code, errors } = await answerback(['roaming', ...args, '--config', home.controller.file], {
      env: { MONGODB_URL: home.store.url },
    });
    assert.equal(code, 0, errors);
  };

  /** Pulls the cable at random moments for random times, until told to stop. */
  async function pull(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await pause(chance.between(50, 2500));
      await cable.pull('down');
      pulls += 1;
      await pause(chance.number(4) === 0 ? chance.between(1000, 3000) : chance.between(20, 500));
      await cable.pull('up');
    }
  }

  /** Goes, and comes back; answers what was left for them anywhere. */
  async function goAndCome(number: E164): Promise<readonly Message[]> {
    const waiting = { pending: [] };
    const all: Message[] = [];
    for (let n = 0; n < 3; n += 1)
      all.push(await leave(home, number, waiting, chance.pick([2000, 40_000, 300_000])));
    await roaming('report', number, 'away');
    const there = async (): Promise<Message[]> =>
      (await Promise.all(all.map(({ id }) => at(away, id)))).filter((one) => one !== undefined);
    await until('one is there', async () => (await there()).length > 0, 110_000);
    const states: MessageState[] = ['heard', 'saved', 'deleted'];
    const wanted = new Map<MessageId, MessageState>();
    for (const { id } of await there()) {
      const [one, other] = [chance.pick(states), chance.pick(states)];
      await home.store.store.messages.setState(id, one, new Date());
      await away.store.store.messages.setState(id, other, new Date());
      wanted.set(id, rank[one] > rank[other] ? one : other);
    }
    all.push(await leave(away, number, waiting), await leave(home, number, waiting));
    if (chance.number(2) === 0) await pause(chance.between(0, 1000));
    await roaming('return', number);
    all.push(await leave(away, number, waiting));
    await until(
      `${number} is home, and the other node cleared`,
      async () => (await home.store.store.replication.visit(number)) === undefined,
      110_000,
    );
    for (const [id, state] of wanted) assert.equal((await at(home, id))?.state, state, 'flags are joined');
    return all;
  }

  it('S27 S28: every message once at home, flags joined, nothing left there, however often the cable is pulled', async () => {
    const over = new AbortController();
    const pulling = pull(over.signal);
    const began = Date.now();
    const numbers = Array.from({ length: cycles }, (_, i) => `+1202555${1000 + i}` as E164);
    const kept = new Map<E164, readonly Message[]>();
    try {
      const waiting = numbers.values();
      const lane = async () => {
        for (const number of waiting) kept.set(number, await goAndCome(number));
      };
      await Promise.all(Array.from({ length: atOnce }, lane));
    } catch (error) {
      throw new Error(`with ANSWERBACK_TEST_SEED=${chance.seed}, after ${pulls} pulls`, { cause: error });
    } finally {
      over.abort();
      await pulling;
    }
    const seconds = Math.round((Date.now() - began) / 1000);
    // What came there after it was cleared goes home by itself.
    for (const [number, all] of kept) {
      const names = [
        number,
        ...all.flatMap(({ id, envelope }) => [id, ...envelope.parts.map((one) => one.media)]),
      ];
      let found: string[] = [];
      await until(
        'the rest has gone',
        async () => (found = (await left(away, names)).filter(isNoNews)).length === 0,
        10_000,
      ).catch(() => assert.deepEqual(found, [], `left of ${number}`));
      const mailbox = await home.store.store.mailboxes.find(number);
      const listed = await home.store.store.messages.list(mailbox?.id as never, { limit: 100 });
      assert.deepEqual(
        listed.map(({ id }) => id).toSorted(),
        all.map(({ id }) => id).toSorted(),
        'each once',
      );
    }
    const sum = [...kept.values()].reduce((count, { length }) => count + length, 0);
    process.stdout.write(
      `      ${cycles} went and came, ${sum} messages, ${pulls} pulls of the cable, ${seconds} s\n`,
    );
    assert.ok(pulls > 0);
    for (const [node, other] of [
      [home, away],
      [away, home],
    ] as const)
      assert.ok((await newsFrom(node)).has(other.name), 'what came from there was told of here');
    const cleared = await away.store.store.audit.list({ limit: 1000 });
    assert.ok(cleared.filter(({ outcome }) => outcome === 'cleared').length >= cycles, 'records stay');
  });
});

/** Nodes whose messages were told of at this one to those who follow along. */
async function newsFrom({ store }: Node): Promise<ReadonlySet<string>> {
  const batches = await store.client.db(store.database).collection('events').find().toArray();
  const told = batches.flatMap(({ events }) => events as readonly { type: string; from?: string }[]);
  return new Set(told.flatMap(({ type, from }) => (type === 'message.new' && from ? [from] : [])));
}

/** What happened is kept for those who follow along for ten minutes, whoever it was about. */
function isNoNews(found: string): boolean {
  return !found.startsWith('events: ');
}
