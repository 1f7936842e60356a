/** One RTP payload of a telephone event (RFC 4733, 2.3). */
export interface DigitPacket {
  readonly payload: Buffer;
  /** First packet of its event: carries the marker bit and fixes the timestamp of the others. */
  readonly first: boolean;
  readonly end: boolean;
}

const keys = '0123456789*#ABCD';
const samplesPerPacket = 160;

/**
 * The packets of one key: one every 20 ms while it is down, the last of them sent three times with the end bit.
 * @throws RangeError if the key is none of 0-9 * # A-D.
 */
export function digitPackets(key: string, onMs: number): DigitPacket[] {
  const event = keys.indexOf(key);
  if (event < 0 || key.length !== 1) throw new RangeError(`no such key: ${key}`);
  const count = Math.max(1, Math.round(onMs / 20));
  const packet = (duration: number, end: boolean): Buffer =>
    Buffer.from([event, (end ? 0x80 : 0) | 10, duration >> 8, duration & 255]);
  const down = Array.from({ length: count }, (_, i) => ({
    payload: packet(samplesPerPacket * (i + 1), false),
    first: i === 0,
    end: false,
  }));
  const up = Array.from({ length: 3 }, () => ({
    payload: packet(samplesPerPacket * count, true),
    first: false,
    end: true,
  }));
  return [...down, ...up];
}

/** The key of an event code; undefined for events that are no keys. */
export function keyOf(event: number): string | undefined {
  return keys[event];
}
