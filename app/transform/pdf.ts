/** PDF documents into faxes, pictures and words; faxes into PDF. */
import type { Content } from '../ports/convert.ts';
import { formatOf } from './formats.ts';
import { isFaxPage, tiffPages } from './tiff.ts';
import { refused, type Bench } from './tools.ts';

export interface PageLimits {
  readonly pages: number;
  readonly pixels: number;
}

/** Where real documents may have something before their beginning (ISO 32000-1, Annex H, note 13). */
const junkBytes = 1024;
/** A4 as a fax machine takes it: 204 dots an inch across, 196 down ("fine"). */
const fitted = ['-r204x196', '-g1728x2292', '-dFIXEDMEDIA', '-dPDFFitPage', '-dUseCropBox'];

/** Lays a PDF out as a file, from where it begins: PostScript before it would be run as a program. */
async function lay({ bytes }: Content, bench: Bench): Promise<string> {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, junkBytes));
  const at = head.indexOf('%PDF-');
  if (at < 0 || (at > 0 && formatOf(bytes) !== undefined)) throw refused('it is no PDF');
  return bench.write('in.pdf', bytes.subarray(at));
}

/** Pages of a PDF that has been laid out. */
async function pagesOf(file: string, most: PageLimits, bench: Bench): Promise<number> {
  const { out } = await bench.run('pdfinfo', [file]);
  const pages = Number(/^Pages:\s+(\d+)$/m.exec(Buffer.from(out).toString('latin1'))?.[1] ?? 0);
  if (pages === 0) throw refused('it has no pages');
  if (pages > most.pages) throw refused(`it has ${pages} pages; at most ${most.pages} are taken`);
  return pages;
}

export async function countPdf(content: Content, most: PageLimits, bench: Bench): Promise<number> {
  return pagesOf(await lay(content, bench), most, bench);
}

/** A fax: Group 3, 1728 across, each page fitted to A4. */
export async function pdfToFax(content: Content, most: PageLimits, bench: Bench): Promise<Content> {
  const file = await lay(content, bench);
  const pages = await pagesOf(file, most, bench);
  const out = bench.path('out.tif');
  await bench.run('gs', [
    ...'-q -dSAFER -dBATCH -dNOPAUSE -dNOPROMPT -sDEVICE=tiffg3 -dMaxStripSize=0'.split(' '),
    ...fitted,
    `-dLastPage=${pages}`,
    `-sOutputFile=${out}`,
    file,
  ]);
  const bytes = await bench.read('out.tif');
  const made = tiffPages(bytes, most).length;
  if (made !== pages) throw refused(`only ${made} of its ${pages} pages can be read`);
  return { contentType: 'image/tiff', bytes, pages };
}

/** Its first page, at most so many pixels a side. */
export async function pdfToPng(
  content: Content,
  side: number,
  most: PageLimits,
  bench: Bench,
  page = 1,
): Promise<Content> {
  const file = await lay(content, bench);
  const pages = await pagesOf(file, most, bench);
  if (page > pages) throw refused(`it has ${pages} pages`);
  // It rounds up.
  const one = ['-png', '-singlefile', '-f', String(page), '-l', String(page), '-scale-to', String(side - 1)];
  const { out } = await bench.run('pdftoppm', [...one, file]);
  if (out.length === 0) throw refused(`its page ${page} cannot be drawn`);
  return { contentType: 'image/png', bytes: out };
}

export async function pdfToText(content: Content, most: PageLimits, bench: Bench): Promise<Content> {
  const file = await lay(content, bench);
  await pagesOf(file, most, bench);
  const { out } = await bench.run('pdftotext', ['-enc', 'UTF-8', '-nopgbrk', file, '-']);
  const text = Buffer.from(out).toString('utf8').trim();
  if (text === '') throw refused('there are no words in it');
  return { contentType: 'text/plain; charset=utf-8', bytes: Buffer.from(`${text}\n`) };
}

/** All pages of a TIFF, each as large as its resolution says. */
export async function tiffToPdf(content: Content, most: PageLimits, bench: Bench): Promise<Content> {
  const pages = tiffPages(content.bytes, most).length;
  const file = await bench.write('in.tif', content.bytes);
  await bench.run('tiff2pdf', ['-o', bench.path('out.pdf'), file]);
  return { contentType: 'application/pdf', bytes: await bench.read('out.pdf'), pages };
}

/** One fax of several faxes and documents, in this order. */
export async function joinToFax(
  documents: readonly Content[],
  most: PageLimits,
  bench: Bench,
): Promise<Content> {
  const faxes: Content[] = [];
  for (const document of documents) faxes.push(await toFax(document, most, bench));
  const pages = faxes.reduce((sum, fax) => sum + (fax.pages ?? 0), 0);
  if (pages > most.pages) throw refused(`they have ${pages} pages; at most ${most.pages} are taken`);
  const [only] = faxes;
  if (only === undefined) throw refused('there is nothing to join');
  if (faxes.length === 1) return only;
  const files: string[] = [];
  for (const [i, fax] of faxes.entries()) files.push(await bench.write(`part${i}.tif`, fax.bytes));
  await bench.run('tiffcp', ['-c', 'g3', ...files, bench.path('joined.tif')]);
  return { contentType: 'image/tiff', bytes: await bench.read('joined.tif'), pages };
}

async function toFax(document: Content, most: PageLimits, bench: Bench): Promise<Content> {
  if (!/^image\/tiff\b/i.test(document.contentType)) return pdfToFax(document, most, bench);
  const pages = tiffPages(document.bytes, most);
  if (pages.every(isFaxPage)) return { ...document, pages: pages.length };
  return pdfToFax(await tiffToPdf(document, most, bench), most, bench);
}
