/** Where subscribers are, as networks, operators and phones tell it: late, twice, and wrong. */
import assert from 'node:assert/strict';
import {
  assert as holds,
  asyncProperty,
  constant,
  constantFrom,
  integer,
  record,
  shuffledSubarray,
  tuple,
  uniqueArray,
} from 'fast-check';
import { createNumberPlan } from '../../app/core/address/number-plan.ts';
import type { E164, MailboxId } from '../../app/core/ids.ts';
import { Fault } from '../../app/core/errors.ts';
import type { Peer, Tell } from '../../app/ports/replication.ts';
import { createRoaming, type Roaming } from '../../app/services/roaming.ts';
import { systemDigest as digest } from '../../app/telemetry/system-digest.ts';
import { systemRandom as random } from '../../app/telemetry/system-random.ts';
import { silentLog as log } from '../ports/silent-log.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';

const ann = '+12025550123' as E164;
const visitor = '+12026660123' as E164;

describe('who is where', function () {
  this.timeout(60_000);
  let opened: TestStore;
  let roaming: Roaming;
  let time = Date.UTC(2026, 0, 10);
  let last = 1000;
  const told: string[] = [];
  const down = new Set<string>();
  const peer = (name: string, prefix: string): Peer => ({
    name,
    prefixes: [prefix],
    send: async () => [],
    async tell(what: Tell, [number]) {
      if (down.has(name)) throw new Fault('gateway-unavailable', 'away', { temporary: true });
      told.push(`${name} ${what} ${number}`);
      return [];
    },
  });
  const someone = (): E164 => `+1202555${(last += 1)}` as E164;
  const minutes = (n: number): Date => new Date(Date.UTC(2026, 0, 10) + n * 60_000);
  const whereIs = async (number: E164): Promise<string> => {
    const visit = await opened.store.replication.visit(number);
    return visit === undefined || visit.ending !== undefined ? 'home' : visit.node;
  };

  const outcomes: string[] = [];
  before(async () => {
    opened = await openTestStore();
    roaming = createRoaming({
      node: 'home',
      store: opened.store,
      plan: createNumberPlan({
        access: ['+12025550199'],
        country: 'US',
        ranges: [{ prefix: '+1202555', class: 'standard' }],
        extensionPrefix: undefined,
      }),
      peers: [peer('east', '+1202666'), peer('west', '+1202777')],
      digest,
      random,
      clock: { now: () => new Date(time) },
      log,
      lamps: { publish: async () => undefined },
      auditor: { note: ({ outcome }) => void outcomes.push(outcome) },
      onDue: () => undefined,
    });
  });
  after(() => opened[Symbol.asyncDispose]());
  beforeEach(() => {
    told.length = 0;
    outcomes.length = 0;
    down.clear();
  });

  it('is known once it is reported, however often; one who is home again stays so, whatever comes late', async () => {
    time = minutes(100).getTime();
    for (let n = 0; n < 3; n += 1) {
      const { visit, late } = await roaming.report(ann, 'east', minutes(10));
      assert.deepEqual([visit?.node, late], ['east', false]);
    }
    assert.deepEqual(outcomes, ['away'], 'the audit has it once');
    assert.equal((await roaming.report(ann, 'west', minutes(5))).late, true);
    assert.equal(await whereIs(ann), 'east');
    assert.equal((await roaming.report(ann, 'home', minutes(20))).visit?.ending !== undefined, true);
    assert.equal((await roaming.report(ann, 'home', minutes(20))).late, false, 'the same again');
    assert.equal((await roaming.report(ann, 'east', minutes(15))).late, true);
    assert.equal(await whereIs(ann), 'home');
    // Also once the other node has said that it has nothing of them any more.
    assert.deepEqual(await roaming.tell('east', 'left', [ann]), [ann]);
    assert.equal(await opened.store.replication.visit(ann), undefined);
    assert.equal((await roaming.report(ann, 'east', minutes(15))).late, true);
    assert.equal(await whereIs(ann), 'home');
    // And of one who was nowhere before.
    const quiet = someone();
    await roaming.report(quiet, 'home', minutes(30));
    assert.equal((await roaming.report(quiet, 'east', minutes(29))).late, true);
    assert.equal((await roaming.report(quiet, 'east', minutes(31))).late, false);
    // A clock that is ahead does not outlast the next report; what is older than anything known counts for nothing.
    assert.equal((await roaming.report(quiet, 'west', minutes(9000))).late, false);
    time += 60_000;
    assert.equal((await roaming.report(quiet, 'home')).late, false);
    assert.equal((await roaming.report(someone(), 'east', new Date(0))).late, true);
  });

  it('ends with the newest report, whatever order they come in, and twice', async () => {
    const reports = uniqueArray(
      record({ at: integer({ min: 1, max: 90 }), node: constantFrom('home', 'east', 'west') }),
      { selector: ({ at }) => at, minLength: 2, maxLength: 6 },
    );
    const order = reports.chain((all) =>
      tuple(constant(all), shuffledSubarray([...all, ...all], { minLength: all.length * 2 })),
    );
    time = minutes(100).getTime();
    await holds(
      asyncProperty(order, async ([all, comes]) => {
        const number = someone();
        for (const { at, node } of comes) await roaming.report(number, node, minutes(at));
        const newest = all.toSorted((a, b) => b.at - a.at)[0];
        assert.equal(await whereIs(number), newest?.node);
      }),
      { numRuns: 25 },
    );
  });

  it('goes from node to node, and each is waited for until it is cleared', async () => {
    const bob = someone();
    await roaming.report(bob, 'east');
    await roaming.report(bob, 'west');
    assert.deepEqual(told, [`east return ${bob}`]);
    assert.deepEqual(await roaming.tell('east', 'still', [bob]), []);
    await roaming.report(bob, 'home');
    assert.deepEqual(await roaming.tell('west', 'left', [bob]), [bob]);
    const visit = await opened.store.replication.visit(bob);
    assert.deepEqual([visit?.node, visit?.ending !== undefined], ['east', true], 'one is left to be cleared');
    assert.deepEqual(await roaming.tell('west', 'left', [bob]), [], 'once');
    assert.deepEqual(await roaming.tell('east', 'left', [bob]), [bob]);
    assert.equal(await opened.store.replication.visit(bob), undefined);
    assert.equal(outcomes.filter((one) => one === 'cleared').length, 2);
  });

  it('a phone that was there all the time says nothing; one that comes does', async () => {
    const carol = someone();
    await roaming.report(carol, 'east');
    await roaming.seen(carol, 'stays');
    assert.equal(await whereIs(carol), 'east', 'the phone on her desk');
    await roaming.seen(carol, 'came');
    assert.equal(await whereIs(carol), 'home');
    await roaming.seen(someone(), 'came');
    // Of others’ subscribers both are news, and their home hears of it once it can be reached.
    down.add('east');
    await roaming.seen(visitor, 'stays');
    await roaming.tellAgain();
    down.clear();
    assert.ok(!told.some((one) => one.includes('arrived')));
    await roaming.tellAgain();
    await roaming.tellAgain();
    assert.deepEqual(
      told.filter((one) => one.includes('arrived')),
      [`east arrived ${visitor}`],
    );
  });

  it('one who was cleared while home could not be told is not there any more when home asks', async () => {
    const { replication } = opened.store;
    const register = { status: { n: 0, value: '"active"' } };
    await replication.putProfile(visitor, undefined, { register, acked: {}, leaving: new Date(time) });
    assert.deepEqual(await roaming.tell('east', 'return', [visitor]), []);
    assert.equal(await replication.profile(visitor), undefined);
  });

  it('has a clear answer for nodes and numbers that there are not, and for another’s', async () => {
    await assert.rejects(roaming.report(ann, 'north'), { code: 'not-found', message: /node/ });
    await assert.rejects(roaming.report('+4312345678' as E164, 'east'), {
      code: 'not-found',
      message: /number/,
    });
    await assert.rejects(roaming.report(visitor, 'west'), { code: 'invalid', message: /east/ });
    assert.equal(
      (await roaming.report(visitor, 'home')).visit?.node,
      'home',
      'it is told where they are at home',
    );
    assert.deepEqual(told, [`east arrived ${visitor}`]);
    down.add('east');
    await assert.rejects(roaming.report(visitor, 'home'), { code: 'gateway-unavailable', temporary: true });
  });

  it('knows somebody by every number of theirs', async () => {
    const [number, other] = [someone(), someone()];
    const fresh = {
      id: random.uuid() as MailboxId,
      number,
      aliases: [other],
      origin: 'provisioned',
    } as const;
    await opened.store.mailboxes.create({
      ...fresh,
      classOfService: 'standard',
      created: new Date(time),
      status: 'active',
    });
    assert.deepEqual(await roaming.tell('east', 'arrived', [other]), [other]);
    assert.equal(await whereIs(number), 'east');
    assert.deepEqual(await roaming.tell('east', 'still', [number, other]), [number, other]);
    await roaming.seen(other);
    assert.equal(await whereIs(number), 'home');
  });
});
