import { createSocket, type Socket } from 'node:dgram';
import { randomInt } from 'node:crypto';
import { alawToUlaw, ulawToAlaw } from '../../scripts/audio/g711.ts';
import type { Changes } from './changes.ts';
import { digitPackets, keyOf, type DigitPacket } from './digit-events.ts';
import { Heard } from './heard.ts';
import { digitPayloadType, payloadType, type Codec } from './sdp.ts';
import type { Peer } from './sip-message.ts';

const frameBytes = 160;
const frameMs = 20;
const silence = Buffer.alloc(frameBytes, 0xff);

/** What one 20 ms tick sends: sound, a digit packet, or nothing. `done` runs once it is on the wire. */
interface Frame {
  readonly sound?: Buffer;
  readonly digit?: DigitPacket;
  readonly done?: () => void;
}

/** The sound of one call: sends on a steady 20 ms clock, keeps all that arrives. */
export class RtpStream {
  readonly heard = new Heard();
  /** Keys that the far side pressed. */
  keysHeard = '';
  /** When the end of the last digit was sent first (its key-up). */
  lastDigitAt: number | undefined;
  firstSentAt: number | undefined;
  readonly #socket: Socket;
  readonly #changes: Changes;
  readonly #codec: Codec;
  readonly #ssrc = randomInt(2 ** 31);
  #queue: Frame[] = [];
  #remote: Peer | undefined;
  #timer: NodeJS.Timeout | undefined;
  #next = 0;
  #sequence = randomInt(1 << 15);
  #timestamp = randomInt(2 ** 31);
  #digitTimestamp = 0;
  #keyDown = false;
  #digitHeardAt = -1;
  #quiet = false;
  #closed = false;
  #resumed = true;

  private constructor(socket: Socket, codec: Codec, changes: Changes) {
    this.#socket = socket;
    this.#codec = codec;
    this.#changes = changes;
    socket.on('message', (packet) => this.#receive(packet));
    socket.on('error', () => undefined);
  }

  static async open(codec: Codec, changes: Changes): Promise<RtpStream> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return new RtpStream(socket, codec, changes);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** Starts the clock towards the far side, or moves to another address of it. */
  start(remote: Peer, quiet: boolean): void {
    this.#remote = remote;
    if (this.#timer !== undefined) return;
    this.#quiet = quiet;
    this.#next = performance.now();
    this.#tick();
  }

  /** Queues sound; resolves when its last frame is sent. Ends a stop. */
  async say(ulaw: Uint8Array): Promise<void> {
    this.resume();
    const frames: Frame[] = [];
    for (let at = 0; at < ulaw.length; at += frameBytes) {
      const part = ulaw.subarray(at, at + frameBytes);
      frames.push({
        sound: part.length === frameBytes ? Buffer.from(part) : Buffer.concat([part, silence], frameBytes),
      });
    }
    await this.#enqueue(frames);
  }

  /** Queues keys; resolves when the last one is up. */
  async press(keys: string, onMs: number, gapMs: number): Promise<void> {
    const gap = Array.from({ length: Math.max(1, Math.round(gapMs / frameMs)) }, (): Frame => ({
      sound: silence,
    }));
    for (const key of keys) {
      const frames = digitPackets(key, onMs).map((digit): Frame => ({ digit }));
      const up = this.#enqueue(frames);
      this.#queue.push(...gap);
      await up;
    }
  }

  /** From now on sends nothing at all when there is nothing to say, as phones with silence suppression do. */
  stop(): void {
    this.#quiet = true;
  }

  resume(): void {
    this.#quiet = false;
  }

  close(): void {
    this.#closed = true;
    if (this.#timer === undefined && this.#remote === undefined) this.#remote = { host: '', port: 0 };
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const waiting = this.#queue;
    this.#queue = [];
    try {
      this.#socket.close();
    } catch {
      // Closed before.
    }
    for (const frame of waiting) frame.done?.();
  }

  #enqueue(frames: readonly Frame[]): Promise<void> {
    return new Promise((resolve) => {
      const last = frames.at(-1);
      if (last === undefined || this.#closed) return resolve();
      this.#queue.push(...frames.slice(0, -1), { ...last, done: resolve });
    });
  }

  #tick(): void {
    const now = performance.now();
    while (this.#next <= now) {
      this.#next += frameMs;
      this.#sendNext();
    }
    this.#timer = setTimeout(() => this.#tick(), Math.max(1, this.#next - performance.now()));
  }

  #sendNext(): void {
    const frame = this.#queue.shift();
    if (frame?.digit !== undefined) this.#sendDigit(frame.digit);
    else if (frame?.sound !== undefined) this.#sendSound(frame.sound);
    else if (this.#quiet) this.#resumed = true;
    else this.#sendSound(silence);
    this.#timestamp = (this.#timestamp + frameBytes) >>> 0;
    frame?.done?.();
  }

  #sendSound(ulaw: Buffer): void {
    const payload = this.#codec === 'ulaw' ? ulaw : ulawToAlaw(ulaw);
    this.#send(payloadType[this.#codec], payload, this.#resumed, this.#timestamp);
    this.#resumed = false;
  }

  #sendDigit(digit: DigitPacket): void {
    if (digit.first) [this.#digitTimestamp, this.#keyDown] = [this.#timestamp, true];
    this.#send(digitPayloadType, digit.payload, digit.first, this.#digitTimestamp);
    if (digit.end && this.#keyDown) [this.lastDigitAt, this.#keyDown] = [performance.now(), false];
  }

  #send(type: number, payload: Buffer, marker: boolean, timestamp: number): void {
    const remote = this.#remote;
    if (remote === undefined) return;
    const packet = Buffer.alloc(12 + payload.length);
    packet[0] = 0x80;
    packet[1] = (marker ? 0x80 : 0) | type;
    packet.writeUInt16BE(this.#sequence, 2);
    packet.writeUInt32BE(timestamp, 4);
    packet.writeUInt32BE(this.#ssrc, 8);
    payload.copy(packet, 12);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.firstSentAt ??= performance.now();
    this.#socket.send(packet, remote.port, remote.host);
  }

  #receive(packet: Buffer): void {
    const at = performance.now();
    if (packet.length <= 12 || (packet[0] ?? 0) >> 6 !== 2) return;
    const type = (packet[1] ?? 0) & 0x7f;
    if (type === digitPayloadType) return this.#receiveDigit(packet);
    const codec = type === payloadType.ulaw ? 'ulaw' : type === payloadType.alaw ? 'alaw' : undefined;
    if (codec === undefined) return;
    const payload = packet.subarray(12);
    const sound = codec === 'ulaw' ? payload : alawToUlaw(payload);
    this.heard.add(sound, { at, sequence: packet.readUInt16BE(2), timestamp: packet.readUInt32BE(4) });
    this.#changes.changed();
  }

  /** A key counts once, at the first of its end packets. */
  #receiveDigit(packet: Buffer): void {
    const timestamp = packet.readUInt32BE(4);
    const ended = ((packet[13] ?? 0) & 0x80) !== 0;
    if (!ended || timestamp === this.#digitHeardAt) return;
    this.#digitHeardAt = timestamp;
    this.keysHeard += keyOf(packet[12] ?? 255) ?? '';
    this.#changes.changed();
  }
}
