/** What this room can do, edge by edge. */
import { coverSheetType } from '../core/document/cover-sheet.ts';
import { Fault } from '../core/errors.ts';
import type { Content, Converter, Edge } from '../ports/convert.ts';
import type { ContentMeter, DocumentJoiner } from '../ports/documents.ts';
import type { Shrinker } from '../ports/shrink.ts';
import { measured } from './measure.ts';
import { coverToPdf, textToPdf } from './paper.ts';
import { joinToFax, pdfToFax, pdfToPng, pdfToText, tiffToPdf } from './pdf.ts';
import { pictureOnPaper, still, toPicture } from './picture.ts';
import { soundForms, toSound } from './sound.ts';
import { shrunk } from './shrink.ts';
import { refused, type Bench, type ToolName, type Tools } from './tools.ts';

export interface ContentLimits {
  /** Most bytes of content, before and after. */
  readonly maxBytes: number;
  /** Most pixels of a picture, a page or a video. */
  readonly maxPixels: number;
  /** Most pages of a document. */
  readonly maxPages: number;
  /** Longest sound and video, in seconds. */
  readonly maxSeconds: number;
}

interface Means extends Edge {
  /** Programs that it takes. */
  readonly tools: readonly ToolName[];
  readonly make: (content: Content, bench: Bench, limits: ContentLimits, page?: number) => Promise<Content>;
}

/** Most pixels a side of the picture of a page. */
const pageSide = 1024;

const costs: Readonly<Record<string, number>> = { 'audio/x-wav': 1, 'audio/pcmu': 2 };

const pages = ({ maxPages, maxPixels }: ContentLimits) => ({ pages: maxPages, pixels: maxPixels });

const ffmpeg: readonly ToolName[] = ['ffmpeg'];

const sounds: readonly Means[] = ['audio/*', 'video/*'].flatMap((from) =>
  soundForms.map((to) => ({
    from,
    to,
    cost: (costs[to] ?? 3) + (from === 'video/*' ? 4 : 0),
    tools: ffmpeg,
    make: (content, bench, { maxSeconds }) => toSound(content, to, maxSeconds, bench),
  })),
);

const pictures: readonly Means[] = [
  ...(['image/png', 'image/jpeg'] as const).map((to): Means => ({
    from: 'image/*',
    to,
    cost: 3,
    tools: ffmpeg,
    make: (content, bench, limits, page) => toPicture(content, to, pages(limits), bench, page),
  })),
  {
    from: 'image/*',
    to: 'application/pdf',
    cost: 4,
    tools: ffmpeg,
    make: (content, bench, limits) => pictureOnPaper(content, pages(limits), bench),
  },
  {
    from: 'video/*',
    to: 'image/png',
    cost: 8,
    tools: ffmpeg,
    make: (content, bench, limits) => still(content, pages(limits), bench),
  },
];

const documents: readonly Means[] = [
  {
    from: 'image/tiff',
    to: 'image/png',
    cost: 2,
    tools: ['tiff2pdf', 'pdftoppm', 'pdfinfo'],
    make: (content, bench, limits, page) => toPicture(content, 'image/png', pages(limits), bench, page),
  },
  {
    from: 'image/tiff',
    to: 'application/pdf',
    cost: 1,
    tools: ['tiff2pdf'],
    make: (content, bench, limits) => tiffToPdf(content, pages(limits), bench),
  },
  {
    from: 'application/pdf',
    to: 'image/tiff',
    cost: 3,
    tools: ['gs', 'pdfinfo'],
    make: (content, bench, limits) => pdfToFax(content, pages(limits), bench),
  },
  {
    from: 'application/pdf',
    to: 'image/png',
    cost: 6,
    tools: ['pdftoppm', 'pdfinfo'],
    make: (content, bench, limits, page) => pdfToPng(content, pageSide, pages(limits), bench, page),
  },
  {
    from: 'application/pdf',
    to: 'text/plain',
    cost: 4,
    tools: ['pdftotext', 'pdfinfo'],
    make: (content, bench, limits) => pdfToText(content, pages(limits), bench),
  },
  {
    from: 'text/plain',
    to: 'application/pdf',
    cost: 2,
    tools: [],
    make: (content, bench, { maxPages }) => textToPdf(content, maxPages, bench),
  },
  {
    from: coverSheetType,
    to: 'application/pdf',
    cost: 1,
    tools: [],
    make: (content, bench, { maxPages }) => coverToPdf(content, maxPages, bench),
  },
];

const all: readonly Means[] = [...sounds, ...pictures, ...documents];

export function createConverter(
  limits: ContentLimits,
  tools: Tools,
): Converter & DocumentJoiner & ContentMeter & Shrinker {
  const check = ({ bytes }: Content): void => {
    if (bytes.length === 0) throw refused('it is empty');
    if (bytes.length > limits.maxBytes)
      throw refused(`it has ${bytes.length} bytes; at most ${limits.maxBytes} are taken`);
  };
  return {
    /** Without what has turned out not to be possible on this machine. */
    get edges() {
      return all.filter((one) => !one.tools.some((tool) => tools.isMissing(tool)));
    },
    async convert(content, edge, { signal, page }) {
      signal?.throwIfAborted();
      const means = all.find((one) => one.from === edge.from && one.to === edge.to);
      if (means === undefined)
        throw new Fault('not-found', `nothing turns ${edge.from} into ${edge.to}`, { temporary: false });
      check(content);
      const made = await tools.turn((bench) => means.make(content, bench, limits, page), signal);
      if (made.bytes.length > limits.maxBytes)
        throw refused(`more than ${limits.maxBytes} bytes come out of it`);
      return made;
    },
    async join(parts, signal) {
      signal?.throwIfAborted();
      for (const part of parts) check(part);
      return tools.turn((bench) => joinToFax(parts, pages(limits), bench), signal);
    },
    async shrink(content, signal) {
      signal?.throwIfAborted();
      check(content);
      const most = { ...pages(limits), seconds: limits.maxSeconds };
      return tools.turn((bench) => shrunk(content, most, bench), signal, true);
    },
    async measure(content, signal) {
      signal?.throwIfAborted();
      check(content);
      return tools.turn((bench) => measured(content, pages(limits), bench), signal);
    },
  };
}
