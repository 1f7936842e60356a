import assert from 'node:assert/strict';
import { assert as always, pre, property, string } from 'fast-check';
import { z } from 'zod';
import type { Principal } from '../../../../app/core/access/principal.ts';
import { Fault } from '../../../../app/core/errors.ts';
import type { MailboxId } from '../../../../app/core/ids.ts';
import { cursorTo, placeOf } from '../../../../app/gateways/web/api/cursor.ts';
import { madeId } from '../../../../app/gateways/web/api/repeats.ts';
import { route } from '../../../../app/gateways/web/api/route.ts';
import { problem } from '../../../../app/gateways/web/api/schema/problem.ts';
import type { LimitsSlice } from '../../../../app/gateways/web/api/limits.ts';
import { tagged, versionFrom } from '../../../../app/gateways/web/api/versions.ts';
import { HttpProblem } from '../../../../app/gateways/web/problem.ts';
import { openWeb } from '../../../../app/gateways/web/open.ts';
import { keptLog } from '../../../telemetry/kept-log.ts';

const ann: Principal = { kind: 'subscriber', mailbox: 'ann' as MailboxId, via: 'pin' };
const people: Readonly<Record<string, Principal>> = {
  ann,
  bob: { ...ann, mailbox: 'bob' as MailboxId },
  reader: { ...ann, via: 'key', scopes: ['messages:read'] },
};

const wide: LimitsSlice = { perMinute: 10_000, perAddress: 10_000 };
const common = { access: 'subscriber', tag: 'things', summary: 'Do something' } as const;

/** Requests that wait until the test lets them go. */
const gate: { open: () => void; held: Promise<void>; came: number } = {
  open: () => undefined,
  held: Promise.resolve(),
  came: 0,
};

const routes = [
  route({
    ...common,
    method: 'POST',
    url: '/large',
    name: 'sendLarge',
    raw: { types: ['audio/*'], describe: 'Sound.' },
    bodyLimit: 2_000_000,
    answers: { 204: 'nothing' },
    handle: async (_asked, reply) => {
      gate.came += 1;
      await gate.held;
      return reply.status(204).send();
    },
  }),
  route({
    ...common,
    method: 'GET',
    url: '/things',
    name: 'listThings',
    query: z.object({ limit: z.coerce.number().int().max(9).default(3) }),
    answers: { 200: z.object({ limit: z.number() }) },
    handle: async ({ query }) => query,
  }),
  route({
    ...common,
    method: 'POST',
    url: '/things',
    name: 'makeThing',
    scope: 'messages:write',
    body: z.strictObject({ name: z.string().max(5), parts: z.array(z.string()).optional() }),
    answers: { 201: z.object({ id: z.string() }) },
    handle: async ({ request }, reply) => reply.status(201).send({ id: madeId(request) }),
  }),
  route({
    ...common,
    method: 'PATCH',
    url: '/things/:id',
    name: 'changeThing',
    body: z.strictObject({}),
    answers: { 200: z.object({ version: z.number().optional() }) },
    handle: async ({ request }, reply) => tagged(reply, 8).send({ version: versionFrom(request, 7) }),
  }),
  route({
    ...common,
    method: 'PUT',
    url: '/sound',
    name: 'putSound',
    raw: { types: ['audio/*'], describe: 'Sound.' },
    bodyLimit: 1000,
    answers: { 200: z.object({ bytes: z.number() }) },
    handle: async ({ body }) => ({ bytes: (body as Buffer).length }),
  }),
  route({
    ...common,
    method: 'GET',
    url: '/broken/:how',
    name: 'break',
    answers: { 200: z.object({ ok: z.boolean() }) },
    handle: async ({ params }) => {
      const { how } = params as { how: string };
      if (how === 'away') throw new Fault('store-unavailable', 'inside words', { temporary: true });
      if (how === 'shape') return { ok: 'inside words' };
      throw new Error('inside words');
    },
  }),
];

async function openFrame(limits = wide, heldBytes?: number) {
  const web = await openWeb(
    { host: '127.0.0.1', port: 0, api: { limits, ...(heldBytes === undefined ? {} : { heldBytes }) } },
    {
      log: keptLog(),
      ready: async () => ({ ok: true, parts: {} }),
      onText: async () => {},
      onReport: async () => {},
      api: {
        routes,
        guard: {
          async whoIs({ headers }) {
            const name = headers.authorization?.replace('Bearer ', '');
            if (name === undefined) return undefined;
            if (people[name] === undefined) throw new HttpProblem(401, 'No.', { code: 'bad-credentials' });
            return people[name];
          },
        },
      },
    },
  );
  const ask = (
    method: string,
    path: string,
    options: { who?: string; body?: unknown; type?: string; headers?: Record<string, string> } = {},
  ) => {
    const { who = 'ann', body, type = 'application/json', headers = {} } = options;
    const sent = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
    return fetch(`${web.address}/v1${path}`, {
      method,
      headers: {
        ...(who === '' ? {} : { authorization: `Bearer ${who}` }),
        ...(body === undefined ? {} : { 'content-type': type }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: sent as string }),
    });
  };
  return { ask, web, [Symbol.asyncDispose]: () => web[Symbol.asyncDispose]() };
}

async function problemOf(response: Response): Promise<z.infer<typeof problem>> {
  assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
  const said = problem.parse(await response.json());
  assert.equal(said.status, response.status);
  return said;
}

/** Half a surrogate pair is no text that can be sent. */
const isText = (text: string): boolean => Buffer.from(text).toString() === text;

describe('the frame of the API', function () {
  this.timeout(20_000);

  it('each bad request has its own answer, and none says anything of the inside', async () => {
    await using frame = await openFrame();
    const { ask } = frame;
    const cases: [string, string, Parameters<typeof ask>[2], number, string][] = [
      ['GET', '/things', { who: '' }, 401, 'no-credentials'],
      ['GET', '/things', { who: 'mallory' }, 401, 'bad-credentials'],
      ['POST', '/things', { who: 'reader', body: { name: 'x' } }, 403, 'no-scope'],
      ['GET', '/nothing', {}, 404, 'not-found'],
      ['DELETE', '/things', {}, 405, 'method-not-allowed'],
      ['GET', '/things?limit=10', {}, 400, 'invalid'],
      ['GET', '/things?limit=x', {}, 400, 'invalid'],
      ['POST', '/things', { body: '{"name":' }, 400, 'malformed'],
      ['POST', '/things', { body: '{"name":"x","__proto__":{"a":1}}' }, 400, 'malformed'],
      ['POST', '/things', { body: { name: 'far too long' } }, 400, 'invalid'],
      ['POST', '/things', { body: { name: 'x', more: 1 } }, 400, 'invalid'],
      ['POST', '/things', { body: [] }, 400, 'invalid'],
      ['POST', '/things', { body: 'name=x', type: 'text/plain' }, 415, 'media-type'],
      ['POST', '/things', { body: { name: 'x', parts: ['x'.repeat(70_000)] } }, 413, 'too-large'],
      ['PUT', '/sound', { body: new Uint8Array(1001), type: 'audio/wav' }, 413, 'too-large'],
      ['GET', '/broken/away', {}, 503, 'unavailable'],
      ['GET', '/broken/hard', {}, 500, 'failed'],
      ['GET', '/broken/shape', {}, 500, 'failed'],
    ];
    for (const [method, path, options, status, code] of cases) {
      const response = await ask(method, path, options);
      assert.equal(response.status, status, `${method} ${path}`);
      const said = await problemOf(response);
      assert.equal(said.code, code, `${method} ${path}`);
      assert.doesNotMatch(JSON.stringify(said), /inside|stack|node_modules/);
    }
    const { fields } = await problemOf(
      await ask('POST', '/things', { body: { name: 'far too long', parts: [1] } }),
    );
    assert.deepEqual(
      fields?.map(({ field }) => field),
      ['name', 'parts.0'],
    );
    assert.equal((await ask('GET', '/broken/away')).headers.get('retry-after'), '5');
    assert.match((await ask('GET', '/things', { who: '' })).headers.get('www-authenticate') ?? '', /^Bearer/);
  });

  it('says what may be asked of an address, and answers HEAD as GET', async () => {
    await using frame = await openFrame();
    const { ask } = frame;
    const options = await ask('OPTIONS', '/things', { who: '' });
    assert.equal(options.status, 204);
    assert.equal(options.headers.get('allow'), 'GET, HEAD, POST, OPTIONS');
    const wrong = await ask('PUT', '/things', { who: '', body: 'x'.repeat(100_000), type: 'text/plain' });
    assert.equal(wrong.status, 405);
    assert.equal(wrong.headers.get('allow'), 'GET, HEAD, POST, OPTIONS');
    const [head, get] = [await ask('HEAD', '/things'), await ask('GET', '/things')];
    assert.equal(head.status, 200);
    assert.equal(head.headers.get('content-length'), String((await get.arrayBuffer()).byteLength));
    assert.equal((await ask('HEAD', '/things', { who: '' })).status, 401);
    assert.equal(get.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(get.headers.get('cache-control'), 'no-store');
  });

  it('a change may be made only from the version that it was read at', async () => {
    await using frame = await openFrame();
    const patch = (match?: string) =>
      frame.ask('PATCH', '/things/1', {
        body: {},
        headers: match === undefined ? {} : { 'if-match': match },
      });
    assert.deepEqual(await (await patch()).json(), {});
    assert.deepEqual(await (await patch('*')).json(), {});
    const done = await patch('"v1", "v7"');
    assert.deepEqual(await done.json(), { version: 7 });
    assert.equal(done.headers.get('etag'), '"v8"');
    for (const stale of ['"v6"', 'W/"v7"', '"other"', '"v99999999999999999999"']) {
      const refused = await patch(stale);
      assert.equal(refused.status, 412, stale);
      assert.equal(refused.headers.get('etag'), '"v7"');
    }
    for (const broken of ['v7', '"v7', '"a" "b"']) assert.equal((await patch(broken)).status, 400, broken);
  });

  it('who asks too often is told when to come back; others are not', async () => {
    await using frame = await openFrame({ perMinute: 5, perAddress: 100 });
    const { ask } = frame;
    const first = await Promise.all(Array.from({ length: 8 }, () => ask('GET', '/things')));
    assert.equal(first.filter(({ status }) => status === 200).length, 5);
    const refused = await ask('GET', '/things');
    const { code, retryAfter = 0 } = await problemOf(refused);
    assert.equal(code, 'rate-limited');
    assert.equal(refused.headers.get('retry-after'), String(retryAfter));
    assert.ok(retryAfter >= 1 && retryAfter <= 60);
    assert.equal((await ask('GET', '/things', { who: 'bob' })).status, 200);
    const guesses = await Promise.all(Array.from({ length: 100 }, () => ask('GET', '/things', { who: 'x' })));
    assert.ok(
      guesses.some(({ status }) => status === 429),
      'wrong keys count against the address',
    );
  });

  it('a request that names itself makes the same thing again, and nobody else’s', async () => {
    await using frame = await openFrame();
    const make = async (who: string, key?: string) => {
      const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
      const made = await frame.ask('POST', '/things', { who, body: { name: 'x' }, headers });
      return ((await made.json()) as { id: string }).id;
    };
    assert.equal(await make('ann', 'one'), await make('ann', 'one'));
    assert.notEqual(await make('ann', 'one'), await make('ann', 'two'));
    assert.notEqual(await make('ann', 'one'), await make('bob', 'one'));
    assert.notEqual(await make('ann'), await make('ann'));
  });

  it('large requests are held only so many at once; others are told to come again', async () => {
    await using frame = await openFrame(wide, 2_500_000);
    gate.held = new Promise((resolve) => (gate.open = resolve));
    const send = (headers = {}) =>
      frame.ask('POST', '/large', { body: new Uint8Array(1_000_000), type: 'audio/wav', headers });
    const first = [send(), send()];
    while (gate.came < 2) await new Promise((resolve) => setImmediate(resolve));
    const refused = await send();
    assert.equal(refused.status, 503);
    assert.ok(Number(refused.headers.get('retry-after')) > 0);
    assert.equal((await frame.ask('GET', '/things')).status, 200);
    gate.open();
    assert.deepEqual(
      (await Promise.all(first)).map(({ status }) => status),
      [204, 204],
    );
    assert.equal((await send()).status, 204);
  });

  it('describes itself as OpenAPI 3.1, to all', async () => {
    await using frame = await openFrame();
    const response = await frame.ask('GET', '/openapi.json', { who: '' });
    const document = (await response.json()) as {
      openapi: string;
      paths: Record<string, Record<string, unknown>>;
    };
    assert.equal(document.openapi, '3.1.0');
    assert.deepEqual(Object.keys(document.paths['/v1/things'] ?? {}).sort(), ['get', 'post']);
  });

  it('a cursor is good for its own list alone, and cannot be made up', () => {
    const anything = string({ unit: 'binary' });
    always(
      property(anything, anything, anything, (list, place, other) => {
        pre([list, place].every(isText) && place !== '');
        const cursor = cursorTo(list, place);
        assert.match(cursor, /^[\w-]+$/);
        assert.equal(placeOf(list, cursor), place);
        if (other !== list && isText(other)) assert.throws(() => placeOf(other, cursor), HttpProblem);
      }),
    );
    always(
      property(anything, (cursor) => {
        assert.throws(() => placeOf('list', cursor), { statusCode: 400 });
      }),
    );
    const good = cursorTo('list', 'a place');
    for (const bad of [good.slice(0, -1), `${good}A`, `${good}=`, good.toUpperCase(), ` ${good}`])
      assert.throws(() => placeOf('list', bad), { statusCode: 400 }, bad);
    assert.equal(placeOf('list', undefined), undefined);
  });
});
