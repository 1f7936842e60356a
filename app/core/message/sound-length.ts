/** How long a sound plays, for the forms that phones send and that say so without being decoded. */

/** Bytes of a frame after its first, by frame type (RFC 4867, section 5.3; 3GPP TS 26.101 and 26.201). */
const narrow = [12, 13, 15, 17, 19, 20, 26, 31, 5];
const wide = [17, 23, 32, 36, 40, 46, 50, 58, 60, 5];
const frameMs = 20;

/** In milliseconds; `undefined` where that is not known. What is cut at the end counts as far as it goes. */
export function soundLength(contentType: string, bytes: Uint8Array): number | undefined {
  switch (contentType.toLowerCase()) {
    case 'audio/amr':
      return framesOf(bytes, '#!AMR\n'.length, narrow) * frameMs;
    case 'audio/amr-wb':
      return framesOf(bytes, '#!AMR-WB\n'.length, wide) * frameMs;
    case 'audio/wav':
    case 'audio/x-wav':
      return waveLength(bytes);
    default:
      return undefined;
  }
}

function framesOf(bytes: Uint8Array, begin: number, sizes: readonly number[]): number {
  let frames = 0;
  for (let at = begin; at < bytes.length; frames += 1) {
    const type = ((bytes[at] ?? 0) >> 3) & 0x0f;
    // Types without a size say that there was nothing, which lasts as long.
    at += 1 + (sizes[type] ?? 0);
  }
  return frames;
}

/** RIFF: chunks of a name, a length and so many bytes, filled up to an even number. */
function waveLength(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let perSecond = 0;
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = String.fromCharCode(...bytes.subarray(at, at + 4));
    const length = view.getUint32(at + 4, true);
    if (name === 'fmt ' && length >= 16 && at + 20 <= bytes.length) perSecond = view.getUint32(at + 16, true);
    if (name === 'data' && perSecond > 0)
      return Math.round((Math.min(length, bytes.length - at - 8) * 1000) / perSecond);
    at += 8 + length + (length & 1);
  }
  return undefined;
}
