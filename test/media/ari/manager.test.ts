import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { AriDown, AriTimeout } from '../../../app/media/ari/wire/errors.ts';
import { ManagerClient, ManagerError } from '../../../app/media/ari/wire/manager.ts';

/** What the other side sends in answer to what it got, as far as it goes; `undefined` says nothing. */
type Behaviour = (request: string, socket: Socket) => string | undefined;

const idOf = (request: string): string => /ActionID: (\d+)/.exec(request)?.[1] ?? '';
const success: Behaviour = (request) => `Response: Success\r\nActionID: ${idOf(request)}\r\n\r\n`;

describe('the manager interface of a switch that misbehaves', () => {
  let server: Server;
  let behave: Behaviour;
  let connections: number;
  let client: ManagerClient;
  const events: ReadonlyMap<string, string>[] = [];

  beforeEach(async () => {
    connections = 0;
    events.length = 0;
    behave = success;
    server = createServer((socket) => {
      connections++;
      let text = '';
      socket.on('error', () => undefined);
      socket.write('Asterisk Call Manager/11.0.0\r\n');
      socket.setEncoding('utf8').on('data', (part: string) => {
        text += part;
        for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
          const answer = behave(text.slice(0, end), socket);
          text = text.slice(end + 4);
          if (answer !== undefined) socket.write(answer);
        }
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const access = { host: '127.0.0.1', port, user: 'u', password: 'p', timeoutMs: 300 };
    client = new ManagerClient({ ...access, onEvent: (event) => events.push(event) });
  });
  afterEach(async () => {
    client.close();
    server.close();
    await once(server, 'close');
  });

  it('logs in once and asks for events', async () => {
    const asked: string[] = [];
    behave = (request, socket) => {
      asked.push(request);
      return success(request, socket);
    };
    await Promise.all([client.action('Ping', []), client.action('Ping', [])]);
    assert.equal(connections, 1);
    assert.match(asked[0] ?? '', /^Action: Login\r\nUsername: u\r\nSecret: p\r\nEvents: on\r\n/);
    assert.equal(asked.length, 3);
  });

  it('reads answers in pieces, in any order, with events between them', async () => {
    const waiting: string[] = [];
    behave = (request, socket) => {
      if (request.startsWith('Action: Login')) return success(request, socket);
      waiting.push(idOf(request));
      if (waiting.length < 2) return undefined;
      const [one = '', two = ''] = waiting;
      const whole =
        `Response: Error\r\nActionID: ${two}\r\nMessage: no: not so\r\n\r\n` +
        `Event: SuccessfulAuth\r\nAccountID: anna\r\n\r\nResponse: Success\r\nActionID: ${one}\r\n\r\n`;
      for (const letter of whole) socket.write(letter);
      return undefined;
    };
    const [first, second] = await Promise.allSettled([client.action('One', []), client.action('Two', [])]);
    assert.equal(first.status, 'fulfilled');
    assert.ok(second.status === 'rejected' && second.reason instanceof ManagerError);
    assert.match(second.reason.message, /no: not so/);
    assert.equal(events[0]?.get('accountid'), 'anna');
  });

  it('that says nothing is given up in time, and tried anew', async () => {
    behave = () => undefined;
    await assert.rejects(client.action('Ping', []), AriTimeout);
    behave = success;
    await client.action('Ping', []);
    assert.equal(connections, 2);
  });

  it('that breaks the connection is told, and tried anew', async () => {
    await client.action('Ping', []);
    behave = (_, socket) => void socket.destroy();
    await assert.rejects(client.action('Ping', []), AriDown);
    behave = success;
    await client.action('Ping', []);
  });

  it('that floods without an end fills no memory', async () => {
    behave = (request, socket) =>
      request.startsWith('Action: Login') ? success(request, socket) : 'x'.repeat(200_000);
    await assert.rejects(client.action('Ping', []), AriDown);
  });

  it('that refuses the password says so', async () => {
    behave = (request) =>
      `Response: Error\r\nActionID: ${idOf(request)}\r\nMessage: Authentication failed\r\n\r\n`;
    await assert.rejects(
      client.action('Ping', []),
      (error) => error instanceof ManagerError && error.refused,
    );
  });

  it('that refuses the password is not asked again and again for the sake of events', async () => {
    behave = (request) =>
      `Response: Error\r\nActionID: ${idOf(request)}\r\nMessage: Authentication failed\r\n\r\n`;
    const again = once(server, 'connection').then(() => once(server, 'connection'));
    client.listen();
    // Longer than it waits after any other loss.
    const waited = new Promise((resolve) => setTimeout(resolve, 2500, 'waited'));
    assert.equal(await Promise.race([again, waited]), 'waited');
  });

  it('that breaks the connection is connected again for the sake of events', async () => {
    let sockets: Socket[] = [];
    server.on('connection', (socket: Socket) => (sockets = [...sockets, socket]));
    client.listen();
    await once(server, 'connection');
    const again = once(server, 'connection');
    await client.action('Ping', []);
    for (const socket of sockets) socket.destroy();
    await again;
    await client.action('Ping', []);
  });

  it('that is not there is told at once', async () => {
    const closed = new ManagerClient({
      host: '127.0.0.1',
      port: 1,
      user: 'u',
      password: 'p',
      timeoutMs: 5000,
    });
    const begun = performance.now();
    await assert.rejects(closed.action('Ping', []), AriDown);
    // Before the time that an answer may take.
    assert.ok(performance.now() - begun < 4000);
    closed.close();
  });
});
