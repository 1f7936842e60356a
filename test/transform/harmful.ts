/** Content that means harm, small enough to be made in a test. */
import { once } from 'node:events';
import type { Content } from '../../app/ports/convert.ts';

export function picture(bytes: Uint8Array): Content {
  return { contentType: 'image/png', bytes };
}

export function fax(bytes: Uint8Array): Content {
  return { contentType: 'image/tiff', bytes };
}

export function document(bytes: Uint8Array): Content {
  return { contentType: 'application/pdf', bytes };
}

/** The same each time. */
export function noise(length: number): Buffer {
  let state = 12_345;
  return Buffer.from(
    Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    }),
  );
}

export function words16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [i, value] of values.entries()) bytes.writeUInt16LE(value, i * 2);
  return bytes;
}

/** A PNG (ISO/IEC 15948) of 8-bit greys. */
export function png(width: number, height: number, data: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const chunks = [chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...chunks]);
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

function crc32(bytes: Buffer): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let i = 0; i < 8; i++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}

/** A TIFF of so many pages, each a square of one bit a pixel. */
export function tiff(pages: number, side = 8): Buffer {
  const each = 2 + 5 * 12 + 4;
  const bytes = Buffer.alloc(8 + pages * each + 8);
  bytes.write('II*\0', 'latin1');
  bytes.writeUInt32LE(8, 4);
  for (let page = 0; page < pages; page++) {
    const at = 8 + page * each;
    bytes.writeUInt16LE(5, at);
    const fields = [
      [256, side],
      [257, side],
      [258, 1],
      [273, 8 + pages * each],
      [279, 8],
    ] as const;
    for (const [i, [tag, value]] of fields.entries()) {
      bytes.writeUInt16LE(tag, at + 2 + i * 12);
      bytes.writeUInt16LE(4, at + 4 + i * 12);
      bytes.writeUInt32LE(1, at + 6 + i * 12);
      bytes.writeUInt32LE(value, at + 10 + i * 12);
    }
    bytes.writeUInt32LE(page === pages - 1 ? 0 : at + each, at + 2 + 5 * 12);
  }
  return bytes;
}

export function pdf(
  tree: string | undefined,
  drawing: string,
  box = '[0 0 595 842]',
  catalog = '',
  stream = '',
): Buffer {
  return written([
    `<< /Type /Catalog /Pages 2 0 R ${catalog} >>`,
    tree ?? '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox ${box} /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>`,
    `<< /Length ${drawing.length} ${stream} >>\nstream\n${drawing}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ]);
}

/** A thousand million squares out of a few hundred bytes: each form draws ten of the next. */
export function laughing(): Buffer {
  const depth = 9;
  const forms = Array.from({ length: depth }, (_, i) => {
    const drawing =
      i === depth - 1 ? '0 0 400 400 re f 10 10 m 300 200 100 500 400 400 c S' : '/X Do '.repeat(10);
    const next = i === depth - 1 ? '' : `/Resources << /XObject << /X ${6 + i} 0 R >> >>`;
    return `<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] ${next} /Length ${drawing.length} >>\nstream\n${drawing}\nendstream`;
  });
  return written([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /XObject << /X 5 0 R >> >> >>',
    '<< /Length 5 >>\nstream\n/X Do\nendstream',
    ...forms,
  ]);
}

function written(objects: readonly string[]): Buffer {
  let text = '%PDF-1.4\n';
  const offsets = objects.map((object, i) => {
    const at = text.length;
    text += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const table = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  const end = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer << /Root 1 0 R /Size ${objects.length + 1} >>\nstartxref\n${text.length}\n%%EOF\n`;
  return Buffer.from(text + end, 'latin1');
}

/** A document of the library as bytes. */
export async function whole(
  paper: Pick<PDFKit.PDFDocument, 'on' | 'end'> & NodeJS.EventEmitter,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  paper.on('data', (chunk: Buffer) => chunks.push(chunk));
  paper.end();
  await once(paper, 'end');
  return Buffer.concat(chunks);
}
