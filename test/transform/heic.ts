/** A photograph as telephones store it (HEIF, ISO/IEC 23008-12, with one picture in HEVC), since no program at hand writes one. */
import { filmed } from './world.ts';

/**
 * @param picture what ffmpeg draws
 */
export async function heic(picture: string, width: number, height: number): Promise<Buffer> {
  const args = `-f lavfi -i ${picture} -frames:v 1 -c:v libx265 -tag:v hvc1 -pix_fmt yuv420p -x265-params log-level=none`;
  const film = await filmed('mp4', args.split(' '));
  const data = boxOf(film, 'mdat').subarray(8);
  const properties = box(
    'iprp',
    box('ipco', boxOf(film, 'hvcC'), full('ispe', 0, u32(width), u32(height))),
    full('ipma', 0, u32(1), u16(1), Buffer.from([2, 0x81, 2])),
  );
  const head = box('ftyp', Buffer.from('heic\0\0\0\0mif1heic'));
  const meta = (at: number) =>
    full(
      'meta',
      0,
      full('hdlr', 0, u32(0), Buffer.from('pict'), Buffer.alloc(13)),
      full('pitm', 0, u16(1)),
      full('iloc', 0, Buffer.from([0x44, 0]), u16(1), u16(1), u16(0), u16(1), u32(at), u32(data.length)),
      full('iinf', 0, u16(1), full('infe', 2, u16(1), u16(0), Buffer.from('hvc1\0'))),
      properties,
    );
  const before = head.length + meta(0).length + 8;
  return Buffer.concat([head, meta(before), box('mdat', data)]);
}

/** The first box of this name, whole. */
function boxOf(file: Buffer, name: string): Buffer {
  const at = file.indexOf(name) - 4;
  return file.subarray(at, at + file.readUInt32BE(at));
}

function box(name: string, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([u32(body.length + 8), Buffer.from(name), body]);
}

function full(name: string, version: number, ...content: readonly Buffer[]): Buffer {
  return box(name, Buffer.from([version, 0, 0, 0]), ...content);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
