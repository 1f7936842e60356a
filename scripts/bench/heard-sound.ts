/** When a known sound begins to arrive. Nothing on the way changes it: switch and telephone speak the codec it is kept in. */
import type { PhoneCall } from '../../test/phone/call.ts';

const packetBytes = 160;
const patienceMs = 10_000;

/**
 * Arrival of the first packet that holds the beginning of the sound, in milliseconds of `performance.now()`; of those that
 * came at `from` or later.
 * @throws Error if it does not come.
 */
export async function firstPacketOf(call: PhoneCall, sound: Uint8Array, from = 0): Promise<number> {
  const start = Buffer.from(sound.subarray(0, packetBytes));
  const deadline = performance.now() + patienceMs;
  for (let after = from; performance.now() < deadline;) {
    const packet = await call.soundAfter(after, patienceMs);
    const heard = call.heard.ulaw.subarray(packet.offset, packet.offset + packet.length);
    if (heard.equals(start)) return packet.at;
    after = packet.at + 0.001;
  }
  throw new Error('the sound was not heard');
}
