/** Asterisk’s manager interface: a real client logs in at a server that answers the next action with what it is given, and goes. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { AriDown } from '../../../app/media/ari/wire/errors.ts';
import { ManagerClient, ManagerError } from '../../../app/media/ari/wire/manager.ts';
import { bytes, type Target } from './target.ts';

export async function manager(): Promise<Target> {
  let next: Uint8Array = new Uint8Array();
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write('Asterisk Call Manager/11.0.0\r\n');
    socket.once('data', () => {
      socket.write('Response: Success\r\nActionID: 1\r\nMessage: Authentication accepted\r\n\r\n');
      socket.once('data', () => socket.end(next));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    name: 'manager interface of Asterisk',
    files: ['app/media/ari/wire/manager.ts'],
    seeds: [
      'Response: Success\r\nActionID: 2\r\nMessage: ok\r\n\r\n',
      'Event: ContactStatus\r\nURI: sip:a@b\r\nEndpointName: x\r\n\r\nResponse: Error\r\nActionID: 2\r\nMessage: no\r\n\r\n',
    ].map(bytes),
    words: ['\r\n\r\n', '\r\n', ': ', 'ActionID: 2', 'Response: Success', 'Event: ', '\0'],
    async run(input) {
      next = input;
      const options = { host: '127.0.0.1', port, user: 'a', password: 'b', timeoutMs: 5000 };
      const client = new ManagerClient({ ...options, onEvent: (event) => void event.get('uri') });
      try {
        await client.action('Ping', []);
      } catch (error) {
        if (!(error instanceof AriDown) && !(error instanceof ManagerError)) throw error;
      } finally {
        client.close();
      }
    },
    refuses: () => false,
    largest: 32_768,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
