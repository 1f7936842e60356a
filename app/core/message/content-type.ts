/** What content is, by its first bytes beside what its sender says of it. */

/** Types by the bytes that they begin with, or have at a place. */
const signatures: readonly { readonly type: string; readonly at?: number; readonly bytes: string }[] = [
  { type: 'image/jpeg', bytes: '\xff\xd8\xff' },
  { type: 'image/png', bytes: '\x89PNG\r\n\x1a\n' },
  { type: 'image/gif', bytes: 'GIF8' },
  { type: 'image/webp', at: 8, bytes: 'WEBP' },
  { type: 'image/tiff', bytes: 'II*\0' },
  { type: 'image/tiff', bytes: 'MM\0*' },
  { type: 'video/x-msvideo', at: 8, bytes: 'AVI ' },
  { type: 'video/webm', bytes: '\x1aE\xdf\xa3' },
  { type: 'video/mpeg', bytes: '\0\0\x01\xba' },
  { type: 'video/mpeg', bytes: '\0\0\x01\xb3' },
  { type: 'audio/AMR', bytes: '#!AMR\n' },
  { type: 'audio/AMR-WB', bytes: '#!AMR-WB\n' },
  { type: 'audio/ogg', bytes: 'OggS' },
  { type: 'audio/wav', at: 8, bytes: 'WAVE' },
  { type: 'audio/basic', bytes: '.snd' },
  { type: 'audio/aiff', at: 8, bytes: 'AIFF' },
  { type: 'audio/mpeg', bytes: 'ID3' },
  { type: 'application/pdf', bytes: '%PDF-' },
  { type: 'text/vcard', bytes: 'BEGIN:VCARD' },
  { type: 'text/calendar', bytes: 'BEGIN:VCALENDAR' },
];

/** Brands of the ISO base media format (ISO/IEC 14496-12) that are no film. */
const brands: Readonly<Record<string, string>> = {
  heic: 'image/heic',
  heix: 'image/heic',
  mif1: 'image/heif',
  avif: 'image/avif',
  'M4A ': 'audio/mp4',
};

/**
 * The media type by which content is kept. Its bytes decide where they tell; containers that hold sound as well as pictures
 * are what their sender says. A type that goes without parameters comes so.
 * @returns `undefined` if they are not what they are said to be: an image, a film or a sound that does not begin as one
 */
export function contentTypeOf(said: string | undefined, bytes: Uint8Array): string | undefined {
  const claimed = /^\s*([a-z0-9!#$&^_.+-]{1,64}\/[a-z0-9!#$&^_.+-]{1,64})\s*(?:;|$)/i
    .exec(said ?? '')?.[1]
    ?.toLowerCase();
  const found = foundIn(bytes);
  const family = familyOf(claimed);
  if (found !== undefined)
    return ambiguous.has(found) && family !== 'image' && isMedia(family) ? claimed : found;
  if (isMedia(family)) return undefined;
  if (claimed?.startsWith('text/') || claimed === 'application/xml')
    return bytes.includes(0) ? 'application/octet-stream' : claimed;
  return claimed ?? 'application/octet-stream';
}

/** Hold sound alone, or sound and pictures. */
const ambiguous: ReadonlySet<string> = new Set([
  'video/mp4',
  'video/3gpp',
  'video/webm',
  'video/mpeg',
  'audio/ogg',
]);

function familyOf(type: string | undefined): string | undefined {
  return type?.split('/')[0];
}

function isMedia(family: string | undefined): boolean {
  return family === 'image' || family === 'video' || family === 'audio';
}

function foundIn(bytes: Uint8Array): string | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, 32));
  if (head.slice(4, 8) === 'ftyp') {
    const brand = head.slice(8, 12);
    return (
      brands[brand] ??
      (brand.startsWith('3g') ? 'video/3gpp' : brand === 'qt  ' ? 'video/quicktime' : 'video/mp4')
    );
  }
  if (head.startsWith('BM') && head.startsWith('\0\0\0\0', 6)) return 'image/bmp';
  const { type } = signatures.find(({ at = 0, bytes: own }) => head.startsWith(own, at)) ?? {};
  if (type !== undefined) return type;
  // A frame of MPEG audio or ADTS: eleven bits set.
  const [first = 0, second = 0] = bytes;
  if (first !== 0xff || (second & 0xe0) !== 0xe0) return undefined;
  return (second & 0x06) === 0 ? 'audio/aac' : 'audio/mpeg';
}
