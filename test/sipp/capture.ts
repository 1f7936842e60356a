/** Sound as a capture file (pcap) of RTP, as SIPp plays it: addresses and ports are SIPp's own, only contents and times count. */

const packetBytes = 160;
const packetMs = 20;
/** Of a packet's record in the file: its header, Ethernet, IPv4, UDP and RTP. */
const headBytes = 16 + 14 + 20 + 8 + 12;
const fileHeadBytes = 24;

/** @param sound µ-law, 8000 samples a second */
export function captureOf(sound: Uint8Array): Buffer {
  const head = Buffer.alloc(fileHeadBytes);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(65_535, 16);
  // Ethernet.
  head.writeUInt32LE(1, 20);
  const count = Math.floor(sound.length / packetBytes);
  const packets = Array.from({ length: count }, (_, n) =>
    packet(n, sound.subarray(n * packetBytes, (n + 1) * packetBytes)),
  );
  return Buffer.concat([head, ...packets]);
}

/** Playing time of what `captureOf` made, in milliseconds. */
export function captureMs(capture: Uint8Array): number {
  return ((capture.length - fileHeadBytes) / (headBytes + packetBytes)) * packetMs;
}

function packet(n: number, sound: Uint8Array): Buffer {
  const ms = n * packetMs;
  const length = headBytes - 16 + sound.length;
  const head = Buffer.alloc(headBytes);
  head.writeUInt32LE(Math.floor(ms / 1000), 0);
  head.writeUInt32LE((ms % 1000) * 1000, 4);
  head.writeUInt32LE(length, 8);
  head.writeUInt32LE(length, 12);
  head.writeUInt16BE(0x0800, 28);
  const ip = 30;
  head.writeUInt8(0x45, ip);
  head.writeUInt16BE(length - 14, ip + 2);
  head.writeUInt8(64, ip + 8);
  head.writeUInt8(17, ip + 9);
  head.set([127, 0, 0, 1, 127, 0, 0, 1], ip + 12);
  const udp = ip + 20;
  head.writeUInt16BE(6000, udp);
  head.writeUInt16BE(6000, udp + 2);
  head.writeUInt16BE(length - 34, udp + 4);
  const rtp = udp + 8;
  head.set([0x80, n === 0 ? 0x80 : 0], rtp);
  head.writeUInt16BE(n + 1, rtp + 2);
  head.writeUInt32BE(n * packetBytes, rtp + 4);
  head.writeUInt32BE(0x5155_0001, rtp + 8);
  return Buffer.concat([head, sound]);
}
