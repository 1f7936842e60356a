/** A line without its end; `undefined` where it was longer than allowed. */
export interface Line {
  readonly line: number;
  readonly bytes: Buffer | undefined;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Lines of bytes, ended by LF or CRLF. Of a line longer than `most` bytes nothing but its number is kept. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Line> {
  let line = 1;
  let parts: Buffer[] = [];
  let length = 0;
  const add = (part: Buffer): void => {
    length += part.length;
    if (length <= most) parts.push(part);
    else parts = [];
  };
  const take = (): Line => {
    const whole = length > most ? undefined : Buffer.concat(parts);
    const end = whole?.at(-1) === carriageReturn ? -1 : undefined;
    const taken = { line, bytes: whole?.subarray(0, end) };
    line += 1;
    parts = [];
    length = 0;
    return taken;
  };
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let from = 0;
    for (let end = bytes.indexOf(lineFeed); end !== -1; end = bytes.indexOf(lineFeed, from)) {
      add(bytes.subarray(from, end));
      yield take();
      from = end + 1;
    }
    add(bytes.subarray(from));
  }
  if (length > 0) yield take();
}
