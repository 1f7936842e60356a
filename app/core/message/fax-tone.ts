/** Finds a fax machine's calling tone at the end of a recording: what it made the switch stop is no part of the message. */
import { g711 } from './speech.ts';

/** ITU-T T.30, CNG: 1100 Hz ± 38 Hz, half a second every three and a half. */
const toneHz = 1100;
const rate = 8000;
const frameMs = 20;
const frame = (rate * frameMs) / 1000;
/** The tone is heard within two of its periods. */
const lookMs = 8000;
/** Shorter ones are something else. */
const leastMs = 100;
/** Part of a frame's power that the tone has in it, and the least mean square of it (about -40 dBm0). */
const purity = 0.7;
const leastPower = 10_000;

/**
 * The recording up to where the tone first sounds in its last seconds; the whole if none does, or its codec is not G.711.
 * @param contentType IANA media type
 */
export function beforeFaxTone(contentType: string, bytes: Uint8Array): Uint8Array {
  const table = g711[contentType];
  if (table === undefined) return bytes;
  const last = Math.floor(bytes.length / frame);
  let run = 0;
  for (let i = Math.max(0, last - lookMs / frameMs); i < last; i += 1) {
    run = isTone(table, bytes, i * frame) ? run + 1 : 0;
    if (run * frameMs >= leastMs) return bytes.subarray(0, (i + 1 - run) * frame);
  }
  return bytes;
}

/** Goertzel's algorithm: the power at one frequency beside that of the whole frame. */
function isTone(table: Int16Array, bytes: Uint8Array, at: number): boolean {
  const coefficient = 2 * Math.cos((2 * Math.PI * toneHz) / rate);
  let [before, beforeThat, power] = [0, 0, 0];
  for (let i = 0; i < frame; i += 1) {
    const sample = table[bytes[at + i] ?? 0] ?? 0;
    power += sample * sample;
    [before, beforeThat] = [sample + coefficient * before - beforeThat, before];
  }
  if (power / frame < leastPower) return false;
  const tone = before * before + beforeThat * beforeThat - coefficient * before * beforeThat;
  return (2 * tone) / (frame * power) > purity;
}
