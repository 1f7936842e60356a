import assert from 'node:assert/strict';
import { scopes, type Scope } from '../../../../app/core/access/principal.ts';
import { masked } from '../../../../app/core/access/masked.ts';
import type { Call } from '../../../../app/ports/media.ts';
import { at } from '../../../storage/sample.ts';
import { openOperatorWorld, type Body, type OperatorWorld } from './operator-world.ts';

describe('the API for operators: who may, and who is calling', function () {
  this.timeout(60_000);
  let world: OperatorWorld;
  before(async () => (world = await openOperatorWorld()));
  after(async () => world[Symbol.asyncDispose]());
  const ask: OperatorWorld['ask'] = (...given) => world.ask(...given);

  it('makes keys and operators that may no more than whoever makes them', async () => {
    const some: Scope[] = ['keys:write', 'cdrs:read'];
    world.operator('clerk', some);
    const make = (who: string, wanted: readonly string[], more = {}) =>
      ask('POST', '/keys', { who, body: { name: 'x', scopes: wanted, ...more } });
    assert.equal((await make('clerk', ['cdrs:read', 'messages:read'])).status, 403);
    const made = await make('clerk', ['cdrs:read']);
    assert.equal(made.status, 201, made.text);
    assert.match(made.body['key'], /^ab_[0-9a-f]{16}_[\w-]{43}$/);
    assert.ok(!JSON.stringify((await ask('GET', '/keys')).body).includes(made.body['key'].slice(20)));
    assert.equal((await make('alice', ['messages:read'], { mailbox: 'none' })).status, 404);
    assert.equal(
      (await make('alice', ['messages:read'], { mailbox: world.ann.id })).body['mailbox'],
      world.ann.id,
    );
    for (const bad of [[], ['all'], ['cdrs:read', 7]])
      assert.equal((await make('alice', bad as string[])).status, 400);
    const once = { 'idempotency-key': 'a-name-of-its-own' };
    const body = { name: 'once', scopes: ['cdrs:read'] };
    const [one, two] = [
      await ask('POST', '/keys', { body, headers: once }),
      await ask('POST', '/keys', { body, headers: once }),
    ];
    assert.deepEqual([one.status, two.status, two.body['id']], [201, 201, one.body['id']]);
    assert.equal(await world.operating.keys.find(one.body['key']), undefined, 'nobody may have seen it');
    const other = await ask('POST', '/keys', { body: { ...body, scopes: ['keys:write'] }, headers: once });
    assert.deepEqual([other.status, other.body['code']], [409, 'reused-key']);
    assert.equal((await world.operating.keys.find(two.body['key']))?.name, 'once');
    while ((await world.store.keys.get(one.body['id']))?.lastUsed === undefined);
    assert.equal(
      (await ask('POST', '/keys', { body, headers: once })).status,
      409,
      'a program has it by now',
    );
    const taking = await ask('DELETE', `/keys/${(await make('alice', ['messages:read'])).body['id']}`, {
      who: 'clerk',
    });
    assert.deepEqual([taking.status, taking.body['code']], [403, 'no-scope'], 'nor take what is not theirs');
    assert.ok((await ask('DELETE', `/keys/${made.body['id']}`)).body['revoked']);
    assert.equal((await ask('DELETE', '/keys/none')).status, 404);

    const password = 'correct horse battery staple';
    const add = (who: string, name: string, role: string) =>
      ask('POST', '/operators', { who, body: { name, role, password } });
    assert.equal((await add('clerk', 'bert', 'admin')).status, 403);
    assert.equal((await add('clerk', 'bert', 'billing')).status, 201);
    const admin = await add('alice', 'alice', 'admin');
    assert.match(admin.body['totp'], /^otpauth:\/\//);
    await changesOwnPassword(password);
    assert.equal((await add('alice', 'alice', 'admin')).status, 409);
    assert.equal((await add('alice', 'Alice', 'admin')).status, 422);
    const weak = await ask('POST', '/operators', {
      body: { name: 'carl', role: 'admin', password: 'short' },
    });
    assert.deepEqual([weak.status, weak.body['fields'][0].field], [422, 'password']);
    const patch = (who: string, name: string, body: object) =>
      ask('PATCH', `/operators/${name}`, { who, body });
    // Whoever may less cannot take over somebody who may more.
    assert.equal((await patch('clerk', 'alice', { password: `${password}!`, totp: true })).status, 403);
    assert.equal((await ask('DELETE', '/operators/alice', { who: 'clerk' })).status, 403);
    assert.equal((await patch('alice', 'bert', { role: 'support' })).status, 200);
    assert.equal((await patch('clerk', 'bert', { role: 'billing' })).status, 403);
    assert.match((await patch('alice', 'bert', { totp: true })).body['totp'], /^otpauth:/);
    assert.equal((await patch('alice', 'alice', { role: 'billing' })).status, 422);
    assert.equal((await ask('DELETE', '/operators/alice')).status, 422);
    // Somebody of a directory elsewhere, who is not among the operators here.
    world.operator('root', scopes, 'oidc');
    for (const last of [
      await ask('DELETE', '/operators/alice', { who: 'root' }),
      await patch('root', 'alice', { role: 'support' }),
    ])
      assert.deepEqual([last.status, last.body['code']], [422, 'refused']);
    assert.equal((await ask('DELETE', '/operators/bert')).status, 204);
    assert.equal((await ask('DELETE', '/operators/bert')).status, 404);
    const listed = await ask('GET', '/operators');
    assert.deepEqual(
      listed.body['items'].map(({ name }: Body) => name),
      ['alice'],
    );
    assert.ok(!/argon2|otpauth|hash/.test(listed.text));
    const seen = await world.audited();
    for (const done of [
      'clerk key-made',
      'alice key-revoked',
      'alice operator-removed',
      'alice operator-reset',
      'alice wrong',
      'alice locked',
    ])
      assert.ok(seen.includes(done), done);
  });

  /** Who sits down at an open browser does not know the password. */
  const changesOwnPassword = async (password: string): Promise<void> => {
    world.operator('alice', scopes, 'password');
    const own = (body: object) => ask('PATCH', '/operators/alice', { body });
    const refused = (code: string) => [422, [{ field: 'current', code }]];
    const next = { password: `${password}!` };
    for (const [body, code] of [
      [next, 'missing'],
      [{ totp: true }, 'missing'],
      [{ ...next, current: 'another one of them' }, 'wrong'],
    ] as const) {
      const answer = await own(body);
      assert.deepEqual([answer.status, answer.body['fields']], refused(code));
    }
    assert.equal((await own({ ...next, current: password })).status, 200);
    assert.equal((await own({ password, current: `${password}!` })).status, 200);
    const tries = await Promise.all(
      Array.from({ length: 12 }, () => own({ ...next, current: 'guessed it maybe' })),
    );
    const locked = tries.find(({ status }) => status === 429);
    assert.equal(locked?.body['code'], 'locked');
    assert.ok(Number(locked.headers.get('retry-after')) > 0);
    await world.operating.operators.reset('alice', { password }, 'test');
    world.operator('alice', scopes, 'oidc');
  };

  it('makes no way in for whoever sits down at the open browser of somebody who signed in by password', async () => {
    const password = 'correct horse battery staple';
    const { operators } = world.operating;
    for (const name of ['petra', 'quentin']) await operators.add(name, 'admin', password, 'test');
    world.operator('petra', scopes, 'password');
    const ways: readonly (readonly [method: string, path: string, body: object, done: number])[] = [
      ['POST', '/operators', { name: 'rosa', role: 'admin', password: `${password}?` }, 201],
      ['POST', '/keys', { name: 'x', scopes: ['cdrs:read'] }, 201],
      ['PATCH', '/operators/quentin', { password: `${password}?` }, 200],
      ['PATCH', '/operators/quentin', { totp: true }, 200],
      ['PATCH', '/operators/quentin', { role: 'support' }, 200],
    ];
    const keys = async () => (await ask('GET', '/keys', { who: 'petra' })).body['items'].length;
    const before = await keys();
    for (const [method, path, body] of ways) {
      for (const [current, code] of [
        [{}, 'missing'],
        [{ current: 'guessed it maybe' }, 'wrong'],
      ] as const) {
        const { status, body: said } = await ask(method, path, {
          who: 'petra',
          body: { ...body, ...current },
        });
        assert.deepEqual([status, said['fields']], [422, [{ field: 'current', code }]], path);
      }
      await operators.reset('petra', { password }, 'test');
    }
    assert.deepEqual([await operators.get('rosa'), await keys()], [undefined, before]);
    assert.deepEqual(await operators.prove('quentin', password, '198.51.100.7'), { kind: 'right' });
    assert.equal((await operators.get('quentin'))?.role, 'admin');
    for (const [method, path, body, done] of ways) {
      const answer = await ask(method, path, { who: 'petra', body: { ...body, current: password } });
      assert.equal(answer.status, done, answer.text);
    }
  });

  it('does not keep those inside from changing the lock while somebody guesses at the door', async () => {
    const password = 'correct horse battery staple';
    const { operators } = world.operating;
    await operators.add('sven', 'admin', password, 'test');
    const guesses = await Promise.all(
      Array.from({ length: 40 }, (_, n) => operators.login('sven', 'guessed', '123456', `198.51.100.${n}`)),
    );
    assert.ok(guesses.some(({ kind }) => kind === 'locked'));
    assert.deepEqual(await operators.prove('sven', password, '198.51.100.7'), { kind: 'right' });
  });

  it('shows calls in progress, numbers masked for those who may not see records', async () => {
    const facts = {
      trunk: 'trunk',
      requestUser: '12025550147',
      privacy: false,
      asserted: { number: '+41791234567' },
    };
    const call = {
      id: 'call-1',
      facts,
      entry: { kind: 'incoming' },
      started: at(0),
      answered: at(1),
    } as unknown as Call;
    const hidden = {
      ...call,
      id: 'call-2',
      started: at(5),
      facts: { ...facts, privacy: true, requestUser: '1234567897#' },
    } as unknown as Call;
    const left = [call, hidden].map((one) => world.operating.calls.here.enter(one));
    const { body } = await ask('GET', '/calls');
    assert.deepEqual(
      body['items'].map(({ from, to }: Body) => [from, to]),
      [
        ['+41791234567', '12025550147'],
        [undefined, '1234567897#'],
      ],
    );
    world.operator('watcher', ['operations:read']);
    const seen = await ask('GET', '/calls', { who: 'watcher' });
    assert.deepEqual(
      seen.body['items'].map(({ from, to }: Body) => [from, to]),
      [
        ['+4179•••••67', '120••••••47'],
        [undefined, '•••'],
      ],
    );
    for (const end of left) end();
    assert.deepEqual((await ask('GET', '/calls')).body['items'], []);
    assert.equal(masked('911'), '•••');
  });
});
