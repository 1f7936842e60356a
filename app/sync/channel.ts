/**
 * One connection of HTTP/2 (RFC 9113) to another node, made when it is needed and again when it broke. What is asked is sent one
 * after the other, and answered in any order: the line is never idle for want of an answer.
 */
import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import type { Readable } from 'node:stream';
import type { PeerCertificate } from 'node:tls';
import type { Bytes } from '../ports/byte-source.ts';
import type { Bandwidth } from './bandwidth.ts';

export interface ChannelOptions {
  readonly url: string;
  /** PEM; no other is believed. */
  readonly certificate: string;
  /** SHA-256 of it, as `AB:CD…`. */
  readonly fingerprint: string;
  readonly key: string;
  readonly ownCertificate: string;
  readonly bandwidth: Bandwidth;
  /** See below. */
  readonly silentMs?: number;
}

/**
 * Nothing came for so long while something is asked, in milliseconds: the line is dead. A node that only takes its time, as when it
 * stores what is large, answers pings.
 */
const silentMs = 20_000;
/** Written at once where the rate is held back, and where it is not. */
const chunkBytes = { held: 16_384, free: 131_072 };
/** Of what is read part by part. */
const sourceBytes = 1_048_576;
const mostAnswerBytes = 1_048_576;

/** Another answer than 200. */
export class BadAnswer extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`it answers ${status}`);
    this.status = status;
  }
}

export class Channel implements Disposable {
  readonly #options: ChannelOptions;
  #session: ClientHttp2Session | undefined;
  #asked = 0;
  /** What is sent before. */
  #before: Promise<unknown> = Promise.resolve();

  constructor(options: ChannelOptions) {
    this.#options = options;
  }

  /** @throws whatever went wrong, and unless the answer is 200 */
  async ask(method: string, path: string, body: readonly Bytes[]): Promise<unknown> {
    const answer = await this.#inTurn(async () => {
      const stream = this.#open(method, path, body);
      // Also one that comes before all is sent.
      const text = textOf(stream);
      text.catch(() => undefined);
      try {
        await this.#write(stream, body);
      } catch (error) {
        // What it was read from failed, or the line.
        stream.close(constants.NGHTTP2_CANCEL);
        throw error;
      }
      return { text };
    });
    return JSON.parse(await answer.text) as unknown;
  }

  async #inTurn<T>(send: () => Promise<T>): Promise<T> {
    const sending = this.#before.then(send);
    this.#before = sending.catch(() => undefined);
    return sending;
  }

  #open(method: string, path: string, body: readonly Bytes[]): ClientHttp2Stream {
    const session = this.#connected();
    const length = body.reduce((sum, { length: bytes }) => sum + bytes, 0);
    const stream = session.request({ ':method': method, ':path': path, 'content-length': length });
    // Whoever reads or writes it is told.
    stream.on('error', () => undefined);
    this.#asked += 1;
    stream.once('close', () => {
      if (this.#session === session) this.#asked -= 1;
    });
    return stream;
  }

  async #write(stream: ClientHttp2Stream, body: readonly Bytes[]): Promise<void> {
    for (const bytes of body)
      if (bytes instanceof Uint8Array) await this.#pass(stream, bytes);
      else
        for (let at = 0; at < bytes.length; at += sourceBytes)
          await this.#pass(stream, await bytes.read(at, Math.min(at + sourceBytes, bytes.length)));
    stream.end();
  }

  async #pass(stream: ClientHttp2Stream, bytes: Uint8Array): Promise<void> {
    const { bandwidth } = this.#options;
    const most = chunkBytes[bandwidth.free ? 'free' : 'held'];
    for (let at = 0; at < bytes.length; at += most) {
      const chunk = bytes.subarray(at, at + most);
      await bandwidth.pass(chunk.length);
      if (stream.destroyed) throw new Error('the line broke');
      if (!stream.write(chunk)) await writable(stream);
    }
  }

  #connected(): ClientHttp2Session {
    const there = this.#session;
    if (there !== undefined && !there.closed && !there.destroyed) return there;
    const { url, certificate, fingerprint, key, ownCertificate } = this.#options;
    const session = connect(url, {
      key,
      cert: ownCertificate,
      ca: certificate,
      minVersion: 'TLSv1.3',
      // Not the name in it counts, but that it is this one.
      checkServerIdentity: (_host: string, cert: PeerCertificate) =>
        cert.fingerprint256 === fingerprint ? undefined : new Error('the certificate is another one'),
    });
    session.on('error', () => session.destroy());
    this.#session = session;
    this.#asked = 0;
    this.#watch(session);
    return session;
  }

  #watch(session: ClientHttp2Session): void {
    let pinged: number | undefined;
    const timer = setInterval(() => {
      const read = session.destroyed || this.#asked === 0 ? undefined : session.socket.bytesRead;
      if (read !== undefined && read === pinged) session.destroy(new Error('silent'));
      // Whether it was answered is seen next time.
      else if (read !== undefined) session.ping(() => undefined);
      pinged = read;
    }, this.#options.silentMs ?? silentMs);
    session.once('close', () => clearInterval(timer));
  }

  [Symbol.dispose](): void {
    this.#session?.destroy();
  }
}

/** Until more can be written, or nothing any more. */
function writable(stream: ClientHttp2Stream): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.once('drain', done).once('close', done);
  });
}

async function textOf(stream: ClientHttp2Stream): Promise<string> {
  let status: unknown;
  stream.once('response', (headers) => (status = headers[constants.HTTP2_HEADER_STATUS]));
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream as Readable as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > mostAnswerBytes) throw new Error('its answer is too long');
    chunks.push(chunk);
  }
  if (status !== 200) throw new BadAnswer(Number(status));
  return Buffer.concat(chunks).toString('utf8');
}
