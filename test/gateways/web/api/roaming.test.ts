import assert from 'node:assert/strict';
import { scopes } from '../../../../app/core/access/principal.ts';
import type { Peer } from '../../../../app/ports/replication.ts';
import { roamingRoutes } from '../../../../app/gateways/web/api/routes/roaming.ts';
import { openApiWorld, type ApiWorld } from './world.ts';

const east: Peer = { name: 'east', prefixes: ['+1202666'], send: async () => [], tell: async () => [] };

describe('the API for where subscribers are', function () {
  this.timeout(60_000);
  let world: ApiWorld;
  const sync = { key: 'x', certificate: 'x', host: '127.0.0.1', port: 8443, directory: 'x' };
  before(async () => {
    world = await openApiWorld(undefined, ({ operating }) => roamingRoutes(operating), {
      config: {
        node: 'home',
        sync: { ...sync, everyMs: 250, wholeSeconds: 60, mostMegabytes: {}, prefixes: [], nodes: [] },
      },
      sync: { peers: [east], listen: async () => ({ port: 0 }) },
    });
    world.operator('feed', ['subscribers:write']);
    world.operator('alice', scopes, 'password');
  });
  after(() => world[Symbol.asyncDispose]());

  const report = async (body: object, who = 'feed') => {
    const answer = await world.ask('POST', '/roaming/reports', { who, body });
    const read = (await answer.json()) as Readonly<Record<'state' | 'node' | 'late' | 'detail', unknown>>;
    return Object.assign(read, { status: answer.status });
  };

  it('takes what a feed reports, late and again, and shows who is away', async () => {
    const { number } = await world.subscriber('Ann');
    const since = new Date(Date.now() - 60_000).toISOString();
    for (let n = 0; n < 2; n += 1) {
      const { status, state, node, late } = await report({ number, node: 'east', at: since });
      assert.deepEqual([status, state, node, late], [200, 'away', 'east', false]);
    }
    const list = await world.ask('GET', '/roaming', { who: 'alice' });
    const { items } = (await list.json()) as { items: Record<string, unknown>[] };
    assert.deepEqual(
      items.map((one) => [one['number'], one['node'], one['state']]),
      [[number, 'east', 'away']],
    );
    const { number: second } = await world.subscriber('Zoe');
    await report({ number: second, node: 'east' });
    const page = async (more: string) => {
      const said = await world.ask('GET', `/roaming?limit=1${more}`, { who: 'alice' });
      return (await said.json()) as { items: { number: string }[]; next?: string };
    };
    const first = await page('');
    const next = await page(`&cursor=${first.next}`);
    const end = await page(`&cursor=${next.next}`);
    assert.deepEqual(
      [first, next, end].map(({ items: some }) => some.map((one) => one.number)),
      [...[number, second].toSorted((a, b) => (a < b ? -1 : 1)).map((one) => [one]), []],
    );
    assert.equal(end.next, undefined);
    assert.equal((await world.ask('GET', '/roaming?cursor=x', { who: 'alice' })).status, 400);
    assert.equal((await report({ number, node: 'home' })).state, 'returning');
    const again = await report({ number, node: 'east', at: since });
    assert.deepEqual([again.status, again.state, again.late], [200, 'returning', true]);
  });

  it('answers clearly for what there is not, what is another’s, and what is wrong', async () => {
    const { number } = await world.subscriber('Bob');
    assert.equal((await report({ number, node: 'north' })).status, 404);
    assert.equal((await report({ number: '+4312345678', node: 'east' })).status, 404);
    const others = await report({ number: '+12026660001', node: 'east' });
    assert.deepEqual([others.status, /east/.test(String(others.detail))], [422, true]);
    for (const body of [
      {},
      { number, node: 'a b' },
      { number: '0123', node: 'east' },
      { number, node: 'east', at: 'yesterday' },
      { number, node: 'east', more: 1 },
      { number, node: ['east'] },
    ])
      assert.equal((await report(body)).status, 400, JSON.stringify(body));
    world.operator('reader', ['subscribers:read']);
    assert.equal((await report({ number, node: 'east' }, 'reader')).status, 403);
    assert.equal((await world.ask('GET', '/roaming', { who: 'feed' })).status, 403);
    await using alone = await openApiWorld(undefined, ({ operating }) => roamingRoutes(operating));
    alone.operator('feed', ['subscribers:write']);
    const body = { number, node: 'east' };
    assert.equal((await alone.ask('POST', '/roaming/reports', { who: 'feed', body })).status, 422);
  });
});
