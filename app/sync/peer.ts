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
  readonly ours: readonly string[];
  /** PEM; no other is believed. */
  readonly certificate: string;
  /** SHA-256 of it, as `AB:CD…`. */
  readonly fingerprint: string;
  readonly key: string;
  readonly ownCertificate: string;
  /** Most bytes a second to it. */
  readonly bytesPerSecond: number | undefined;
}

/** Of a message with large pieces that the peer does not understand. */
const triesOfOne = 2;

export class HttpsPeer implements Peer, Disposable {
  readonly name: string;
  readonly prefixes: readonly string[];
  readonly ours: readonly string[];
  /** A connection each: what waits in one is not before what is in the other. */
  readonly #channels: Readonly<Record<Lane, Channel>>;
  /** Large pieces that are on their way, or wait there for their message, by hash: until it is answered. */
  readonly #bringing = new Map<string, Promise<void>>();

  constructor({ name, prefixes, ours, url, bytesPerSecond, ...own }: PeerOptions) {
    this.name = name;
    this.prefixes = prefixes;
    this.ours = ours;
    const options = { ...own, url: url.replace(/\/$/, ''), bandwidth: new Bandwidth(bytesPerSecond) };
    this.#channels = { express: new Channel(options), bulk: new Channel(options) };
  }

  async send(replicas: readonly Replica[], lane: Lane = 'bulk'): Promise<readonly ReplicaAnswer[]> {
    const large = replicas.flatMap(({ pieces }) => pieces).filter(isLarge);
    return this.#alone(large, () => this.#send(replicas, large, lane));
  }

  async #send(
    replicas: readonly Replica[],
    large: readonly Piece[],
    lane: Lane,
  ): Promise<readonly ReplicaAnswer[]> {
    // Large pieces may have gone there meanwhile: those of one message are brought again.
    let left = replicas.length === 1 && large.length > 0 ? triesOfOne : 1;
    for (;;) {
      for (const piece of large) await this.#stage(piece);
      const frames = replicas.flatMap((replica) => writeFrame(replica));
      left -= 1;
      try {
        const answers = await this.#ask(lane, 'POST', '/v1/replicas', frames);
        if (!Array.isArray(answers) || answers.length !== replicas.length)
          throw away('its answer is not one');
        return answers.map(answerOf);
      } catch (error) {
        if (!isNotUnderstood(error)) throw error;
        if (left === 0) throw notUnderstood(error);
      }
    }
  }

  /** Many messages may have one large piece, which is there under one name, and goes with the first that is done. */
  async #alone<T>(pieces: readonly Piece[], work: () => Promise<T>): Promise<T> {
    if (pieces.length === 0) return work();
    for (;;) {
      const other = pieces.map(({ sha256 }) => this.#bringing.get(sha256)).find((one) => one !== undefined);
      if (other === undefined) break;
      await other;
    }
    const working = work();
    const ended = working.then(
      () => undefined,
      () => undefined,
    );
    for (const { sha256 } of pieces) this.#bringing.set(sha256, ended);
    try {
      return await working;
    } finally {
      for (const { sha256 } of pieces) this.#bringing.delete(sha256);
    }
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

function isLarge({ bytes }: Piece): boolean {
  return bytes.length > inlineBytes;
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
