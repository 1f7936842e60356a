import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Fault } from '../../../app/core/errors.ts';
import { openDrachtioDouble } from './double.ts';
import { headerOf, statusOf } from './message.ts';
import { openWorld, subscriber, until, World } from './world.ts';

const text = { id: 'n-1', to: subscriber, body: 'hi' };

describe('the link of the SIP edge to its server', function () {
  this.timeout(20_000);

  it('comes back after a restart of the server, and works as before', async () => {
    await using world = await openWorld(
      {},
      { onRequest: ({ body }) => (body === 'held' ? 'silent' : { start: 'SIP/2.0 200 OK' }) },
    );
    const gateway = world.edge.gateway ?? assert.fail();
    const held = gateway.send({ ...text, body: 'held' }).then(
      () => assert.fail('it was taken'),
      (error: unknown) => error,
    );
    await until(() => world.double.sent.length === 1);
    const began = performance.now();
    await world.double.stop();
    const lost = await held;
    assert.ok(lost instanceof Fault && lost.temporary && lost.code === 'gateway-unavailable');
    assert.ok(performance.now() - began < 1500, 'without waiting for its deadline');
    await assert.rejects(gateway.send(text), { code: 'gateway-unavailable' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await world.double.start();
    await world.ready();
    assert.deepEqual(await gateway.send(text), {});
    assert.equal(statusOf(await world.text('after')), 202);
    assert.equal(world.double.routed('message'), 1);
  });

  it('with a wrong secret it tries seldom; without a server at all it waits for it and closes at once', async () => {
    const double = await openDrachtioDouble({ secret: 'another' });
    const world = new World(double, {}, { times: { longestReconnectMs: 400 } });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.ok(double.connections >= 2 && double.connections <= 4, String(double.connections));
    assert.equal(world.edge.up, false);
    await double.stop();
    const began = performance.now();
    await world[Symbol.asyncDispose]();
    assert.ok(performance.now() - began < 500);
  });

  it('a server that reads no more, or says what is no frame, is left and found again', async () => {
    await using world = await openWorld({}, {}, { times: { probeMs: 50, probeAnswerMs: 200 } });
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(world.double.connections, 1, 'probes that are answered do no harm');
    world.double.wedge();
    await until(() => world.double.connections === 2);
    for (const bytes of [
      'no frame #1',
      '9#a|b|c|d\r\n',
      '12#x|sip|network',
      Buffer.from([0x33, 0x23, 0xff, 0xfe, 0x7c]),
    ]) {
      await world.ready();
      world.double.say(bytes);
      // What begins like a frame swallows what follows: a probe without an answer ends that.
      const works = () =>
        world.edge.gateway?.send(text).then(
          () => true,
          () => false,
        ) ?? assert.fail();
      while (!(await works())) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.ok(world.double.connections > 3);
  });

  it('a server that takes the connection and says nothing is left', async () => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => void sockets.add(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const double = await openDrachtioDouble({ secret: 's3cret' });
    await using world = new World(double, { port }, { times: { connectMs: 100 } });
    await until(() => sockets.size >= 3);
    assert.equal(world.edge.up, false);
    await world.edge[Symbol.asyncDispose]();
    server.close();
    for (const socket of sockets) socket.destroy();
  });

  it('frames cut at every byte are the same frames', async () => {
    await using world = await openWorld();
    world.double.cutting = true;
    assert.equal(statusOf(await world.text('Grüße 👋 # | in pieces')), 202);
    assert.equal(world.texts[0]?.body, 'Grüße 👋 # | in pieces');
  });

  it('tells who asks whether it is there, and takes nothing new while it closes', async () => {
    let healthy = true;
    await using world = await openWorld({}, {}, { healthy: () => healthy });
    const probe = () =>
      world.double.arrives(
        'OPTIONS sip:127.0.0.1:5260 SIP/2.0\r\nVia: SIP/2.0/UDP 1.2.3.4\r\nFrom: <sip:p@h>;tag=1\r\nTo: <sip:h>\r\nCall-ID: o\r\nCSeq: 1 OPTIONS\r\n\r\n',
        { protocol: 'udp', address: '1.2.3.4', port: 5060 },
      );
    const good = await probe();
    assert.equal(statusOf(good), 200);
    assert.match(headerOf(good, 'allow') ?? '', /MESSAGE, SUBSCRIBE/);
    healthy = false;
    assert.equal(statusOf(await probe()), 503);
    let release = (): void => undefined;
    world.onText = () => new Promise((resolve) => (release = resolve));
    const pending = world.text('pending');
    await new Promise((resolve) => setTimeout(resolve, 50));
    const closing = world.edge[Symbol.asyncDispose]();
    await until(() => world.double.routed('message') === 0);
    assert.equal(statusOf(await world.text('new')), 503, 'of the server, for nobody is there for it');
    release();
    assert.equal(statusOf(await pending), 202, 'what was begun is answered');
    await closing;
  });
});
