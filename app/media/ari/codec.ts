/** How a codec is called by Asterisk, on disk and on the Internet. */
export interface Codec {
  /** Format name and file extension at the switch. */
  readonly extension: string;
  /** IANA media type (RFC 4856). */
  readonly contentType: string;
  readonly bytesPerMs: number;
}

const codecs: readonly Codec[] = [
  { extension: 'ulaw', contentType: 'audio/PCMU', bytesPerMs: 8 },
  { extension: 'alaw', contentType: 'audio/PCMA', bytesPerMs: 8 },
  { extension: 'g722', contentType: 'audio/G722', bytesPerMs: 8 },
  // On disk in the machine's order, on the Internet big-endian (RFC 4856): see `swap16`.
  { extension: 'sln', contentType: 'audio/L16;rate=8000', bytesPerMs: 16 },
];

const linear = codecs[3] as Codec;

/** The pages of a fax lie beside recordings; they have no playing time. */
export const faxPages: Codec = { extension: 'tif', contentType: 'image/tiff', bytesPerMs: Infinity };

/**
 * The codec to record a call in: its own, so that nothing is transcoded.
 * @param native CHANNEL(audionativeformat), as `ulaw` or `(ulaw|alaw)`; the first known one counts.
 */
export function codecOf(native: string): Codec {
  const names = native.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return (
    codecs.find(
      (codec) => codec.extension === names.find((name) => codecs.some((c) => c.extension === name)),
    ) ?? linear
  );
}

export function codecOfExtension(extension: string): Codec | undefined {
  return [...codecs, faxPages].find((codec) => codec.extension === extension);
}

export function codecOfType(contentType: string): Codec | undefined {
  const type = contentType.toLowerCase().replace(/\s/g, '');
  return (
    codecs.find((codec) => codec.contentType.toLowerCase() === type) ??
    (type === 'audio/l16' ? linear : undefined)
  );
}

/** Turns 16-bit samples from the machine's byte order to the network's, or back; other codecs stay as they are. */
export function swap16(codec: Codec, bytes: Buffer): Buffer {
  return codec === linear ? Buffer.from(bytes.subarray(0, bytes.length & ~1)).swap16() : bytes;
}
