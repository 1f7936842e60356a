/** What other nodes ask of this one: HTTPS, each known by its certificate alone. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { isFault, isTemporary } from '../core/errors.ts';
import { readNumbers } from '../core/replication/read-replica.ts';
import type { Log } from '../ports/log.ts';
import type { PeerIntake, Replica, ReplicaAnswer, Tell } from '../ports/replication.ts';
import { readFrames } from './frames.ts';
import type { Stage } from './stage.ts';

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  readonly key: string;
  readonly certificate: string;
  /** Names by the SHA-256 of their certificates, as `AB:CD…`. */
  readonly peers: ReadonlyMap<string, string>;
  readonly certificates: readonly string[];
}

export interface ServerDeps {
  readonly intake: PeerIntake;
  readonly stage: Stage;
  readonly log: Log;
}

const tells: readonly Tell[] = ['arrived', 'return', 'still', 'left'];
/** Requests of one peer at once; more are to come later. */
const mostAtOnce = 16;
/** Replicas of one request that are worked at once. */
const takenAtOnce = 4;
/** Longest body of a tell, in bytes. */
const mostTellBytes = 262_144;
/** Nothing came for so long, in milliseconds. */
const silentMs = 30_000;

export async function openSyncServer(options: ServerOptions, deps: ServerDeps) {
  const { host, port, key, certificate: cert, certificates, peers } = options;
  const busy = new Map<string, number>();
  const server = createServer({
    key,
    cert,
    ca: [...certificates],
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.3',
  });
  server.requestTimeout = 0;
  server.headersTimeout = silentMs;
  server.maxConnections = 256;
  server.setTimeout(2 * silentMs, (socket) => socket.destroy());
  server.on('tlsClientError', (error) => deps.log.debug('a node is not let in', { error }));
  server.on('request', (request, response) => {
    const peer = peers.get((request.socket as TLSSocket).getPeerX509Certificate()?.fingerprint256 ?? '');
    if (peer === undefined) return reply(response, 403, { why: 'unknown certificate' });
    const now = busy.get(peer) ?? 0;
    if (now >= mostAtOnce) return reply(response, 503, { why: 'busy' });
    busy.set(peer, now + 1);
    handle(deps, peer, request, response)
      .catch((error: unknown) => failed(deps, peer, response, error))
      .finally(() => busy.set(peer, (busy.get(peer) ?? 1) - 1));
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function handle(
  deps: ServerDeps,
  peer: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'https://node');
  const [, version, what = '', name = ''] = url.pathname.split('/');
  if (version !== 'v1') return reply(response, 404, { why: 'unknown version' });
  if (request.method === 'POST' && what === 'replicas') return takeAll(deps, peer, request, response);
  const told = tells.find((one) => one === name);
  if (request.method === 'POST' && what === 'tell' && told !== undefined) {
    const numbers = readNumbers(JSON.parse(await textOf(request)));
    return reply(response, 200, await deps.intake.tell(peer, told, numbers));
  }
  if (what !== 'pieces' || !/^[\da-f]{64}$/.test(name))
    return reply(response, 404, { why: 'nothing is here' });
  if (request.method === 'GET') return reply(response, 200, { have: await deps.stage.have(peer, name) });
  if (request.method !== 'PUT') return reply(response, 405, { why: 'not so' });
  const at = Number(url.searchParams.get('at') ?? 0);
  return reply(response, 200, { have: await deps.stage.append(peer, name, at, request) });
}

/** A few at once, and the next is read when one of them is done: who sends faster than the store takes has to wait. */
async function takeAll(
  { intake, stage }: ServerDeps,
  peer: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answers: Promise<ReplicaAnswer>[] = [];
  const staged: string[] = [];
  const replicas = readFrames(request, async (piece) => {
    staged.push(piece.sha256);
    return stage.read(peer, piece);
  });
  const take = async (replica: Replica, large: readonly string[]): Promise<ReplicaAnswer> => {
    const answer = await intake.take(peer, replica);
    for (const sha256 of large) await stage.remove(peer, sha256);
    return answer;
  };
  try {
    for await (const replica of replicas) {
      const taking = take(replica, staged.splice(0));
      // Looked at below, in order.
      taking.catch(() => undefined);
      answers.push(taking);
      await answers.at(-takenAtOnce);
    }
  } finally {
    // Whatever ends the stream, what came whole is done.
    await Promise.allSettled(answers);
  }
  reply(response, 200, await Promise.all(answers));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > mostTellBytes) throw new SyntaxError('the body is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function failed({ log }: ServerDeps, peer: string, response: ServerResponse, error: unknown): void {
  const bad =
    error instanceof SyntaxError || isFault(error, 'invalid') || isFault(error, 'message-too-large');
  const later = !bad && isTemporary(error);
  log[bad ? 'warn' : 'debug']('a node was not served', { node: peer, error });
  if (response.headersSent || response.destroyed) response.destroy();
  else reply(response, bad ? 400 : later ? 503 : 500, { why: bad ? error.message : 'later' });
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
  // What of the request was not read is not wanted.
  if (status >= 400) response.once('finish', () => response.socket?.end());
}
