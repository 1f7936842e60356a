/** The HTTP server that the switch alone speaks to: it PUTs recordings here and GETs what it is to play. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, extname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Log } from '../../ports/log.ts';

export interface ExchangeOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** The same as the switch dials it, as `host:port`. */
  readonly address?: string | undefined;
  /** Largest recording that is taken, in bytes. */
  readonly maxBytes: number;
  readonly isSwitch: (address: string) => Promise<boolean>;
  readonly log: Log;
}

interface Expected {
  readonly path: string;
  taken: boolean;
}

/** A recording that is to come. */
export interface Place extends Disposable {
  readonly url: string;
  /** Whether it came, and is on disk. */
  taken(): boolean;
}

/** Most files that can be fetched at a time: the least used are forgotten first. */
const mostOffered = 2000;

export class Exchange implements AsyncDisposable {
  readonly #options: ExchangeOptions;
  /** Of this process: whoever does not know it gets and leaves nothing. It stands in the path, as the switch sends no header. */
  readonly #token = randomBytes(24).toString('base64url');
  readonly #expected = new Map<string, Expected>();
  readonly #offered = new Map<string, string>();
  readonly #server: Server;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        options.log.warn('a file was not passed between here and the switch', { error: String(error) });
        end(request, response, 500);
      });
    });
    // A recording of an hour is there in seconds.
    this.#server.requestTimeout = 300_000;
  }

  async listen(): Promise<void> {
    const { host, port, log } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, resolve);
    });
    this.#server.on('error', (error) => log.error('the exchange of files with the switch failed', { error }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  /** Where the switch GETs this file. */
  offer(path: string): string {
    const name = `${createHash('sha256').update(path).digest('hex').slice(0, 32)}${extname(path)}`;
    this.#offered.delete(name);
    this.#offered.set(name, path);
    const [oldest] = this.#offered.keys();
    if (this.#offered.size > mostOffered && oldest !== undefined) this.#offered.delete(oldest);
    return this.#url(name);
  }

  /** Takes one PUT of this file until it is disposed of; no other is taken. */
  expect(path: string): Place {
    const expected: Expected = { path, taken: false };
    const name = basename(path);
    this.#expected.set(name, expected);
    return {
      url: this.#url(name),
      taken: () => expected.taken,
      [Symbol.dispose]: () => {
        if (this.#expected.get(name) === expected) this.#expected.delete(name);
      },
    };
  }

  #url(name: string): string {
    const { host, address } = this.#options;
    const at = address ?? `${host}:${(this.#server.address() as AddressInfo).port}`;
    return `http://${at}/${this.#token}/${encodeURIComponent(name)}`;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!(await this.#options.isSwitch(request.socket.remoteAddress ?? '')))
      return end(request, response, 403);
    const name = this.#nameOf(request.url ?? '');
    if (name === undefined) return end(request, response, 403);
    if (request.method === 'PUT') return this.#take(request, response, name);
    if (request.method === 'GET' || request.method === 'HEAD') return this.#give(request, response, name);
    return end(request, response, 405);
  }

  /** What stands behind the token; the switch may add parameters. Only what is expected or offered under it is ever touched. */
  #nameOf(url: string): string | undefined {
    const [, token = '', name = ''] = /^\/([\w-]{1,64})\/([^/?#]{1,400})(?:[?#]|$)/.exec(url) ?? [];
    const [own, told] = [Buffer.from(this.#token), Buffer.from(token)];
    if (own.length !== told.length || !timingSafeEqual(own, told)) return undefined;
    try {
      return decodeURIComponent(name);
    } catch {
      return undefined;
    }
  }

  /** 201 once it is on disk, under its name as a whole or not at all. */
  async #take(request: IncomingMessage, response: ServerResponse, name: string): Promise<void> {
    const expected = this.#expected.get(name);
    if (expected === undefined || expected.taken) return end(request, response, 404);
    const { maxBytes } = this.#options;
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) return end(request, response, 413);
    const draft = `${expected.path}.${randomBytes(6).toString('hex')}.part`;
    try {
      if (!(await written(request, draft, maxBytes))) return end(request, response, 413);
      await rename(draft, expected.path);
      await synced(dirname(expected.path));
    } finally {
      await rm(draft, { force: true });
    }
    expected.taken = true;
    end(request, response, 201);
  }

  async #give(request: IncomingMessage, response: ServerResponse, name: string): Promise<void> {
    const path = this.#offered.get(name);
    const size = path === undefined ? undefined : (await stat(path).catch(() => undefined))?.size;
    if (path === undefined || size === undefined) return end(request, response, 404);
    const type = path.endsWith('.tif') ? 'image/tiff' : 'audio/wav';
    response.writeHead(200, { 'Content-Type': type, 'Content-Length': size });
    if (request.method === 'HEAD') response.end();
    else await pipeline(createReadStream(path), response);
  }
}

/** False if it is longer than it may be; what is cut off by the sender is an error. */
async function written(request: IncomingMessage, path: string, maxBytes: number): Promise<boolean> {
  const file = await open(path, 'wx', 0o640);
  try {
    let bytes = 0;
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) return false;
      await file.write(chunk);
    }
    if (!request.complete) throw new Error('the recording was cut off on its way');
    await file.sync();
    return true;
  } finally {
    await file.close();
  }
}

async function synced(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** So long the rest of what is refused is let come, so that its sender reads the answer, in milliseconds. */
const refusedMs = 2000;

function end(request: IncomingMessage, response: ServerResponse, status: number): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, status < 300 ? {} : { Connection: 'close' });
  response.end();
  if (request.complete || request.destroyed) return;
  request.resume();
  const late = setTimeout(() => request.destroy(), refusedMs);
  request.once('close', () => clearTimeout(late));
}
