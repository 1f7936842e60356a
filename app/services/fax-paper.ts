/** Makes the pages of a fax: what is to be sent, in any form that has pages, and a cover sheet before it. */
import { mediaType } from '../core/conversion/media-type.ts';
import { coverPage } from '../core/document/cover-sheet.ts';
import { Fault } from '../core/errors.ts';
import { tiffPages } from '../core/message/tiff-pages.ts';
import type { Wording } from '../core/notification/wording.ts';
import { localTime } from '../core/time/local-time.ts';
import type { Content, ConvertOptions } from '../ports/convert.ts';
import type { DocumentJoiner } from '../ports/documents.ts';
import type { Conversions } from './conversions.ts';

export interface FaxPaperDeps {
  readonly conversions: Pick<Conversions, 'content'>;
  readonly documents: DocumentJoiner;
  /** Most pages of one fax, with its cover. */
  readonly maxPages: number;
}

export interface Cover {
  readonly words: Wording;
  readonly timeZone: string;
  readonly from: string;
  readonly to: string;
  readonly at: Date;
  readonly subject?: string | undefined;
  /** Written below. */
  readonly text?: string | undefined;
}

export interface FaxPaper {
  /** Whether something of this type has pages. */
  faxable(contentType: string): boolean;
  /**
   * The pages as one TIFF, with their number.
   * @param cover absent: no cover sheet
   * @throws Fault `invalid` for nothing at all, for more pages than allowed and for what is not what its type says; as of
   * `Converter` else
   */
  make(contents: readonly Content[], cover: Cover | undefined, options: ConvertOptions): Promise<Content>;
}

export function createFaxPaper(deps: FaxPaperDeps): FaxPaper {
  return {
    faxable,
    async make(contents, cover, options) {
      const { documents } = deps;
      for (const content of contents) checkPages(deps, content);
      const papers: Content[] = [];
      for (const content of contents) papers.push(await paperOf(deps, content, options));
      if (papers.length === 0 && cover === undefined)
        throw new Fault('invalid', 'there is nothing to fax', { temporary: false });
      const body = papers.length === 0 ? undefined : await documents.join(papers, options.signal);
      const pages = (body?.pages ?? 0) + (cover === undefined ? 0 : 1);
      checkCount(deps, pages);
      if (cover === undefined && body !== undefined) return body;
      const sheet = await paperOf(deps, sheetOf(cover as Cover, pages), options);
      const whole = await documents.join(body === undefined ? [sheet] : [sheet, body], options.signal);
      // What is written on the cover may have taken more than one page.
      checkCount(deps, whole.pages ?? pages);
      return whole;
    },
  };
}

function faxable(contentType: string): boolean {
  const type = mediaType(contentType);
  return type === 'application/pdf' || /^(image|text)\//.test(type);
}

/** Before anything is done with it: what has thousands of pages costs nothing. */
function checkPages(deps: FaxPaperDeps, { contentType, bytes, pages }: Content): void {
  if (bytes.length === 0) throw new Fault('invalid', 'a document is empty', { temporary: false });
  checkCount(deps, pages ?? 0);
  if (mediaType(contentType) !== 'image/tiff') return;
  const found = tiffPages(bytes, deps.maxPages + 1);
  if (found === undefined || found.whole === 0)
    throw new Fault('invalid', 'a TIFF without a whole page', { temporary: false });
  checkCount(deps, found.whole);
}

function checkCount({ maxPages }: FaxPaperDeps, pages: number): void {
  if (pages > maxPages) throw new Fault('invalid', `more than ${maxPages} pages`, { temporary: false });
}

/** As it is, where it can be joined, else as PDF. */
async function paperOf(deps: FaxPaperDeps, content: Content, options: ConvertOptions): Promise<Content> {
  const type = mediaType(content.contentType);
  if (type === 'image/tiff' || type === 'application/pdf') return content;
  const paper = await deps.conversions.content(content, 'application/pdf', options);
  if (paper === undefined) throw new Fault('invalid', `${type} cannot be put on paper`, { temporary: false });
  return paper;
}

function sheetOf(cover: Cover, pages: number): Content {
  const { words, from, to, at, subject, text } = cover;
  return coverPage({
    title: words.text('fax-cover-title'),
    rows: [
      [words.text('fax-cover-from'), from],
      [words.text('fax-cover-to'), to],
      [words.text('fax-cover-date'), writtenTime(at, cover.timeZone)],
      [words.text('fax-cover-pages'), String(pages)],
      ...(subject === undefined || subject === ''
        ? []
        : [[words.text('fax-cover-subject'), subject] as const]),
    ],
    ...(text === undefined || text === '' ? {} : { words: text }),
  });
}

/** `2026-11-28 09:05`: read alike everywhere. */
function writtenTime(at: Date, timeZone: string): string {
  const { day, minute } = localTime(at, timeZone);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${day} ${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}
