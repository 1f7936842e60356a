/** DEFLATE without any frame (RFC 1951). */

export function deflated(bytes: Uint8Array): Promise<Uint8Array> {
  return through(new CompressionStream('deflate-raw'), bytes);
}

/** Rejects for what is not whole. */
export function inflated(bytes: Uint8Array): Promise<Uint8Array> {
  return through(new DecompressionStream('deflate-raw'), bytes);
}

async function through(
  stream: CompressionStream | DecompressionStream,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const out = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(stream);
  return new Uint8Array(await new Response(out).arrayBuffer());
}
