import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { EslClient } from '../../../app/media/esl/wire/client.ts';
import { commandOf, originateValue } from '../../../app/media/esl/wire/command.ts';
import { EslConnection } from '../../../app/media/esl/wire/connection.ts';
import { EslDown, EslError, EslHungUp, EslTimeout } from '../../../app/media/esl/wire/errors.ts';
import { wordsOf } from '../../../app/media/esl/wire/connection.ts';
import { silentLog } from '../../ports/silent-log.ts';
import { openFreeSwitchDouble, type FreeSwitchDouble } from './double/switch.ts';

const nobody = { event: () => undefined, closed: () => undefined };

interface Hooks {
  readonly event?: (name: string) => void;
  readonly warned?: () => void;
}

describe('A connection to the event socket', function () {
  this.timeout(20_000);

  describe('whose other side a test speaks for', () => {
    let server: Server;
    let connection: EslConnection;
    let far: Socket;
    let heard = '';

    beforeEach(async () => {
      heard = '';
      server = createServer();
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const taken = once(server, 'connection');
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      connection = new EslConnection(socket, nobody, { timeoutMs: 1500 });
      [far] = (await taken) as [Socket];
      far.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    });

    afterEach(async () => {
      connection.drop();
      far.destroy();
      server.close();
      await once(server, 'close');
    });

    const say = (text: string) => far.write(text);
    const until = async (part: string): Promise<void> => {
      while (!heard.includes(part)) await once(far, 'data');
    };

    it('gives each command the reply that is its own, also where an api is refused by a command’s reply', async () => {
      const asked = [connection.send('api status'), connection.send('getvar x'), connection.send('api')];
      await until('api\n\n');
      say('Content-Type: command/reply\nReply-Text: -ERR permission denied\n\n');
      say('Content-Type: command/reply\nReply-Text: 5700\n\nContent-Length: 3\n');
      say('Content-Type: api/response\n\n+OK');
      assert.deepEqual((await Promise.all(asked)).map(wordsOf), ['-ERR permission denied', '5700', '+OK']);
    });

    it('that says nothing more rejects what waits, and is given up', async () => {
      const [first, second] = [connection.command('api status'), connection.command('linger')];
      const both = Promise.allSettled([first, second]);
      const [one, two] = await both;
      assert.ok(one.status === 'rejected' && one.reason instanceof EslTimeout);
      assert.ok(two.status === 'rejected' && two.reason instanceof EslDown);
      await assert.rejects(connection.command('linger'), EslDown);
    });

    it('that is cut rejects everything that waits, at once', async () => {
      const waits = Promise.allSettled([
        connection.command('linger'),
        connection.execute('channel', 'playback', 'x.wav'),
        connection.bgapi('originate x &park()'),
      ]);
      await until('bgapi');
      far.destroy();
      for (const one of await waits) assert.ok(one.status === 'rejected' && one.reason instanceof EslDown);
    });

    it('that sends what is no event socket is given up, and nobody else is hurt', async () => {
      const closed = connection.command('linger');
      say('Content-Type: api/response\nContent-Length: -5\n\n');
      await assert.rejects(closed, EslDown);
      assert.equal(connection.open, false);
    });

    it('tells errors without what may be somebody’s number', async () => {
      const asked = connection.command('bgapi originate sofia/gateway/trunk/+12025550123 &park()');
      await until('bgapi');
      say('Content-Type: command/reply\nReply-Text: -ERR no\n\n');
      await assert.rejects(
        asked,
        (error: Error) => error instanceof EslError && !error.message.includes('2025550123'),
      );
    });
  });

  it('lets no value begin another command', () => {
    for (const bad of ['a\nb', 'a\rb', 'a\u0000b', 'x\n\napi status']) {
      assert.throws(() => commandOf(`sendmsg ${bad}`), TypeError);
      assert.throws(() => commandOf('sendmsg x', { 'execute-app-arg': bad }), TypeError);
      assert.throws(() => originateValue(bad), TypeError);
    }
    assert.throws(() => commandOf('sendmsg x', { 'bad name': 'x' }), TypeError);
    assert.equal(originateValue("O'Neil, \\ x"), String.raw`'O\'Neil, \\ x'`);
    assert.equal(
      commandOf('sendevent X', { to: 'é' }, 'é').toString(),
      'sendevent X\nto: é\nContent-Length: 2\n\né',
    );
  });

  describe('to the double', () => {
    let double: FreeSwitchDouble;
    let handedOver: Server;

    before(async () => {
      handedOver = createServer((socket) => socket.on('error', () => undefined));
      handedOver.listen(0, '127.0.0.1');
      await once(handedOver, 'listening');
      double = await openFreeSwitchDouble({
        password: 'ClueCon',
        application: () => ({ host: '127.0.0.1', port: (handedOver.address() as AddressInfo).port }),
      });
    });

    after(async () => {
      await double[Symbol.asyncDispose]();
      handedOver.close();
    });

    const open = (password: string, connected: () => void = () => undefined, more: Hooks = {}) =>
      new EslClient(
        {
          host: '127.0.0.1',
          port: double.port,
          password,
          events:
            'json PLAYBACK_START CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE CHANNEL_EXECUTE_COMPLETE BACKGROUND_JOB',
          timeoutMs: 2000,
        },
        {
          event: (event) => more.event?.(event.name),
          connected: async () => connected(),
          disconnected: () => undefined,
        },
        { ...silentLog, warn: () => more.warned?.() },
      );

    it('comes back by itself after it was cut', async () => {
      let times = 0;
      let again = (): void => undefined;
      const twice = new Promise<void>((resolve) => (again = resolve));
      const client = open('ClueCon', () => {
        times += 1;
        if (times === 1) setImmediate(() => double.dropConnections());
        else again();
      });
      await twice;
      assert.match(await client.connection.api('status'), /^UP/);
      client.close();
    });

    it('with a wrong password is never connected', async () => {
      let warned = (): void => undefined;
      const refused = new Promise<void>((resolve) => (warned = resolve));
      const client = open('wrong', () => assert.fail('it was let in'), { warned });
      await refused;
      assert.equal(client.connected, false);
      assert.throws(() => client.connection, EslDown);
      client.close();
    });

    it('what is asked of a channel that hung up is rejected, and does not wait for ever', async () => {
      let connected = (): void => undefined;
      const ready = new Promise<void>((resolve) => (connected = resolve));
      let begun = (): void => undefined;
      const plays = new Promise<void>((resolve) => (begun = resolve));
      const event = (name: string): void => (name === 'PLAYBACK_START' ? begun() : undefined);
      const client = open('ClueCon', () => connected(), { event });
      await ready;
      const channel = double.ring({ to: '+12025550123', from: '+12025550100' });
      const playing = client.connection.execute(channel.id, 'playback', 'silence_stream://60000');
      const over = assert.rejects(
        playing.then((event) => {
          assert.equal(event.get('Application-Response'), 'PLAYBACK ERROR');
          return client.connection.execute(channel.id, 'playback', 'silence_stream://10');
        }),
        EslHungUp,
      );
      await plays;
      double.hangUp(channel);
      await over;
      client.close();
    });
  });
});
