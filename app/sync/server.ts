/** What other nodes ask of this one: HTTPS (HTTP/2), each known by its certificate alone. */
import { once } from 'node:events';
import {
  constants,
  createSecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
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
const mostAtOnce = 32;
/** Parts of messages that are put into the store together, in bytes. */
const groupBytes = 1_572_864;
/** What a node may send before this one has read it, in bytes: of one request, and in all. */
const streamWindow = 1_048_576;
const sessionWindow = 4_194_304;
/** Longest body of a tell, in bytes. */
const mostTellBytes = 262_144;
/** Nothing came for so long, in milliseconds. */
const silentMs = 30_000;

export async function openSyncServer(options: ServerOptions, deps: ServerDeps) {
  const { host, port, key, certificate: cert, certificates, peers } = options;
  const busy = new Map<string, number>();
  const sessions = new Set<ServerHttp2Session>();
  const server = createSecureServer({
    key,
    cert,
    ca: [...certificates],
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.3',
    settings: { initialWindowSize: streamWindow, maxConcurrentStreams: mostAtOnce },
  });
  server.maxConnections = 256;
  server.setTimeout(0);
  server.on('tlsClientError', (error) => deps.log.debug('a node is not let in', { error }));
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    session.on('error', (error) => deps.log.debug('a node is gone', { error }));
    session.setLocalWindowSize(sessionWindow);
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', (error) => deps.log.debug('a node did not end what it sent', { error }));
    // Whoever is silent in the middle of what it sends is gone.
    stream.setTimeout(silentMs, () => stream.readableEnded || stream.close(constants.NGHTTP2_CANCEL));
    const peer = peers.get(fingerprintOf(stream) ?? '');
    if (peer === undefined) return reply(stream, 403, { why: 'unknown certificate' });
    const now = busy.get(peer) ?? 0;
    if (now >= mostAtOnce) return reply(stream, 503, { why: 'busy' });
    busy.set(peer, now + 1);
    handle(deps, peer, stream, headers)
      .catch((error: unknown) => failed(deps, peer, stream, error))
      .finally(() => busy.set(peer, (busy.get(peer) ?? 1) - 1));
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const session of sessions) session.destroy();
      await closed;
    },
  };
}

function fingerprintOf({ session }: ServerHttp2Stream): string | undefined {
  const socket = session?.destroyed === false ? (session.socket as TLSSocket) : undefined;
  return socket?.getPeerX509Certificate()?.fingerprint256;
}

async function handle(
  deps: ServerDeps,
  peer: string,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
): Promise<void> {
  const method = headers[':method'];
  const url = new URL(headers[':path'] ?? '/', 'https://node');
  const [, version, what = '', name = ''] = url.pathname.split('/');
  if (version !== 'v1') return reply(stream, 404, { why: 'unknown version' });
  if (method === 'POST' && what === 'replicas') return takeAll(deps, peer, stream);
  const told = tells.find((one) => one === name);
  if (method === 'POST' && what === 'tell' && told !== undefined) {
    const numbers = readNumbers(JSON.parse(await textOf(stream)));
    return reply(stream, 200, await deps.intake.tell(peer, told, numbers));
  }
  if (what !== 'pieces' || !/^[\da-f]{64}$/.test(name)) return reply(stream, 404, { why: 'nothing is here' });
  if (method === 'GET') return reply(stream, 200, { have: await deps.stage.have(peer, name) });
  if (method !== 'PUT') return reply(stream, 405, { why: 'not so' });
  const at = Number(url.searchParams.get('at') ?? 0);
  return reply(stream, 200, { have: await deps.stage.append(peer, name, at, stream) });
}

/**
 * Some together, and the next are read when those before are done: who sends faster than the store takes has to wait. What
 * came whole is done, whatever ends the stream.
 */
async function takeAll(
  { intake, stage }: ServerDeps,
  peer: string,
  stream: ServerHttp2Stream,
): Promise<void> {
  const answers: Promise<readonly ReplicaAnswer[]>[] = [];
  const staged: string[] = [];
  let group: Replica[] = [];
  let bytes = 0;
  const take = async (replicas: readonly Replica[], large: readonly string[]) => {
    const taken = await intake.takeAll(peer, replicas);
    for (const sha256 of large) await stage.remove(peer, sha256);
    return taken;
  };
  const flush = (): void => {
    if (group.length === 0) return;
    const taking = take(group, staged.splice(0));
    // Looked at below, in order.
    taking.catch(() => undefined);
    answers.push(taking);
    [group, bytes] = [[], 0];
  };
  const replicas = readFrames(stream, async (piece) => {
    const found = await stage.read(peer, piece);
    staged.push(piece.sha256);
    return found;
  });
  try {
    for await (const replica of replicas) {
      group.push(replica);
      bytes += replica.pieces.reduce((sum, piece) => sum + piece.bytes.length, 0);
      if (bytes < groupBytes) continue;
      await answers.at(-1);
      flush();
    }
  } finally {
    flush();
    await Promise.allSettled(answers);
  }
  reply(stream, 200, (await Promise.all(answers)).flat());
}

async function textOf(request: Readable): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > mostTellBytes) throw new SyntaxError('the body is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function failed({ log }: ServerDeps, peer: string, stream: ServerHttp2Stream, error: unknown): void {
  const bad =
    error instanceof SyntaxError || isFault(error, 'invalid') || isFault(error, 'message-too-large');
  const later = !bad && isTemporary(error);
  log[bad ? 'warn' : 'debug']('a node was not served', { node: peer, error });
  if (stream.headersSent || stream.destroyed) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  else reply(stream, bad ? 400 : later ? 503 : 500, { why: bad ? error.message : 'later' });
}

function reply(stream: ServerHttp2Stream, status: number, body: unknown): void {
  if (stream.headersSent || stream.destroyed) return;
  stream.respond({ ':status': status, 'content-type': 'application/json' });
  stream.end(JSON.stringify(body));
  // What of the request was not read is not wanted.
  if (status >= 400) stream.once('finish', () => stream.close(constants.NGHTTP2_NO_ERROR));
}
