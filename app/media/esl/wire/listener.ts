import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Log } from '../../../ports/log.ts';
import { EslConnection, type EslHandlers } from './connection.ts';
import { channelData, type EslEvent } from './event.ts';
import type { Frame } from './frames.ts';

export interface EslListenerOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Events of the call's own channel, as `json CHANNEL_ANSWER DTMF`. */
  readonly events: string;
  /** Longest wait for one reply, in milliseconds. */
  readonly timeoutMs: number;
  /** Whether a connection of this address is the switch's; others are closed at once. Default all. */
  readonly isSwitch?: ((address: string) => Promise<boolean>) | undefined;
}

/** A call that the dialplan handed over: its connection lingers after the hang-up until `exit`. */
export interface OutboundCall {
  readonly connection: EslConnection;
  /** Channel data at the time of the hand-over. */
  readonly data: EslEvent;
  /** The channel. */
  readonly id: string;
}

export interface EslListenerHandlers {
  /** The call is there; its events go to what this answers. */
  call(call: OutboundCall): Pick<EslHandlers, 'event' | 'notice' | 'closed'>;
}

export interface EslListener extends AsyncDisposable {
  readonly port: number;
}

/**
 * Takes outbound connections: FreeSWITCH dials this side for each call (`socket HOST:PORT async full`).
 * Listens when this settles.
 */
export async function listen(
  options: EslListenerOptions,
  handlers: EslListenerHandlers,
  log: Log,
): Promise<EslListener> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    admit(socket, options, handlers, log).catch((error: unknown) => {
      log.warn('a call could not be taken over from the switch', { error: String(error) });
      socket.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  server.on('error', (error) => log.error('the listener for calls failed', { error }));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function admit(
  socket: Socket,
  options: EslListenerOptions,
  handlers: EslListenerHandlers,
  log: Log,
): Promise<void> {
  const from = socket.remoteAddress ?? '';
  socket.on('error', () => socket.destroy());
  if (options.isSwitch !== undefined && !(await options.isSwitch(from))) {
    log.warn('a connection that is not the switch’s was refused', { from });
    socket.destroy();
    return;
  }
  await take(socket, options, handlers);
}

/** Nothing of the call is missed: its events are asked for before anybody knows of it, and kept until then. */
async function take(
  socket: Socket,
  options: EslListenerOptions,
  handlers: EslListenerHandlers,
): Promise<void> {
  let call: ReturnType<EslListenerHandlers['call']> | undefined;
  const early: EslEvent[] = [];
  let notice: Frame | undefined;
  const connection = new EslConnection(
    socket,
    {
      event: (event) => (call === undefined ? early.push(event) : call.event(event)),
      notice: (frame) => (call === undefined ? (notice = frame) : call.notice?.(frame)),
      closed: (why) => call?.closed(why),
    },
    { timeoutMs: options.timeoutMs },
  );
  const data = channelData(await connection.send('connect'));
  const id = data.get('Unique-ID') ?? data.get('Channel-Unique-ID');
  if (id === undefined || id === '') throw new TypeError('the switch named no channel');
  // Without `linger` the end of a call may be lost; without the filter other calls' events come too.
  await connection.command('linger');
  await connection.command(`filter Unique-ID ${id}`);
  await connection.command(`event ${options.events}`);
  call = handlers.call({ connection, data, id });
  for (const event of early) call.event(event);
  if (notice !== undefined) call.notice?.(notice);
}
