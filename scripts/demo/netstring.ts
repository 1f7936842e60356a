/** Netstrings (D. J. Bernstein, 1997): `<length>:<bytes>,` */

/** Longest that is taken, in bytes. */
const longest = 1_000_000;

export function writeNetstring(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from(`${bytes.length}:`), bytes, Buffer.from(',')]);
}

/** Cuts a stream of bytes into the netstrings in it. */
export class NetstringReader {
  #rest: Buffer = Buffer.alloc(0);

  /** The netstrings that these bytes complete. @throws Error if the stream is no netstrings. */
  push(bytes: Buffer): string[] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const found: string[] = [];
    for (let next = this.#cut(); next !== undefined; next = this.#cut()) found.push(next);
    return found;
  }

  #cut(): string | undefined {
    const colon = this.#rest.indexOf(':');
    const head = this.#rest.toString('latin1', 0, colon < 0 ? this.#rest.length : colon);
    if (!/^\d{0,7}$/.test(head) || (colon >= 0 && head === '') || Number(head) > longest)
      throw new Error(`not a netstring: ${JSON.stringify(head.slice(0, 20))}`);
    if (colon < 0) return undefined;
    const end = colon + 1 + Number(head);
    if (this.#rest.length <= end) return undefined;
    if (this.#rest[end] !== 0x2c) throw new Error('a netstring does not end with a comma');
    const text = this.#rest.toString('utf8', colon + 1, end);
    this.#rest = this.#rest.subarray(end + 1);
    return text;
  }
}
