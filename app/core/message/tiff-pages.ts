/** Reads how many pages a TIFF has (TIFF 6.0, section 2), without its pictures. */

export interface TiffPages {
  /** Pages whose directory is whole and whose picture lies within the file. */
  readonly whole: number;
  /** Something follows that is not whole: the file was cut, or is broken. */
  readonly cut: boolean;
}

const entryBytes = 12;
const stripOffsets = 273;
const stripByteCounts = 279;

/**
 * @param most stops counting there, so that a file of a million empty directories costs nothing
 * @returns `undefined` if it is no TIFF
 */
export function tiffPages(bytes: Uint8Array, most = 10_000): TiffPages | undefined {
  const order =
    bytes[0] === 0x49 && bytes[1] === 0x49
      ? true
      : bytes[0] === 0x4d && bytes[1] === 0x4d
        ? false
        : undefined;
  if (order === undefined || bytes.length < 8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint16(2, order) !== 42) return undefined;
  const seen = new Set<number>();
  let whole = 0;
  let at = view.getUint32(4, order);
  // A writer that was cut may have left the place of the first directory empty.
  if (at === 0) return { whole: 0, cut: bytes.length > 8 };
  while (at !== 0 && whole < most) {
    // Directories that lead back to one before would be pages for ever.
    if (seen.has(at)) return { whole, cut: true };
    seen.add(at);
    const next = nextDirectory(view, at, order);
    if (next === undefined) return { whole, cut: true };
    whole += 1;
    at = next;
  }
  return { whole, cut: false };
}

/** Where the next one is; `undefined` if this one or its picture goes beyond the file. */
function nextDirectory(view: DataView, at: number, order: boolean): number | undefined {
  if (at + 2 > view.byteLength) return undefined;
  const entries = view.getUint16(at, order);
  const end = at + 2 + entries * entryBytes;
  if (entries === 0 || end + 4 > view.byteLength) return undefined;
  const offsets = lastValue(view, at, entries, stripOffsets, order);
  const counts = lastValue(view, at, entries, stripByteCounts, order);
  if (offsets === undefined || counts === undefined || offsets + counts > view.byteLength) return undefined;
  return view.getUint32(end, order);
}

/** The last of a tag's values: strips follow one another. */
function lastValue(
  view: DataView,
  at: number,
  entries: number,
  tag: number,
  order: boolean,
): number | undefined {
  for (let i = 0; i < entries; i += 1) {
    const entry = at + 2 + i * entryBytes;
    if (view.getUint16(entry, order) !== tag) continue;
    const short = view.getUint16(entry + 2, order) === 3;
    const count = view.getUint32(entry + 4, order);
    const bytes = short ? 2 : 4;
    if (count === 0) return undefined;
    const base = count * bytes <= 4 ? entry + 8 : view.getUint32(entry + 8, order);
    const place = base + (count - 1) * bytes;
    if (place + bytes > view.byteLength) return undefined;
    return short ? view.getUint16(place, order) : view.getUint32(place, order);
  }
  return undefined;
}
