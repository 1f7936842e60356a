/** Another node, over HTTPS with the certificates of both. */
import { Fault } from '../core/errors.ts';
import type { E164 } from '../core/ids.ts';
import type { Bytes } from '../ports/byte-source.ts';
import type { Lane, Peer, Piece, Replica, ReplicaAnswer, Tell } from '../ports/replication.ts';
import { Bandwidth } from './bandwidth.ts';
import { BadAnswer, Channel } from './channel.ts';
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

export class HttpsPeer implements Peer, Disposable {
  readonly name: string;
  readonly prefixes: readonly string[];
  /** A connection each: what waits in one is not before what is in the other. */
  readonly #channels: Readonly<Record<Lane, Channel>>;

  constructor({ name, prefixes, url, bytesPerSecond, ...own }: PeerOptions) {
    this.name = name;
    this.prefixes = prefixes;
    const options = { ...own, url: url.replace(/\/$/, ''), bandwidth: new Bandwidth(bytesPerSecond) };
    this.#channels = { express: new Channel(options), bulk: new Channel(options) };
  }

  async send(replicas: readonly Replica[], lane: Lane = 'bulk'): Promise<readonly ReplicaAnswer[]> {
    for (const { pieces } of replicas)
      for (const piece of pieces) if (piece.bytes.length > inlineBytes) await this.#stage(piece);
    const frames = replicas.flatMap((replica) => writeFrame(replica));
    const answers = await this.#ask(lane, 'POST', '/v1/replicas', frames).catch((error: unknown) => {
      // Its large pieces may have gone there meanwhile: they are brought again.
      const again = replicas.length === 1 && hasLarge(replicas);
      throw isNotUnderstood(error) && !again ? notUnderstood(error) : error;
    });
    if (!Array.isArray(answers) || answers.length !== replicas.length) throw away('its answer is not one');
    return answers.map(answerOf);
  }

  async tell(what: Tell, numbers: readonly E164[]): Promise<readonly E164[]> {
    const told = await this.#ask('express', 'POST', `/v1/tell/${what}`, [
      Buffer.from(JSON.stringify(numbers)),
    ]);
    const asked = new Set<unknown>(numbers);
    return Array.isArray(told) ? told.filter((one): one is E164 => asked.has(one)) : [];
  }

  /** From where it ended last time. Never by the express lane: it would hold up what is short. */
  async #stage({ sha256, bytes }: Piece): Promise<void> {
    const path = `/v1/pieces/${sha256}`;
    let have = haveOf(await this.#ask('express', 'GET', path, []));
    for (let tries = 0; have < bytes.length && tries < 3; tries += 1)
      have = haveOf(await this.#ask('bulk', 'PUT', `${path}?at=${have}`, [restOf(bytes, have)]));
    if (have < bytes.length) throw away('it does not take a large piece');
  }

  async #ask(lane: Lane, method: string, path: string, body: readonly Bytes[]): Promise<unknown> {
    try {
      return await this.#channels[lane].ask(method, path, body);
    } catch (error) {
      throw away('it cannot be reached', error);
    }
  }

  [Symbol.dispose](): void {
    for (const channel of Object.values(this.#channels)) channel[Symbol.dispose]();
  }
}

function restOf(bytes: Bytes, from: number): Bytes {
  if (bytes instanceof Uint8Array) return bytes.subarray(from);
  return {
    length: bytes.length - from,
    read: (begin, end) => bytes.read(from + begin, from + end),
  };
}

function isNotUnderstood(error: unknown): boolean {
  return error instanceof Fault && error.cause instanceof BadAnswer && error.cause.status === 400;
}

function hasLarge(replicas: readonly Replica[]): boolean {
  return replicas.some(({ pieces }) => pieces.some(({ bytes }) => bytes.length > inlineBytes));
}

function notUnderstood(cause: unknown): Fault {
  return new Fault('gateway-unavailable', 'Sync: it does not understand this', { temporary: false, cause });
}

function answerOf(value: unknown): ReplicaAnswer {
  const { kind, why } = (value ?? {}) as { kind?: unknown; why?: unknown };
  if (kind === 'taken' || kind === 'unknown' || kind === 'purged') return { kind };
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
