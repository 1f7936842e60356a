/** DEFLATE without any frame (RFC 1951). */
import { Fault } from '../core/errors.ts';

export async function deflated(bytes: Uint8Array): Promise<Uint8Array> {
  const out = source(bytes).pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(out).arrayBuffer());
}

/**
 * @param length of what comes out: what is longer is not read on, however long it would become
 * @throws Fault `invalid`, not temporary: it is not whole, or not as long
 */
export async function inflated(bytes: Uint8Array, length: number): Promise<Uint8Array> {
  const out = new Uint8Array(length);
  let at = 0;
  try {
    for await (const piece of source(bytes).pipeThrough(new DecompressionStream('deflate-raw'))) {
      if (at + piece.length > length) throw damaged('longer than it was');
      out.set(piece, at);
      at += piece.length;
    }
  } catch (error) {
    throw error instanceof Fault ? error : damaged('not whole', error);
  }
  if (at < length) throw damaged('shorter than it was');
  return out;
}

function source(bytes: Uint8Array) {
  return new Blob([bytes]).stream();
}

function damaged(what: string, cause?: unknown): Fault {
  return new Fault('invalid', `a part that was deflated is ${what}`, {
    temporary: false,
    publicText: 'This message is damaged.',
    cause,
  });
}
