/** A client that is not ours works against the double too: what the double says is no private understanding of the two. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { openFreeSwitchDouble, type FreeSwitchDouble } from './double/switch.ts';
import { silentLine } from './double/line.ts';

/** modesl 1.2.1 has no types: what is used of it here. */
interface ModEsl {
  Connection: new (host: string, port: number, password: string, ready: () => void) => ModConnection;
  Server: new (options: { port: number; host: string; myevents: boolean }, ready: () => void) => ModServer;
}
interface ModEvent {
  getHeader(name: string): string;
  getBody(): string;
}
interface ModConnection {
  on(name: string, listener: (event: ModEvent) => void): void;
  api(command: string, done: (event: ModEvent) => void): void;
  bgapi(command: string, done: (event: ModEvent) => void): void;
  execute(application: string, argument: string, done?: (event: ModEvent) => void): void;
  getInfo(): ModEvent;
  disconnect(): void;
}
interface ModServer {
  on(name: string, listener: (connection: ModConnection, id: string) => void): void;
  server: { address(): { port: number }; close(): void };
}

const modesl = createRequire(import.meta.url)('modesl') as ModEsl;

describe('modesl against the double of FreeSWITCH', function () {
  this.timeout(20_000);
  let double: FreeSwitchDouble;
  let port = 0;

  before(async () => {
    double = await openFreeSwitchDouble({
      password: 'ClueCon',
      application: () => ({ host: '127.0.0.1', port }),
      onDial: () => silentLine,
    });
  });

  after(() => double[Symbol.asyncDispose]());

  it('is let in, asks, and calls out in the background', async () => {
    const connection = await new Promise<ModConnection>((resolve) => {
      const made: ModConnection = new modesl.Connection('127.0.0.1', double.port, 'ClueCon', () =>
        resolve(made),
      );
    });
    const status = await new Promise<string>((resolve) =>
      connection.api('status', (event) => resolve(event.getBody())),
    );
    assert.match(status, /^UP/);
    const job = await new Promise<string>((resolve) =>
      connection.bgapi('originate sofia/internal/1001@127.0.0.1 &park()', (event) =>
        resolve(event.getBody()),
      ),
    );
    assert.match(job, /^\+OK [0-9a-f-]{36}/);
    connection.disconnect();
  });

  it('takes a call over, answers it, plays to it and hangs up', async () => {
    const server = await new Promise<ModServer>((resolve) => {
      const made: ModServer = new modesl.Server({ port: 0, host: '127.0.0.1', myevents: true }, () =>
        resolve(made),
      );
    });
    ({ port } = server.server.address());
    const taken = new Promise<ModConnection>((resolve) => server.on('connection::ready', resolve));
    const channel = double.ring({ to: '8001', from: '2001', name: 'Alice Test' });
    const connection = await taken;
    assert.equal(connection.getInfo().getHeader('Caller-Caller-ID-Name'), 'Alice Test');
    const run = (application: string, argument: string) =>
      new Promise<ModEvent>((resolve) => connection.execute(application, argument, resolve));
    await run('answer', '');
    const played = await run('playback', 'silence_stream://100');
    assert.equal(played.getHeader('Application-Response'), 'FILE PLAYED');
    const gone = new Promise<void>((resolve) => channel.gone.addEventListener('abort', () => resolve()));
    connection.execute('hangup', '');
    await gone;
    assert.equal(channel.hangupCause, 'NORMAL_CLEARING');
    connection.disconnect();
    server.server.close();
  });
});
