/** Telephone sound as a file that any computer plays: RIFF/WAVE with the codec as it is. */
const formats: Readonly<Record<string, { readonly tag: number; readonly bits: number }>> = {
  'audio/pcmu': { tag: 7, bits: 8 },
  'audio/pcma': { tag: 6, bits: 8 },
  'audio/l16': { tag: 1, bits: 16 },
};

/** @returns `undefined` for a codec that such files seldom hold */
export function wavOf(contentType: string, bytes: Uint8Array): Uint8Array | undefined {
  const [type = '', ...parameters] = contentType.toLowerCase().replaceAll(' ', '').split(';');
  const format = formats[type];
  if (format === undefined) return undefined;
  const given = parameters.find((one) => one.startsWith('rate='))?.slice('rate='.length);
  const rate = Number(given ?? 8000);
  if (!Number.isInteger(rate) || rate < 1) return undefined;
  const width = format.bits / 8;
  const length = bytes.length - (bytes.length % width);
  const file = new Uint8Array(46 + length + (length % 2));
  const view = new DataView(file.buffer);
  const word = (at: number, text: string): void => file.set(new TextEncoder().encode(text), at);
  word(0, 'RIFF');
  view.setUint32(4, file.length - 8, true);
  word(8, 'WAVEfmt ');
  view.setUint32(16, 18, true);
  view.setUint16(20, format.tag, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * width, true);
  view.setUint16(32, width, true);
  view.setUint16(34, format.bits, true);
  word(38, 'data');
  view.setUint32(42, length, true);
  if (width === 1) file.set(bytes.subarray(0, length), 46);
  // On the Internet big-endian (RFC 4856), in files little-endian.
  else
    for (let at = 0; at < length; at += 2) {
      file[46 + at] = bytes[at + 1] ?? 0;
      file[47 + at] = bytes[at] ?? 0;
    }
  return file;
}
