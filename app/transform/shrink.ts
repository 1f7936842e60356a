/** Content in less space: sound as Opus, faxes and pictures without any loss. */
import type { Content } from '../ports/convert.ts';
import { formatOf, mediaTypeOf, rawFormatOf } from './formats.ts';
import type { PageLimits } from './pdf.ts';
import { hasOnly } from './png-chunks.ts';
import { quiet, readingOf, toOpus } from './sound.ts';
import { tiffPages } from './tiff.ts';
import { refused, type Bench } from './tools.ts';

/** Codecs with fewer bytes a millisecond are those of mobile telephones: nothing is gained. */
const leastBytesPerMs = 4;
/** Files that hold samples as they are, or nearly. */
const wide: ReadonlySet<string> = new Set(['wav', 'aiff', 'au', 'caf', 'flac']);
/** What loses something must be worth it: at most this share is left. */
const mostLeft = 0.75;
/** Two ways to measure one sound may differ by so much, in milliseconds: a frame of Opus, and its beginning. */
const measuredMs = 200;

/** @returns `undefined` where nothing is gained */
export async function shrunk(
  content: Content,
  most: PageLimits & { readonly seconds: number },
  bench: Bench,
): Promise<Content | undefined> {
  const type = mediaTypeOf(content.contentType);
  if (type.startsWith('audio/')) return lessSound(content, most.seconds, bench);
  if (type === 'image/tiff') return tighterTiff(content, most, bench);
  if (type === 'image/png') return tighterPng(content, most, bench);
  return undefined;
}

async function lessSound(content: Content, seconds: number, bench: Bench): Promise<Content | undefined> {
  const raw = rawFormatOf(content.contentType);
  const format = raw ?? formatOf(content.bytes);
  const spacious = raw === undefined ? wide.has(format?.reader ?? '') : raw.bytesPerMs >= leastBytesPerMs;
  if (!spacious) return undefined;
  const narrow = raw !== undefined && raw.reader !== 'g722' && !/rate=(?!8000\b)/i.test(content.contentType);
  const made = await toOpus(content, narrow, seconds, bench);
  const lasts = raw === undefined ? content.durationMs : content.bytes.length / raw.bytesPerMs;
  if (lasts !== undefined && Math.abs(lasts - (made.durationMs ?? 0)) > measuredMs)
    throw refused('not all of it could be read');
  return made.bytes.length <= content.bytes.length * mostLeft ? made : undefined;
}

/** Black and white as T.6 (MMR), anything else deflated: libtiff changes no pixel by that. */
async function tighterTiff(content: Content, most: PageLimits, bench: Bench): Promise<Content | undefined> {
  const pages = tiffPages(content.bytes, most);
  const bilevel = pages.every(({ bits, samples }) => bits === 1 && samples === 1);
  const file = await bench.write('in.tif', content.bytes);
  await bench.run('tiffcp', ['-c', bilevel ? 'g4' : 'zip', file, bench.path('out.tif')]);
  const bytes = await bench.read('out.tif');
  if (tiffPages(bytes, most).length !== pages.length) throw refused('not all pages could be read');
  return smaller(content, bytes);
}

/** Filtered and deflated anew; the same pixels must come out, and what is more than pixels is left as it is. */
async function tighterPng(content: Content, most: PageLimits, bench: Bench): Promise<Content | undefined> {
  if (!hasOnly(content.bytes, ['IHDR', 'PLTE', 'tRNS', 'pHYs', 'sRGB', 'IDAT', 'IEND'])) return undefined;
  const file = await bench.write('in', content.bytes);
  const reading = (path: string) => ['-max_pixels', String(most.pixels), ...readingOf('png_pipe', path)];
  const out = bench.path('out.png');
  const strict = [...quiet, '-err_detect', 'explode'];
  const tight = '-c:v png -compression_level 9 -pred mixed -frames:v 1 -f image2'.split(' ');
  await bench.run('ffmpeg', [...strict, ...reading(file), ...tight, out]);
  const pixels = async (path: string): Promise<string> => {
    const args = '-c:v rawvideo -pix_fmt rgba64be -f md5 pipe:1'.split(' ');
    return Buffer.from((await bench.run('ffmpeg', [...strict, ...reading(path), ...args])).out).toString();
  };
  if ((await pixels(file)) !== (await pixels(out))) throw refused('its pixels would not stay the same');
  return smaller(content, await bench.read('out.png'));
}

function smaller(content: Content, bytes: Uint8Array): Content | undefined {
  return bytes.length < content.bytes.length ? { ...content, bytes } : undefined;
}
