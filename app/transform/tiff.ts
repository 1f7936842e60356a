/** What the pages of a TIFF file (6.0; fax: RFC 2301) say of themselves, read before any program opens it. */
import { refused } from './tools.ts';

export interface TiffPage {
  readonly width: number;
  readonly height: number;
  /** Of one sample. */
  readonly bits: number;
  readonly samples: number;
  /** 1 none, 2 to 4 those of fax machines (modified Huffman, T.4, T.6). */
  readonly compression: number;
  /** Dots an inch across; 0 = not said. */
  readonly dpi: number;
}

const tags = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  samples: 277,
  across: 282,
  unit: 296,
} as const;

/** Most fields of one page: real ones have some twenty. */
const mostEntries = 500;

/**
 * All pages.
 * @throws Fault `invalid` for what is no TIFF, or has more pages or pixels than it may
 */
export function tiffPages(bytes: Uint8Array, most: { pages: number; pixels: number }): readonly TiffPage[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mark = bytes.length < 8 ? '' : String.fromCharCode(...bytes.subarray(0, 2));
  const little = mark === 'II';
  if ((!little && mark !== 'MM') || view.getUint16(2, little) !== 42) throw refused('it is no TIFF');
  const pages: TiffPage[] = [];
  try {
    // A file may say that its pages go on where they began: then there are too many.
    for (let at = view.getUint32(4, little); at !== 0;) {
      if (pages.length === most.pages) throw refused(`it has more than ${most.pages} pages`);
      const entries = view.getUint16(at, little);
      if (entries > mostEntries) throw refused(`page ${pages.length + 1} says too much of itself`);
      const page = readPage(view, at + 2, entries, little);
      if (page.width * page.height > most.pixels)
        throw refused(`page ${pages.length + 1} has more than ${most.pixels} pixels`);
      pages.push(page);
      at = view.getUint32(at + 2 + entries * 12, little);
    }
  } catch (error) {
    if (error instanceof RangeError) throw refused('it is a TIFF with an end missing');
    throw error;
  }
  if (pages.length === 0) throw refused('it is a TIFF without pages');
  return pages;
}

/** Whether fax machines take the page as it is: one bit a pixel, 1728 across, at 204 dots an inch. */
export function isFaxPage({ width, bits, samples, compression, dpi }: TiffPage): boolean {
  const packed = compression >= 2 && compression <= 4;
  return width === 1728 && bits === 1 && samples === 1 && packed && Math.abs(dpi - 204) < 5;
}

function readPage(view: DataView, at: number, entries: number, little: boolean): TiffPage {
  const fields = new Map<number, number>();
  for (let i = 0; i < entries; i++) {
    const entry = at + i * 12;
    fields.set(view.getUint16(entry, little), valueOf(view, entry, little));
  }
  const field = (tag: number, otherwise: number): number => fields.get(tag) ?? otherwise;
  const inches = field(tags.unit, 2) === 3 ? 2.54 : 1;
  return {
    width: field(tags.width, 0),
    height: field(tags.height, 0),
    bits: field(tags.bits, 1),
    samples: field(tags.samples, 1),
    compression: field(tags.compression, 1),
    dpi: field(tags.across, 0) * inches,
  };
}

/** The first value of a field: bytes, shorts and longs, and fractions. */
function valueOf(view: DataView, entry: number, little: boolean): number {
  const type = view.getUint16(entry + 2, little);
  const count = view.getUint32(entry + 4, little);
  const place = view.getUint32(entry + 8, little);
  if (type === 3) return view.getUint16(count > 2 ? place : entry + 8, little);
  if (type === 5) return view.getUint32(place, little) / (view.getUint32(place + 4, little) || 1);
  return type === 1 ? view.getUint8(entry + 8) : place;
}
