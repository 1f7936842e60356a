import assert from 'node:assert/strict';
import { scopes } from '../../../../app/core/access/principal.ts';
import type { Mailbox } from '../../../../app/core/mailbox/mailbox.ts';
import type { RouteFacts } from '../../../../app/gateways/web/api/route.ts';
import { scopes as scopesOfSchema } from '../../../../app/gateways/web/api/schema/scopes.ts';
import { createBilling } from '../../../../app/services/billing.ts';
import { systemClock } from '../../../../app/telemetry/system-clock.ts';
import { systemRandom } from '../../../../app/telemetry/system-random.ts';
import { silentLog } from '../../../ports/silent-log.ts';
import { at, sampleCdr, sampleNotification } from '../../../storage/sample.ts';
import { openOperatorWorld, type Body, type OperatorWorld } from './operator-world.ts';

describe('the API for operators', function () {
  this.timeout(60_000);
  let world: OperatorWorld;
  let ann: Mailbox;
  before(async () => {
    world = await openOperatorWorld();
    ({ ann } = world);
  });
  after(async () => world[Symbol.asyncDispose]());

  const ask: OperatorWorld['ask'] = (...given) => world.ask(...given);
  const audited = () => world.audited();
  const mine = (): RouteFacts[] => world.web.routes.filter(({ access }) => access === 'operator');

  it('is for operators alone, each route with a scope of its own', async () => {
    assert.ok(mine().length >= 30, `${mine().length}`);
    assert.deepEqual(scopesOfSchema, scopes);
    for (const { method, url, scope } of mine()) {
      assert.ok(scope !== undefined, url);
      const path = url.replace('/v1', '').replace(':id', ann.id).replace(':name', 'gold');
      const cases: [string, number][] = [
        ['', 401],
        ['Ann', 403],
        ['own key', 403],
        ['link', 403],
        ['nothing', 403],
      ];
      for (const [who, status] of cases)
        assert.equal((await ask(method, path, { who })).status, status, `${method} ${path} as ${who}`);
      world.operator(
        'almost',
        scopes.filter((one) => one !== scope),
      );
      const { status, body } = await ask(method, path, { who: 'almost' });
      assert.deepEqual([status, body['code']], [403, 'no-scope'], `${method} ${path}`);
    }
    assert.ok(await world.store.mailboxes.get(ann.id), 'nobody removed her');
  });

  it('is described, with each route and its schema', async () => {
    const { status, body } = await ask('GET', '/openapi.json');
    assert.equal(status, 200);
    for (const { url } of mine()) {
      const path = url.replaceAll(/:(\w+)/g, '{$1}');
      assert.ok(body.paths[path], path);
    }
    assert.ok(body.components.schemas.Subscriber);
  });

  it('keeps subscribers: made, found, changed from a version, suspended, held, removed', async () => {
    const fresh = {
      number: '(202) 555-3001',
      aliases: ['+12025553002'],
      name: 'Bob',
      email: 'bob@home.example',
    };
    const named = { 'idempotency-key': 'bob the first' };
    assert.equal((await ask('POST', '/subscribers', { body: fresh, headers: named })).status, 400);
    named['idempotency-key'] = 'bob-the-first';
    const made = await ask('POST', '/subscribers', { body: fresh, headers: named });
    assert.equal(made.status, 201, made.text);
    const { id, version } = made.body as { id: string; version: number };
    assert.equal(made.headers.get('location'), `/v1/subscribers/${id}`);
    assert.deepEqual(
      [made.body['number'], made.body['classOfService'], made.body['status'], made.body['email']],
      ['+12025553001', 'standard', 'active', 'bob@home.example'],
    );
    for (const number of ['2025553001', '+12025553002'])
      assert.equal(
        (await ask('GET', `/subscribers?number=${encodeURIComponent(number)}`)).body['items'][0].id,
        id,
      );
    const path = `/subscribers/${id}`;
    const again = await ask('POST', '/subscribers', { body: fresh, headers: named });
    assert.deepEqual([again.status, again.body['id']], [201, id], 'whose answer was lost asks once more');
    const elsewhere = { number: '(202) 555-3009' };
    const reused = await ask('POST', '/subscribers', { body: elsewhere, headers: named });
    assert.deepEqual([reused.status, reused.body['code']], [409, 'reused-key'], 'that number is free');
    assert.equal((await ask('POST', '/subscribers', { body: fresh })).status, 422);
    const old = { 'if-match': `"v${version + 7}"` };
    assert.equal((await ask('PATCH', path, { body: { status: 'suspended' }, headers: old })).status, 412);
    const headers = { 'if-match': `"v${version}"` };
    const suspended = await ask('PATCH', path, { body: { status: 'suspended' }, headers });
    assert.deepEqual([suspended.status, suspended.body['status']], [200, 'suspended'], suspended.text);
    const aliases = await ask('PATCH', path, { body: { aliases: ['+12025553003'], status: 'active' } });
    assert.deepEqual(aliases.body['aliases'], ['+12025553003']);
    assert.equal((await ask('PUT', `/mailboxes/${id}/hold`, { body: { why: 'case 7' } })).status, 204);
    assert.equal((await ask('GET', path)).body['hold'].why, 'case 7');
    assert.equal((await ask('DELETE', path)).status, 409);
    assert.equal((await ask('DELETE', `/mailboxes/${id}/hold`)).status, 204);
    assert.equal((await ask('DELETE', `/mailboxes/${id}/hold`)).status, 409);
    assert.equal((await ask('GET', path)).body['pin'], 'none');
    assert.match((await ask('POST', `${path}/first-pin`)).body['pin'], /^\d{6}$/);
    const mailbox = await world.store.mailboxes.get(made.body['id']);
    const stranger = { key: 'web:203.0.113.4', trusted: false };
    for (let n = 0; n < 3; n += 1) await world.serving.authentication.login(mailbox!, '0000', stranger);
    const locked = await ask('GET', path);
    assert.equal(locked.body['pin'], 'first');
    assert.ok(Date.parse(locked.body['lockedUntil']) > Date.now(), locked.text);
    assert.equal((await ask('POST', `${path}/unlock`)).status, 204);
    assert.equal((await ask('GET', path)).body['lockedUntil'], undefined);
    assert.equal((await ask('DELETE', path)).status, 204);
    assert.equal((await ask('GET', path)).status, 404);
    const seen = await audited();
    for (const outcome of ['added', 'suspended', 'resumed', 'aliases-changed', 'removed'])
      assert.ok(seen.includes(`alice subscriber-${outcome}`), outcome);
    for (const outcome of ['mailbox-held', 'mailbox-released', 'first-pin', 'unlock'])
      assert.ok(seen.includes(`alice ${outcome}`), outcome);
  });

  it('says which field of a subscriber cannot be', async () => {
    const cases: [object, string, string][] = [
      [{ number: '12' }, 'number', 'not-a-number'],
      [{ number: '+12025550199' }, 'number', 'access-number'],
      [{ number: ann.number }, 'number', 'number-taken'],
      [{ number: '+12025553010', classOfService: 'none' }, 'classOfService', 'unknown-class'],
      [{ number: '+12025553010', language: 'tlh' }, 'language', 'unknown-language'],
      [{ number: '+12025553010', email: 'nobody' }, 'email', 'bad-text'],
    ];
    for (const [body, field, code] of cases) {
      const answer = await ask('POST', '/subscribers', { body });
      assert.equal(answer.status, 422, answer.text);
      const [first] = answer.body['fields'];
      assert.equal(first.field, field, answer.text);
      if (code !== 'bad-text') assert.equal(first.code, code);
    }
    for (const body of [{}, { number: 7 }, { number: '+12025553010', admin: true }, []])
      assert.equal((await ask('POST', '/subscribers', { body })).status, 400);
    assert.equal((await ask('PATCH', '/subscribers/none', { body: { status: 'active' } })).status, 404);
    assert.equal((await ask('GET', '/subscribers?cursor=x')).status, 400);
  });

  it('takes tables in, tells bad lines, tries them dry, and gives them out', async () => {
    const lines = Array.from({ length: 30 }, (_, i) => `+120255541${String(i).padStart(2, '0')},Name ${i}`);
    const table = `number,name\n${lines.join('\n')}\n+1,Bad\n`;
    const send = (body: string, query = '', type = 'text/csv') =>
      ask('POST', `/subscribers/import${query}`, { body, type });
    const dry = await send(table, '?dryRun=true');
    assert.deepEqual([dry.status, dry.body['created'], dry.body['bad']], [200, 30, 1], dry.text);
    assert.equal((await ask('GET', '/subscribers?number=%2B12025554100')).body['items'].length, 0);
    const done = await send(table);
    assert.deepEqual(
      [done.body['created'], done.body['bad'], done.body['problems'][0].line],
      [30, 1, 32],
      done.text,
    );
    const again = await send(table);
    assert.deepEqual([again.body['created'], again.body['same']], [0, 30]);
    const ids = new Set<string>();
    let next: string | undefined;
    do {
      const page = await ask(
        'GET',
        `/subscribers?prefix=%2B120255541&limit=7${next === undefined ? '' : `&cursor=${next}`}`,
      );
      for (const { id } of page.body['items']) ids.add(id);
      next = page.body['next'];
    } while (next !== undefined);
    assert.equal(ids.size, 30);
    const given = await ask('GET', '/subscribers.csv');
    assert.match(given.headers.get('content-type') ?? '', /^text\/csv/);
    assert.match(given.headers.get('content-disposition') ?? '', /^attachment/);
    assert.ok(given.text.includes('+12025554100') && given.text.split('\n').length >= 32);
    const back = await send(given.text);
    assert.deepEqual([back.body['bad'], back.body['created'], back.body['changed']], [0, 0, 0], back.text);
    assert.equal((await send('what,ever\n1,2\n')).status, 422);
    assert.equal((await send('')).status, 422);
    assert.equal((await send('{}', '', 'application/json')).status, 415);
    assert.equal((await send(table, '', 'text/plain')).status, 415);
    assert.ok((await audited()).includes('alice subscribers-imported'));
  });

  it('keeps classes of service over those of the file', async () => {
    const { body: before } = await ask('GET', '/classes');
    const [{ profile, source }] = before['items'];
    assert.equal(source, 'file');
    const headers = { 'if-match': `"v${before['version']}"` };
    const gold = { ...profile, maxMessages: 500 };
    const put = await ask('PUT', '/classes/gold', { body: gold, headers });
    assert.equal(put.status, 200, put.text);
    assert.equal((await ask('PUT', '/classes/gold', { body: gold, headers })).status, 412);
    const wrong = await ask('PUT', '/classes/gold', { body: { ...gold, retentionDays: -1, cost: 'x' } });
    assert.equal(wrong.status, 422);
    assert.ok(
      wrong.body['fields'].some(({ field }: Body) => field === 'retentionDays'),
      wrong.text,
    );
    assert.equal((await ask('PUT', '/classes/a.b', { body: gold })).status, 400);
    const { body: after } = await ask('GET', '/classes');
    assert.ok(
      after['items'].some((one: Body) => one['name'] === 'gold' && one['profile'].maxMessages === 500),
    );
    assert.equal((await ask('DELETE', '/classes/gold')).status, 204);
    assert.equal((await ask('DELETE', '/classes/gold')).status, 404);
    assert.equal((await ask('DELETE', '/classes/standard')).status, 409);
    assert.ok((await audited()).includes('alice class-put'));
  });

  it('gives out the books: in pages, as files, as sums', async () => {
    const rows = Array.from({ length: 12 }, (_, i) => sampleCdr({ start: at(i), accountcode: ann.id }));
    await world.store.cdrs.insert(rows);
    const billing = createBilling({
      store: world.store,
      rates: [],
      timeZone: 'UTC',
      cdrDays: 4000,
      summaryDays: 4000,
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
    });
    await billing.post(new AbortController().signal);
    const seen: number[] = [];
    let next: string | undefined;
    do {
      const more = next === undefined ? '' : `&cursor=${next}`;
      const page = await ask('GET', `/cdrs?events=call&mailbox=${ann.id}&limit=5${more}`);
      assert.equal(page.status, 200, page.text);
      for (const { seq } of page.body['items']) seen.push(seq);
      next = page.body['next'];
    } while (next !== undefined);
    assert.equal(seen.length, 12);
    assert.equal(new Set(seen).size, 12);
    const back: number[] = [];
    let older = '';
    for (;;) {
      const page = await ask('GET', `/cdrs?events=call&mailbox=${ann.id}&order=desc&limit=5${older}`);
      back.push(...page.body['items'].map(({ seq }: Body) => seq));
      if (page.body['next'] === undefined) break;
      older = `&cursor=${page.body['next']}`;
      // What comes meanwhile shifts nothing.
      if (back.length === 5) {
        await world.store.cdrs.insert([sampleCdr({ start: at(60), event: 'call' })]);
        await billing.post(new AbortController().signal);
      }
    }
    assert.deepEqual(back, seen.toReversed());
    assert.equal((await ask('GET', `/cdrs?events=call&mailbox=${ann.id}&limit=5${older}`)).status, 400);
    assert.equal((await ask('GET', '/cdrs?order=newest')).status, 400);
    const csv = await ask('GET', `/cdrs/export?events=call&mailbox=${ann.id}`);
    assert.equal(csv.text.trim().split('\n').length, 13);
    const rest = await ask('GET', `/cdrs/export?format=jsonl&after=${seen[9]}&events=call&mailbox=${ann.id}`);
    assert.equal(rest.text.trim().split('\n').length, 2);
    const report = await ask('GET', `/reports?by=mailbox&from=2026-01&name=${ann.id}`);
    assert.deepEqual(
      report.body['items'].map(({ event, count }: Body) => [event, count]),
      [['call', 12]],
      report.text,
    );
    assert.match((await ask('GET', '/reports?by=trunk&from=2026-01&format=csv')).text, /^period,/);
    for (const wrong of [
      '/cdrs?events=x',
      '/cdrs?since=now',
      '/reports',
      '/reports?from=2026-02&to=2026-01',
      '/reports?from=2026-01&to=2026-01-02',
      '/cdrs?cursor=AAAA',
    ])
      assert.equal((await ask('GET', wrong)).status, 400, wrong);
  });

  it('shows the audit in pages, each event once, also those of one millisecond', async () => {
    const moment = new Date(Date.now() + 3_600_000);
    const events = Array.from({ length: 7 }, (_, i) => ({
      id: `audited-${i}`,
      at: i === 0 ? new Date(moment.getTime() + 1) : moment,
      event: 'login' as const,
      outcome: 'in',
      caller: 'web:203.0.113.9',
    }));
    await world.store.audit.insert(events, 90);
    const seen: string[] = [];
    for (let more = ''; seen.length < 8;) {
      const { body } = await ask('GET', `/audit?limit=2${more}`);
      seen.push(...body['items'].map(({ id }: Body) => id));
      more = `&cursor=${body['next']}`;
    }
    assert.deepEqual(new Set(seen.slice(0, 7)), new Set(events.map(({ id }) => id)));
    assert.equal((await ask('GET', '/audit?cursor=x')).status, 400);
  });

  it('shows queues and dead letters, tries them anew or drops them', async () => {
    const [one, two] = [
      sampleNotification({ mailbox: ann.id }),
      sampleNotification({ mailbox: ann.id, body: 'a secret' }),
    ];
    for (const letter of [one, two]) {
      await world.store.notifications.ensure(letter);
      await world.store.notifications.failed(letter.id, undefined, 'refused by the network');
    }
    const listed = await ask('GET', '/dead-letters');
    assert.deepEqual(new Set(listed.body['items'].map(({ id }: Body) => id)), new Set([one.id, two.id]));
    assert.ok(!listed.text.includes('a secret'));
    const queues = await ask('GET', '/queues');
    assert.deepEqual([queues.status, queues.body['deadLetters']], [200, 2], queues.text);
    assert.equal((await ask('POST', `/dead-letters/${one.id}/retry`)).status, 204);
    assert.equal((await ask('POST', `/dead-letters/${one.id}/retry`)).status, 404);
    assert.equal((await ask('DELETE', `/dead-letters/${two.id}`)).status, 204);
    assert.deepEqual((await ask('GET', '/dead-letters')).body['items'], []);
    const seen = await audited();
    assert.ok(seen.includes('alice letters-retried') && seen.includes('alice letters-dropped'));
  });

  it('sweeps: says what would be done, and does it', async () => {
    const box = await world.subscriber('Carl');
    const message = await world.leave(box);
    await world.store.messages.setState(message.id, 'deleted', new Date(Date.now() - 400 * 86_400_000));
    const preview = await ask('GET', `/sweeps/preview?mailbox=${box.id}`);
    assert.deepEqual([preview.status, preview.body['purge']], [200, 1], preview.text);
    const swept = await ask('POST', `/sweeps?mailbox=${box.id}`);
    assert.deepEqual([swept.status, swept.body['purged']], [200, 1], swept.text);
    assert.equal(await world.store.messages.get(message.id), undefined);
    assert.equal((await ask('POST', '/sweeps?mailbox=none')).status, 404);
    assert.deepEqual((await ask('GET', '/sweeps/last')).body, {});
    assert.equal((await ask('POST', '/sweeps')).status, 200);
    const noted = await ask('GET', '/sweeps/last');
    assert.deepEqual([noted.body['last'].purged, noted.body['effective']], [0, undefined], noted.text);
    assert.ok((await audited()).includes('alice swept'));
  });

  it('shows other nodes and webhooks, of which none are configured here', async () => {
    assert.deepEqual((await ask('GET', '/nodes')).body, { self: 'home', items: [] });
    assert.deepEqual((await ask('GET', '/webhooks')).body, { items: [], most: 10_000 });
  });

  it('shows trunks though the switch does not tell of them', async () => {
    const { body } = await ask('GET', '/trunks');
    assert.deepEqual([body['told'], body['items'][0].state], [false, 'unknown']);
    assert.deepEqual((await ask('GET', '/registrations')).body, { told: false, items: [] });
  });
});
