import { trailingSilenceMs } from '../../core/message/speech.ts';
import type { Found, Takes } from './takes.ts';

/**
 * Asterisk listens for silence in linear samples: every frame of a call is converted there and back, a fifth of what the call
 * costs. It writes recordings in steps of 64 KiB though, which are 8.2 s of G.711, and whoever reads them sees the same.
 * Limits from here on, in seconds, are looked after so; such a recording ends up to one step later.
 */
const leastSeconds = 8;
/** How often the length of the file is asked for after that, in milliseconds. */
const lookMs = 2000;
/** What is left of the silence that ended a recording, in milliseconds, as Asterisk leaves it. */
const leftMs = 200;

/** Whether silence in this recording is looked after here; else the switch does it. */
export function isWatchedHere(takes: Takes, found: Found, limitSeconds: number): boolean {
  return takes.onDisk && limitSeconds >= leastSeconds && trailingSilenceMs(found.codec.contentType, []) === 0;
}

/**
 * Calls back once when what was written of the recording ends in so many milliseconds of silence.
 * @returns a function that stops it
 */
export function watchSilence(takes: Takes, found: Found, limitMs: number, over: () => void): () => void {
  let seen = 0;
  const look = (): void => {
    const bytes = takes.tail(found, limitMs * found.codec.bytesPerMs, seen);
    seen = bytes?.size ?? seen;
    const silent = bytes === undefined ? 0 : trailingSilenceMs(found.codec.contentType, bytes.tail);
    if (silent !== undefined && silent >= limitMs) over();
    else timer = setTimeout(look, lookMs);
  };
  let timer = setTimeout(look, leastSeconds * 1000);
  return () => clearTimeout(timer);
}

/** How many bytes of a recording that silence has ended are kept. */
export async function bytesToKeep(takes: Takes, found: Found, bytes: number): Promise<number> {
  const all = await takes.take(found, bytes, () => {}).bytes();
  const silent = trailingSilenceMs(found.codec.contentType, all) ?? 0;
  return bytes - Math.max(0, silent - leftMs) * found.codec.bytesPerMs;
}
