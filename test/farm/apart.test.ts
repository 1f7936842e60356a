import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openLocalStore, type LocalStore } from '../../scripts/stack/store.ts';
import { openRelay, type Relay } from '../storage/relay.ts';
import { openNamespace, type Namespace } from './namespace.ts';
import type { Request } from './node-process.ts';

const alice = '+12025550123';
const bob = '+12025550147';

interface Node {
  readonly process: ChildProcess;
  ask(request: Request): Promise<Record<string, unknown>>;
}

describe('Parts on hosts of their own: store here, two nodes in networks of their own', function () {
  this.timeout(120_000);
  let directory: string;
  let local: LocalStore;
  const opened: AsyncDisposable[] = [];

  before(async function () {
    // Only root may make networks.
    if (process.getuid?.() !== 0) return this.skip();
    directory = await mkdtemp(join(tmpdir(), 'ab-apart-'));
    local = await openLocalStore({ directory: join(directory, 'store') });
    opened.push(local);
  });
  after(async () => {
    for (const one of opened.toReversed()) await one[Symbol.asyncDispose]();
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  });

  /** A node that reaches the store by the cable alone. */
  async function openNode(number: number): Promise<Node> {
    const network: Namespace = await openNamespace(number);
    opened.push(network);
    const { port } = new URL(local.url);
    const relay: Relay = await openRelay(Number(port), undefined, network.near);
    opened.push(relay);
    const url = `mongodb://${network.near}:${relay.port}/?directConnection=true`;
    const child = network.start(process.execPath, ['--import', 'tsx', 'test/farm/node-process.ts'], {
      MONGODB_URL: url,
    });
    opened.push({
      async [Symbol.asyncDispose]() {
        const gone = once(child, 'exit');
        child.stdin?.end();
        await gone;
      },
    });
    const lines = createInterface(child.stdout!)[Symbol.asyncIterator]();
    const next = async () => {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`node ${number} ended`);
      return JSON.parse(value) as Record<string, unknown>;
    };
    assert.deepEqual(await next(), { ready: true });
    return {
      process: child,
      async ask(request) {
        child.stdin?.write(`${JSON.stringify(request)}\n`);
        const answer = await next();
        assert.equal(answer['error'], undefined);
        return answer;
      },
    };
  }

  it('S8 S9: a message left by a call on one host is played by a call on another', async () => {
    const [first, second] = await Promise.all([openNode(1), openNode(2)]);
    await first.ask({ do: 'leave', from: alice, to: bob, seed: 5 });
    const { reference } = await first.ask({ do: 'notice', to: bob });
    assert.match(String(reference), /^\d{10}$/);
    const { score } = await second.ask({ do: 'play', from: bob, reference: String(reference), seed: 5 });
    assert.ok(Number(score) > 0.8, `score ${String(score)}`);
  });
});
