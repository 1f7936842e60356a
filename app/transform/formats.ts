/** What content is by its first bytes: a program is told this, and never guesses by itself. */

type Kind = 'audio' | 'image' | 'video';

export interface Format {
  /** As ffmpeg calls its reader. */
  readonly reader: string;
  readonly kinds: readonly Kind[];
}

/** Latin-1 text at an offset; `.` stands for any byte. */
interface Mark {
  readonly at: number;
  readonly text: string;
  readonly and?: Mark;
  readonly format: Format;
}

const sound = (reader: string): Format => ({ reader, kinds: ['audio'] });
const picture = (reader: string): Format => ({ reader, kinds: ['image'] });
const film = (reader: string): Format => ({ reader, kinds: ['audio', 'video'] });
/** Read by libtiff: it knows all that fax machines write. */
const tiff: Format = { reader: 'tiff', kinds: ['image'] };
const heif: Format = { reader: 'mov', kinds: ['image'] };

// Only self-contained formats: none that names other files or addresses (playlists, SVG, PostScript, ImageMagick's).
const marks: readonly Mark[] = [
  { at: 0, text: '\x89PNG\r\n\x1a\n', format: picture('png_pipe') },
  { at: 0, text: '\xff\xd8\xff', format: picture('jpeg_pipe') },
  { at: 0, text: 'GIF87a', format: picture('gif') },
  { at: 0, text: 'GIF89a', format: picture('gif') },
  { at: 0, text: 'RIFF....WEBP', format: picture('webp_pipe') },
  { at: 0, text: 'BM....\0\0\0\0', format: picture('bmp_pipe') },
  { at: 0, text: 'II*\0', format: tiff },
  { at: 0, text: 'MM\0*', format: tiff },
  ...['heic', 'heix', 'heim', 'heis', 'mif1', 'msf1', 'avif', 'avis'].map((brand) => ({
    at: 4,
    text: `ftyp${brand}`,
    format: heif,
  })),
  ...['ftyp', 'moov', 'mdat', 'wide', 'free'].map((box) => ({ at: 4, text: box, format: film('mov') })),
  { at: 0, text: 'RIFF....WAVE', format: sound('wav') },
  { at: 0, text: 'RIFF....AVI ', format: film('avi') },
  { at: 0, text: '\x1aE\xdf\xa3', format: film('matroska') },
  { at: 0, text: 'OggS', format: film('ogg') },
  { at: 0, text: 'FLV\x01', format: film('flv') },
  { at: 0, text: '\x30\x26\xb2\x75\x8e\x66\xcf\x11', format: film('asf') },
  { at: 0, text: '\0\0\x01\xba', format: film('mpeg') },
  { at: 0, text: 'G', and: { at: 188, text: 'G', format: film('mpegts') }, format: film('mpegts') },
  { at: 0, text: '#!AMR', format: sound('amr') },
  { at: 0, text: 'fLaC', format: sound('flac') },
  { at: 0, text: 'FORM....AIF', format: sound('aiff') },
  { at: 0, text: 'caff', format: sound('caf') },
  { at: 0, text: '.snd', format: sound('au') },
  { at: 0, text: 'ID3', format: sound('mp3') },
];

/** `undefined` for what is no sound, picture or video known here. */
export function formatOf(bytes: Uint8Array): Format | undefined {
  return marks.find((mark) => isMarked(bytes, mark))?.format ?? mpegSound(bytes);
}

function isMarked(bytes: Uint8Array, { at, text, and }: Mark): boolean {
  if (bytes.length < at + text.length) return false;
  for (let i = 0; i < text.length; i++)
    if (text[i] !== '.' && bytes[at + i] !== text.charCodeAt(i)) return false;
  return and === undefined || isMarked(bytes, and);
}

/** Frames of MPEG sound begin with eleven bits set; layer 0 is AAC (ISO/IEC 13818-7, ADTS). */
function mpegSound(bytes: Uint8Array): Format | undefined {
  const [first = 0, second = 0] = bytes;
  if (first !== 0xff || (second & 0xe0) !== 0xe0) return undefined;
  return (second & 0x06) === 0 ? sound('aac') : sound('mp3');
}

/** Sound without a header, as its media type says (RFC 4856, RFC 3551). */
export interface RawFormat extends Format {
  /** Arguments for ffmpeg beside its reader. */
  readonly shape: readonly string[];
  readonly bytesPerMs: number;
}

/** `undefined` for types whose content says what it is. */
export function rawFormatOf(contentType: string): RawFormat | undefined {
  const [type = '', ...parameters] = contentType.toLowerCase().replaceAll(/\s/g, '').split(';');
  const number = (name: string, otherwise: number): number => {
    const text = parameters.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
    const value = Number(text?.replaceAll('"', ''));
    return Number.isInteger(value) && value > 0 && value <= 192_000 ? value : otherwise;
  };
  // Without a rate it is the switch's own linear sound.
  const rate = number('rate', 8000);
  const channels = Math.min(number('channels', 1), 8);
  const raw = (reader: string, bytes: number): RawFormat => ({
    ...sound(reader),
    shape: ['-ar', String(rate), '-ac', String(channels)],
    bytesPerMs: (rate * channels * bytes) / 1000,
  });
  switch (type) {
    case 'audio/pcmu':
    case 'audio/basic':
      return raw('mulaw', 1);
    case 'audio/pcma':
      return raw('alaw', 1);
    case 'audio/l16':
      return raw('s16be', 2);
    case 'audio/g722':
      return { ...sound('g722'), shape: [], bytesPerMs: 8 };
    case 'audio/g729':
      return { ...sound('g729'), shape: [], bytesPerMs: 1 };
    case 'audio/gsm':
      return { ...sound('gsm'), shape: [], bytesPerMs: 1.65 };
    default:
      return undefined;
  }
}

/** Type and subtype in lower case, without parameters. */
export function mediaTypeOf(contentType: string): string {
  return contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
