/** What SIPp plays as a capture file (pcap) of RTP: addresses and ports are SIPp's own, only contents and times count. */

/** What is before the payload: the packet's record in the file; Ethernet, IPv4, UDP and RTP. */
const recordBytes = 16;
const headBytes = 14 + 20 + 8 + 12;
const packetMs = 20;
const samplesOf = (ms: number): number => ms * 8;
const keys = '0123456789*#';

interface Packet {
  readonly ms: number;
  readonly type: number;
  readonly marker?: boolean;
  /** In samples. */
  readonly timestamp: number;
  readonly payload: Uint8Array;
}

/** @param sound µ-law, 8000 samples a second */
export function captureOfSound(sound: Uint8Array): Buffer {
  const size = samplesOf(packetMs);
  const packets = Array.from({ length: Math.floor(sound.length / size) }, (_, n) => ({
    ms: n * packetMs,
    type: 0,
    marker: n === 0,
    timestamp: n * size,
    payload: sound.subarray(n * size, (n + 1) * size),
  }));
  return capture(packets);
}

/** One key as telephone events (RFC 4733), held for so long. @param type payload type, as the far side wants it */
export function captureOfKey(key: string, type: number, holdMs: number): Buffer {
  const event = keys.indexOf(key);
  const payload = (ms: number, end: boolean): Buffer => {
    const bytes = Buffer.from([event, (end ? 0x80 : 0) | 10, 0, 0]);
    bytes.writeUInt16BE(samplesOf(ms), 2);
    return bytes;
  };
  const timestamp = samplesOf(packetMs);
  const held = Array.from({ length: Math.floor(holdMs / packetMs) }, (_, n) => ({
    ms: n * packetMs,
    type,
    marker: n === 0,
    timestamp,
    payload: payload((n + 1) * packetMs, false),
  }));
  const ends = [0, 1, 2].map((n) => ({
    ms: holdMs + n * packetMs,
    type,
    timestamp,
    payload: payload(holdMs, true),
  }));
  return capture([...held, ...ends]);
}

function capture(packets: readonly Packet[]): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(65_535, 16);
  // Ethernet.
  head.writeUInt32LE(1, 20);
  return Buffer.concat([head, ...packets.map(recordOf)]);
}

function recordOf({ ms, type, marker = false, timestamp, payload }: Packet, n: number): Buffer {
  const length = headBytes + payload.length;
  const bytes = Buffer.alloc(recordBytes + headBytes);
  bytes.writeUInt32LE(Math.floor(ms / 1000), 0);
  bytes.writeUInt32LE((ms % 1000) * 1000, 4);
  bytes.writeUInt32LE(length, 8);
  bytes.writeUInt32LE(length, 12);
  bytes.writeUInt16BE(0x0800, recordBytes + 12);
  const ip = recordBytes + 14;
  bytes.writeUInt8(0x45, ip);
  bytes.writeUInt16BE(length - 14, ip + 2);
  bytes.writeUInt8(64, ip + 8);
  bytes.writeUInt8(17, ip + 9);
  bytes.set([127, 0, 0, 1, 127, 0, 0, 1], ip + 12);
  const udp = ip + 20;
  bytes.writeUInt16BE(6000, udp);
  bytes.writeUInt16BE(6000, udp + 2);
  bytes.writeUInt16BE(length - 34, udp + 4);
  const rtp = udp + 8;
  bytes.set([0x80, (marker ? 0x80 : 0) | type], rtp);
  bytes.writeUInt16BE(n + 1, rtp + 2);
  bytes.writeUInt32BE(timestamp, rtp + 4);
  bytes.writeUInt32BE(0x5155_0001, rtp + 8);
  return Buffer.concat([bytes, payload]);
}
