/** Framing of FreeSWITCH's event socket: header lines, an empty line, then `Content-Length` bytes of body; LF alone. */
import { EslGarbage } from './errors.ts';

/** One message as it came. */
export interface Frame {
  /** As on the wire; of a name that comes twice the first. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** The longest that were seen are 10 kB of headers and 40 kB of body. */
export const mostHeaderBytes = 1_048_576;
export const mostBodyBytes = 16_777_216;

const lf = 0x0a;
const nothing = Buffer.alloc(0);

/** Takes bytes as TCP brings them, cut anywhere, and gives whole messages. */
export class FrameReader {
  /** Chunks of what is being read: headers, then body. */
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** Whether the last byte of the headers so far ends a line. */
  #lineEnded = true;
  /** Headers that are whole, and how long the body is to be. */
  #headers: ReadonlyMap<string, string> | undefined;
  #bodyBytes = 0;

  /** @throws EslGarbage if this is no event socket; nothing may be read after that. */
  push(chunk: Buffer): Frame[] {
    const frames: Frame[] = [];
    let rest = chunk;
    while (rest.length > 0 || this.#bodyIsWhole()) {
      if (this.#headers === undefined) rest = this.#readHeaders(rest);
      else rest = this.#readBody(rest, frames);
    }
    return frames;
  }

  #bodyIsWhole(): boolean {
    return this.#headers !== undefined && this.#bytes >= this.#bodyBytes;
  }

  #readHeaders(chunk: Buffer): Buffer {
    // Empty lines between messages say nothing.
    let from = 0;
    if (this.#bytes === 0) while (chunk[from] === lf) from += 1;
    const rest = from === 0 ? chunk : chunk.subarray(from);
    const end = this.#endOfHeaders(rest);
    this.#keep(end === undefined ? rest : rest.subarray(0, end));
    if (this.#bytes > mostHeaderBytes) throw new EslGarbage(`headers of more than ${mostHeaderBytes} bytes`);
    if (end === undefined) return nothing;
    this.#headers = headersOf(this.#take().toString('utf8'));
    this.#bodyBytes = lengthOf(this.#headers);
    return rest.subarray(end);
  }

  /** The place after the empty line, if it is in this chunk. */
  #endOfHeaders(chunk: Buffer): number | undefined {
    if (this.#bytes > 0 && this.#lineEnded && chunk[0] === lf) return 1;
    const at = chunk.indexOf('\n\n');
    return at < 0 ? undefined : at + 2;
  }

  #readBody(chunk: Buffer, frames: Frame[]): Buffer {
    const missing = this.#bodyBytes - this.#bytes;
    this.#keep(chunk.subarray(0, missing));
    if (this.#bytes < this.#bodyBytes) return nothing;
    frames.push({ headers: this.#headers as ReadonlyMap<string, string>, body: this.#take() });
    this.#headers = undefined;
    return chunk.subarray(Math.min(missing, chunk.length));
  }

  #keep(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    this.#lineEnded = chunk.at(-1) === lf;
  }

  #take(): Buffer {
    const [only] = this.#chunks;
    const whole = this.#chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#bytes = 0;
    this.#lineEnded = true;
    return whole;
  }
}

/** Header lines, `Name: value`; others say nothing. */
export function headersOf(text: string): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const name = line.slice(0, colon);
    if (!headers.has(name)) headers.set(name, line.slice(colon + 1).replace(/^ /, ''));
  }
  return headers;
}

/** @throws EslGarbage */
export function lengthOf(headers: ReadonlyMap<string, string>): number {
  const text = headers.get('Content-Length');
  if (text === undefined) return 0;
  const bytes = /^\d{1,9}$/.test(text.trim()) ? Number(text) : Infinity;
  if (bytes > mostBodyBytes) throw new EslGarbage('a body without a sensible Content-Length');
  return bytes;
}
