/** Another node, over HTTPS with the certificates of both. */
import { Agent, request as httpsRequest } from 'node:https';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Fault } from '../core/errors.ts';
import type { E164 } from '../core/ids.ts';
import type { Peer, Piece, Replica, ReplicaAnswer, Tell } from '../ports/replication.ts';
import { Bandwidth } from './bandwidth.ts';
import { inlineBytes, writeFrame } from './frames.ts';

export interface PeerOptions {
  readonly name: string;
  readonly url: string;
  readonly prefixes: readonly string[];
  /** PEM; no other is believed. */
  readonly certificate: string;
  /** SHA-256 of it, as `AB:CD…`. */
  readonly fingerprint: string;
  readonly key: string;
  readonly ownCertificate: string;
  /** Most bytes a second to it. */
  readonly bytesPerSecond: number | undefined;
}

/** No answer, or no byte taken, for so long, in milliseconds. */
const silentMs = 20_000;
const chunkBytes = 16_384;
const mostAnswerBytes = 1_048_576;

export class HttpsPeer implements Peer, Disposable {
  readonly name: string;
  readonly prefixes: readonly string[];
  readonly #url: string;
  readonly #agent: Agent;
  readonly #bandwidth: Bandwidth;

  constructor(options: PeerOptions) {
    const { name, url, prefixes, certificate, fingerprint, key, ownCertificate, bytesPerSecond } = options;
    this.name = name;
    this.prefixes = prefixes;
    this.#url = url.replace(/\/$/, '');
    this.#bandwidth = new Bandwidth(bytesPerSecond);
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: 8,
      key,
      cert: ownCertificate,
      ca: certificate,
      minVersion: 'TLSv1.3',
      // Not the name in it counts, but that it is this one.
      checkServerIdentity: (_host, cert) =>
        cert.fingerprint256 === fingerprint ? undefined : new Error('the certificate is another one'),
    });
  }

  async send(replicas: readonly Replica[]): Promise<readonly ReplicaAnswer[]> {
    for (const { pieces } of replicas)
      for (const piece of pieces) if (piece.bytes.length > inlineBytes) await this.#stage(piece);
    const frames = replicas.flatMap((replica) => writeFrame(replica));
    const answers = await this.#ask('POST', '/v1/replicas', frames);
    if (!Array.isArray(answers) || answers.length !== replicas.length) throw away('its answer is not one');
    return answers.map(answerOf);
  }

  async tell(what: Tell, numbers: readonly E164[]): Promise<readonly E164[]> {
    const told = await this.#ask('POST', `/v1/tell/${what}`, [Buffer.from(JSON.stringify(numbers))]);
    const asked = new Set<unknown>(numbers);
    return Array.isArray(told) ? told.filter((one): one is E164 => asked.has(one)) : [];
  }

  /** From where it ended last time. */
  async #stage({ sha256, bytes }: Piece): Promise<void> {
    const path = `/v1/pieces/${sha256}`;
    let have = haveOf(await this.#ask('GET', path, []));
    for (let tries = 0; have < bytes.length && tries < 3; tries += 1)
      have = haveOf(await this.#ask('PUT', `${path}?at=${have}`, [bytes.subarray(have)]));
    if (have < bytes.length) throw away('it does not take a large piece');
  }

  async #ask(method: string, path: string, body: readonly Uint8Array[]): Promise<unknown> {
    try {
      const length = body.reduce((sum, { length: bytes }) => sum + bytes, 0);
      const request = httpsRequest(`${this.#url}${path}`, {
        method,
        agent: this.#agent,
        headers: { 'content-length': length },
        timeout: silentMs,
      });
      request.on('timeout', () => request.destroy(new Error('silent')));
      const answered = once(request, 'response') as Promise<[IncomingMessage]>;
      answered.catch(() => undefined);
      await pipeline(Readable.from(this.#slowly(body), { objectMode: false }), request);
      const [response] = await answered;
      const text = await textOf(response);
      if (response.statusCode !== 200) throw new Error(`it answers ${response.statusCode}`);
      return JSON.parse(text) as unknown;
    } catch (error) {
      throw away('it cannot be reached', error);
    }
  }

  async *#slowly(body: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
    for (const bytes of body)
      for (let at = 0; at < bytes.length; at += chunkBytes) {
        const chunk = bytes.subarray(at, at + chunkBytes);
        await this.#bandwidth.pass(chunk.length);
        yield chunk;
      }
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

async function textOf(response: Readable): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > mostAnswerBytes) throw new Error('its answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function answerOf(value: unknown): ReplicaAnswer {
  const { kind, why } = (value ?? {}) as { kind?: unknown; why?: unknown };
  if (kind === 'taken' || kind === 'unknown') return { kind };
  return { kind: 'refused', why: typeof why === 'string' ? why.slice(0, 200) : '' };
}

function haveOf(value: unknown): number {
  const { have } = (value ?? {}) as { have?: unknown };
  if (typeof have !== 'number' || !Number.isInteger(have) || have < 0) throw away('its answer is not one');
  return have;
}

function away(why: string, cause?: unknown): Fault {
  return new Fault('gateway-unavailable', `Sync: ${why}`, { temporary: true, cause });
}
