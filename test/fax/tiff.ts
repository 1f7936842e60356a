/** Pages for tests of faxes: made here, and compared by their pixels whatever a machine made of them. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkout } from '../../scripts/stack/machine.ts';

const run = promisify(execFile);

const width = 1728;
const rowBytes = width / 8;

/** Black and white, eight pixels a byte, black is 1. */
export interface Page {
  readonly height: number;
  readonly rows: Uint8Array;
}

/** Pages that differ from one another: bars broken by their number, at 204 × 98 dots an inch, uncompressed. */
export function faxTiff(pages: number, height = 1100): Buffer {
  return writeTiff(Array.from({ length: pages }, (_, n) => pattern(n, height)));
}

function pattern(n: number, height: number): Page {
  const rows = new Uint8Array(rowBytes * height);
  for (let y = 40; y < height - 40; y += 1) {
    if (Math.floor(y / 30) % 2 !== 0) continue;
    for (let x = 10; x < rowBytes - 10; x += 1)
      if ((x * 7 + Math.floor(y / 30) * 13 + n * 5) % 11 < 4) rows[y * rowBytes + x] = 0xf0;
  }
  return { height, rows };
}

function writeTiff(pages: readonly Page[]): Buffer {
  const parts: Buffer[] = [Buffer.from('II*\0\0\0\0\0', 'latin1')];
  let size = 8;
  let link = 4;
  const whole: { at: number; value: number }[] = [];
  pages.forEach(({ height, rows }, n) => {
    const strip = size;
    const resolution = Buffer.alloc(16);
    [204, 1, 98, 1].forEach((value, i) => resolution.writeUInt32LE(value, i * 4));
    parts.push(Buffer.from(rows), resolution);
    const x = strip + rows.length;
    const at = x + 16;
    whole.push({ at: link, value: at });
    const tags: readonly (readonly [number, 3 | 4 | 5, number, number])[] = [
      [254, 4, 1, 2],
      [256, 4, 1, width],
      [257, 4, 1, height],
      [258, 3, 1, 1],
      [259, 3, 1, 1],
      [262, 3, 1, 0],
      [266, 3, 1, 1],
      [273, 4, 1, strip],
      [277, 3, 1, 1],
      [278, 4, 1, height],
      [279, 4, 1, rows.length],
      [282, 5, 1, x],
      [283, 5, 1, x + 8],
      [296, 3, 1, 2],
      [297, 3, 2, n + (pages.length << 16)],
    ];
    const directory = Buffer.alloc(2 + tags.length * 12 + 4);
    directory.writeUInt16LE(tags.length, 0);
    tags.forEach(([tag, type, count, value], i) => {
      directory.writeUInt16LE(tag, 2 + i * 12);
      directory.writeUInt16LE(type, 4 + i * 12);
      directory.writeUInt32LE(count, 6 + i * 12);
      directory.writeUInt32LE(value >>> 0, 10 + i * 12);
    });
    parts.push(directory);
    link = at + directory.length - 4;
    size = at + directory.length;
  });
  const file = Buffer.concat(parts);
  for (const { at, value } of whole) file.writeUInt32LE(value, at);
  return file;
}

/** Directories of one strip each, all of the same few bytes: what a small file can claim. */
export function manyPages(pages: number): Buffer {
  const bytes = 2 + 2 * 12 + 4;
  const file = Buffer.alloc(16 + pages * bytes);
  file.write('II*\0', 0, 'latin1');
  file.writeUInt32LE(16, 4);
  for (let n = 0; n < pages; n += 1) {
    const at = 16 + n * bytes;
    file.writeUInt16LE(2, at);
    [273, 279].forEach((tag, i) => {
      file.writeUInt16LE(tag, at + 2 + i * 12);
      file.writeUInt16LE(4, at + 4 + i * 12);
      file.writeUInt32LE(1, at + 6 + i * 12);
      file.writeUInt32LE(8, at + 10 + i * 12);
    });
    file.writeUInt32LE(n + 1 === pages ? 0 : at + bytes, at + 2 + 2 * 12);
  }
  return file;
}

/** The same as machines have them: packed by T.4. */
export async function packedTiff(pages: number, height = 1100): Promise<Buffer> {
  return tiffcp(['-c', 'g3'], faxTiff(pages, height));
}

/** The pages of any fax TIFF, by libtiff's own tiffcp. */
export async function pagesOf(tiff: Uint8Array): Promise<Page[]> {
  return readPages(await tiffcp(['-c', 'none', '-r', '100000', '-f', 'msb2lsb', '-L'], tiff));
}

async function tiffcp(options: readonly string[], tiff: Uint8Array): Promise<Buffer> {
  const directory = await mkdtemp(join(tmpdir(), 'ab-tiff-'));
  try {
    const [from, to] = [join(directory, 'from.tif'), join(directory, 'to.tif')];
    await writeFile(from, tiff);
    await run(join(checkout, 'scripts/in-root.sh'), ['tiffcp', ...options, from, to]);
    return await readFile(to);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function readPages(file: Buffer): Page[] {
  const pages: Page[] = [];
  for (let at = file.readUInt32LE(4); at !== 0;) {
    const entries = file.readUInt16LE(at);
    const value = (tag: number): number => {
      for (let i = 0; i < entries; i += 1) {
        const entry = at + 2 + i * 12;
        if (file.readUInt16LE(entry) !== tag) continue;
        return file.readUInt16LE(entry + 2) === 3
          ? file.readUInt16LE(entry + 8)
          : file.readUInt32LE(entry + 8);
      }
      throw new Error(`no tag ${tag}`);
    };
    const height = value(257);
    const rows = Uint8Array.from(file.subarray(value(273), value(273) + height * rowBytes));
    // Photometric 1: black is 0.
    pages.push({ height, rows: value(262) === 1 ? rows.map((byte) => ~byte & 0xff) : rows });
    at = file.readUInt32LE(at + 2 + entries * 12);
  }
  return pages;
}

/** Whether `got` shows `sent`, with at most so many rows more at its top: a header line. */
export function shows(got: Page, sent: Page, header = 40): boolean {
  for (let skip = 0; skip <= header; skip += 1) {
    const rows = got.rows.subarray(skip * rowBytes);
    const both = Math.min(rows.length, sent.rows.length);
    if (
      both >= sent.rows.length * 0.97 &&
      Buffer.compare(rows.subarray(0, both), sent.rows.subarray(0, both)) === 0
    )
      return true;
  }
  return false;
}
