/**
 * A controller that only answers, plays and records, by one of two clients of ARI:
 * `ari-flow.ts own|ari-client URL USER PASSWORD SOUND`. Says `ready` when it is. A process of the bench `ari-wire`.
 */
import { createRequire } from 'node:module';
import { AriClient } from '../../app/media/ari/wire/client.ts';
import type { Log } from '../../app/ports/log.ts';

const app = 'bench';
const [which, url = '', user = '', password = '', sound = ''] = process.argv.slice(2);

/** The same three requests by both. */
const steps = (id: string) =>
  ({
    play: { media: `sound:${sound}` },
    record: {
      name: `bench/${id}`,
      format: 'ulaw',
      beep: false,
      maxDurationSeconds: 180,
      maxSilenceSeconds: 10,
      ifExists: 'overwrite',
      terminateOn: '#',
    },
  }) as const;

function fail(error: unknown): void {
  console.error(String(error));
}

function runOwn(): void {
  const silent: Log = {
    debug: () => {},
    info: () => {},
    warn: fail,
    error: fail,
    child: () => silent,
    within: (_fields, work) => work(),
  };
  const client = new AriClient(
    { url, user, password, apps: [app], timeoutMs: 5000 },
    {
      connected: async () => console.log('ready'),
      disconnected: () => {},
      replaced: () => {},
      event(event) {
        if (event.type !== 'StasisStart') return;
        const { id } = event.channel;
        const { play, record } = steps(id);
        client
          .request('POST', `channels/${id}/answer`)
          .then(() => client.request('POST', `channels/${id}/play`, play))
          .then(() => client.request('POST', `channels/${id}/record`, record))
          .catch(fail);
      },
    },
    silent,
  );
}

/** What is used of ari-client. */
interface AriClientLibrary {
  connect(url: string, user: string, password: string): Promise<AriClientConnection>;
}
interface AriClientConnection {
  on(
    event: 'StasisStart',
    listener: (event: unknown, channel: { id: string; answer(): Promise<void> }) => void,
  ): void;
  start(app: string): Promise<void>;
  readonly channels: {
    play(options: object): Promise<unknown>;
    record(options: object): Promise<unknown>;
  };
}

async function runLibrary(): Promise<void> {
  const library = createRequire(import.meta.url)('ari-client') as AriClientLibrary;
  const client = await library.connect(url, user, password);
  client.on('StasisStart', (_, channel) => {
    const { play, record } = steps(channel.id);
    channel
      .answer()
      .then(() => client.channels.play({ channelId: channel.id, ...play }))
      .then(() => client.channels.record({ channelId: channel.id, ...record }))
      .catch(fail);
  });
  await client.start(app);
  console.log('ready');
}

if (which === 'own') runOwn();
else await runLibrary();
