import type { Content } from '../ports/convert.ts';
import type { Measures } from '../ports/documents.ts';
import { formatOf, mediaTypeOf, rawFormatOf } from './formats.ts';
import { countPdf, type PageLimits } from './pdf.ts';
import { readingOf } from './sound.ts';
import { tiffPages } from './tiff.ts';
import { refused, type Bench } from './tools.ts';

/** More than a month is a claim, and no length. */
const longestMs = 31 * 86_400_000;

export async function measured(content: Content, most: PageLimits, bench: Bench): Promise<Measures> {
  const type = mediaTypeOf(content.contentType);
  if (type === 'application/pdf') return { pages: await countPdf(content, most, bench) };
  if (type === 'image/tiff') return { pages: tiffPages(content.bytes, most).length };
  if (!/^(audio|video)\//.test(type)) return {};
  const raw = rawFormatOf(content.contentType);
  if (raw !== undefined) return { durationMs: Math.round(content.bytes.length / raw.bytesPerMs) };
  const format = formatOf(content.bytes);
  if (!format?.kinds.includes('audio')) throw refused(`it is no ${type} known here`);
  const file = await bench.write('in', content.bytes);
  const { out } = await bench.run('ffprobe', [
    ...'-hide_banner -loglevel error -show_entries format=duration -of csv=p=0'.split(' '),
    ...readingOf(format.reader, file),
  ]);
  const durationMs = Math.round(Number(Buffer.from(out).toString('latin1').trim()) * 1000);
  // What the content says of itself may be any number.
  return durationMs > 0 && durationMs <= longestMs ? { durationMs } : {};
}
