/** Pictures, and stills of a video, into the forms that people look at. */
import type { Content } from '../ports/convert.ts';
import { formatOf, mediaTypeOf, type Format } from './formats.ts';
import { pictureToPdf } from './paper.ts';
import { pdfToPng, tiffToPdf, type PageLimits } from './pdf.ts';
import { quiet, readingOf } from './sound.ts';
import { refused, type Bench } from './tools.ts';

/** Most pixels a side: to look at, to send to a telephone, to print. */
const sides = { 'image/png': 1024, 'image/jpeg': 640, print: 2000 } as const;

/** Where in a video its still is taken, in seconds: many begin black. */
const stillAt = 1;

export async function toPicture(
  content: Content,
  to: 'image/png' | 'image/jpeg',
  most: PageLimits,
  bench: Bench,
  page = 1,
): Promise<Content> {
  if (to === 'image/png' && formatOf(content.bytes)?.reader === 'tiff')
    return tiffToPng(content, sides[to], most, bench, page);
  if (page > 1) throw refused('it has one page');
  const reading = await pictureInput(content, most, bench);
  // Half a picture is none.
  const whole = ['-err_detect', 'explode'];
  return { contentType: to, bytes: await drawn([...whole, ...reading], to, sides[to], bench) };
}

/** One page with the picture on it. */
export async function pictureOnPaper(content: Content, most: PageLimits, bench: Bench): Promise<Content> {
  if (formatOf(content.bytes)?.reader === 'tiff') return tiffToPdf(content, most, bench);
  const reading = await pictureInput(content, most, bench);
  const jpeg = await bench.write('paper.jpg', await drawn(reading, 'image/jpeg', sides.print, bench));
  return pictureToPdf(jpeg, bench);
}

/** What a video shows after a moment, or at its beginning if it is shorter. */
export async function still(content: Content, most: PageLimits, bench: Bench): Promise<Content> {
  const reading = await layOut(content, 'video', most, bench);
  const side = sides['image/png'];
  const later = await drawn(reading, 'image/png', side, bench, stillAt);
  const bytes = later.length > 0 ? later : await drawn(reading, 'image/png', side, bench);
  return { contentType: 'image/png', bytes };
}

/** Of a fax or another TIFF its first page is taken, as it looks on paper. */
async function pictureInput(content: Content, most: PageLimits, bench: Bench): Promise<readonly string[]> {
  const isTiff = formatOf(content.bytes)?.reader === 'tiff';
  const first = isTiff ? await tiffToPng(content, sides.print, most, bench) : content;
  return layOut(first, 'image', most, bench);
}

async function tiffToPng(
  content: Content,
  side: number,
  most: PageLimits,
  bench: Bench,
  page?: number,
): Promise<Content> {
  return pdfToPng(await tiffToPdf(content, most, bench), side, most, bench, page);
}

async function layOut(
  content: Content,
  kind: Format['kinds'][number],
  { pixels }: PageLimits,
  bench: Bench,
): Promise<readonly string[]> {
  const format = formatOf(content.bytes);
  if (!format?.kinds.includes(kind)) throw refused(`it is no ${mediaTypeOf(content.contentType)} known here`);
  const file = await bench.write('in', content.bytes);
  return ['-max_pixels', String(pixels), ...readingOf(format.reader, file)];
}

/** @param from seconds into a video; nothing if it is shorter */
async function drawn(
  reading: readonly string[],
  to: 'image/png' | 'image/jpeg',
  side: number,
  bench: Bench,
  from?: number,
): Promise<Uint8Array> {
  // Pixels that are not square are made so.
  const factor = `min(1,min(${side}/(iw*sar),${side}/ih))`;
  const size = `scale=w='max(1,round(iw*sar*${factor}))':h='max(1,round(ih*${factor}))':flags=area,setsar=1`;
  // By decoding, since not every reader finds a moment by itself.
  const input = from === undefined ? '[0:v:0]' : `[0:v:0]trim=start=${from},`;
  const graph =
    to === 'image/png'
      ? `${input}${size},format=pix_fmts=rgb24|rgba|gray[out]`
      : `${input}${size},format=rgba,split[a][b];[a]drawbox=color=white:replace=1:t=fill[c];[c][b]overlay,format=yuvj420p[out]`;
  const codec = (to === 'image/png' ? '-c:v png' : '-c:v mjpeg -q:v 3').split(' ');
  const one = '-map [out] -map_metadata -1 -frames:v 1 -f image2pipe'.split(' ');
  const { out } = await bench.run('ffmpeg', [
    ...quiet,
    ...reading,
    '-filter_complex',
    graph,
    ...one,
    ...codec,
    'pipe:1',
  ]);
  if (out.length === 0 && from === undefined) throw refused('there is no picture in it');
  return out;
}
