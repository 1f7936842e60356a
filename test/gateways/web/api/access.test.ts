/** Every route of the API, asked by everybody who may not. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { eventRoutes } from '../../../../app/gateways/web/api/routes/events.ts';
import { operatorRoutes } from '../../../../app/gateways/web/api/routes/operator.ts';
import type { RouteFacts } from '../../../../app/gateways/web/api/route.ts';
import { createStreams, type Streams } from '../../../../app/gateways/web/api/stream/streams.ts';
import type { Mailbox } from '../../../../app/core/mailbox/mailbox.ts';
import type { Message } from '../../../../app/core/message/message.ts';
import { silentLog } from '../../../ports/silent-log.ts';
import { openApiWorld, spoken, type ApiWorld } from './world.ts';

/** A body that is as it is to be, so that what is refused is refused for who asks. */
const bodies: Readonly<Record<string, unknown>> = {
  changeMailbox: { name: 'Mallory' },
  changePin: { new: '846291' },
  setAnnouncementOnly: { announcementOnly: true },
  depositMessage: { text: 'x' },
  changeMessage: { state: 'deleted' },
  replyToMessage: { text: 'x' },
  forwardMessage: { to: ['+12025551001'] },
  callAboutMessage: { what: 'play' },
};

describe('the API: another’s mailbox and messages', function () {
  this.timeout(60_000);
  let world: ApiWorld;
  let ann: Mailbox;
  let mallory: Mailbox;
  let message: Message;
  let other: Message;
  let streams: Streams;
  before(async () => {
    world = await openApiWorld(undefined, ({ happening, operating }) => {
      streams = createStreams({ ...happening, log: silentLog });
      return eventRoutes({ streams, auditor: operating.auditor });
    });
    ann = await world.subscriber('Ann');
    mallory = await world.subscriber('Mallory');
    message = await world.leave(ann, { parts: [spoken(1000)] });
    other = await world.leave(ann, { text: 'another' });
    world.people.set('key without scope', { kind: 'subscriber', mailbox: ann.id, via: 'key', scopes: [] });
    world.people.set('link to another', { kind: 'link', mailbox: ann.id, message: other.id });
    world.people.set('link', { kind: 'link', mailbox: ann.id, message: message.id });
    world.operator('key of nothing', []);
    world.operator(
      'admin',
      ['messages:read', 'messages:write', 'mailboxes:read', 'mailboxes:write'],
      'password',
    );
  });
  after(async () => {
    streams.close();
    await world.controller.happening.events.stop();
    await world[Symbol.asyncDispose]();
  });

  const ask = (route: RouteFacts, who: string): Promise<Response> => {
    const path = route.url
      .replace(/^\/v1/, '')
      .replace('/mailboxes/:id', `/mailboxes/${ann.id}`)
      .replace('/messages/:id', `/messages/${message.id}`)
      .replace(':reference', message.reference)
      .replace(':kind', 'unavailable')
      .replace(':n', '0');
    assert.ok(!path.includes(':'), `the test knows every parameter: ${path}`);
    const isGreeting = route.name === 'recordGreeting';
    const body = isGreeting ? Buffer.from(spoken(1000).data, 'base64') : bodies[route.name];
    if (['POST', 'PATCH', 'PUT'].includes(route.method))
      assert.ok(body !== undefined, `a body for ${route.name}`);
    return world.ask(route.method, path, {
      who,
      ...(body === undefined ? {} : { body }),
      ...(isGreeting ? { type: 'audio/PCMU' } : {}),
    });
  };
  const guarded = (): RouteFacts[] => world.web.routes.filter(({ access }) => access !== 'public');
  const each = async (who: string, expected: (route: RouteFacts) => readonly number[]): Promise<void> => {
    for (const route of guarded()) {
      const { status, body } = await ask(route, who);
      // A stream has no end.
      await body?.cancel();
      assert.ok(expected(route).includes(status), `${route.method} ${route.url} as ${who}: ${status}`);
    }
  };

  it('the table has every route, and each says who it is for', () => {
    assert.ok(guarded().length >= 20);
    for (const { access, scope, name } of guarded()) {
      assert.ok(access === 'subscriber' || access === 'link' || access === 'operator', name);
      // What is told of events is decided by each scope; see the tests of events.
      assert.ok(scope !== undefined || name === 'followEvents', name);
    }
  });

  it('no route is left out: all that the API describes is asked here, by the operator’s tests, or signs in', async () => {
    const file = new URL('../../../../docs/openapi.json', import.meta.url);
    const { paths } = JSON.parse(await readFile(file, 'utf8')) as {
      paths: Record<string, Record<string, { operationId: string; security: unknown[] }>>;
    };
    // A session is whoever asks for it themselves.
    const others = Object.entries(paths).filter(([path]) => !path.startsWith('/v1/session'));
    const described = others.flatMap(([, methods]) => Object.values(methods));
    const closed = described.filter(({ security }) => security.length > 0).map((one) => one.operationId);
    const asked = new Set([...guarded(), ...operatorRoutes({} as never)].map(({ name }) => name));
    assert.ok(closed.length > 50, `${closed.length}`);
    assert.deepEqual(
      closed.filter((name) => !asked.has(name)),
      [],
    );
  });

  it('nobody is asked to sign in, everywhere', () => each('', () => [401]));

  it('a key that is none is refused, everywhere', () => each('made up', () => [401]));

  it('another subscriber finds nothing, anywhere', () =>
    each('Mallory', ({ name }) => [name === 'followEvents' ? 200 : 404]));

  it('a key without the scope is told so, everywhere', () => each('key without scope', () => [403]));

  it('an operator’s key without the scope, too', () => each('key of nothing', () => [403]));

  it('a link opens its own message alone', () =>
    each('link to another', ({ access }) => (access === 'link' ? [404] : [403])));

  it('operators in person get at nothing that messages say', () =>
    each('admin', ({ content }) => (content === true ? [403] : [200, 204, 403, 404])));

  it('after all that nothing has changed, and their owner and link get at them', async () => {
    const { version, state, urgent } = (await world.store.messages.get(message.id)) ?? message;
    assert.deepEqual([version, state, urgent], [message.version, 'new', false]);
    assert.equal((await world.store.mailboxes.get(ann.id))?.counts.new, 2);
    assert.equal((await world.store.mailboxes.get(mallory.id))?.counts.new, 0);
    const path = `/messages/${message.id}`;
    for (const who of ['Ann', 'link', 'program'])
      for (const one of [path, `${path}/parts/0`, `${path}/parts/0?form=audio/mpeg`])
        assert.equal((await world.ask('GET', one, { who })).status, 200, `${one} as ${who}`);
    assert.equal((await world.ask('GET', `${path}/envelope`, { who: 'link' })).status, 403);
    const viaLink = (await (await world.ask('GET', path, { who: 'link' })).json()) as { reference?: string };
    assert.equal(viaLink.reference, undefined);
    assert.equal((await world.ask('PATCH', path, { who: 'link', body: { urgent: true } })).status, 403);
    assert.equal((await world.ask('PATCH', path, { who: 'link', body: { state: 'saved' } })).status, 200);
  });
});
