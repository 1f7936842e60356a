/** Keeps the parts of a message in less space: what is gained by it is judged part by part. */
import { topLevel } from '../core/conversion/media-type.ts';
import { Fault } from '../core/errors.ts';
import type { MediaId } from '../core/ids.ts';
import type { Message, Part, StoredPart } from '../core/message/message.ts';
import type { Content } from '../ports/convert.ts';
import type { Log } from '../ports/log.ts';
import type { Shrinker } from '../ports/shrink.ts';
import type { Store } from '../ports/store.ts';
import { deflated, inflated } from './deflate.ts';

/** Less is not worth another way of reading it, in bytes. */
const leastGain = 64;
/** Bytes compared before others have their turn. */
const comparedAtOnce = 1_048_576;

export interface CompressDeps {
  readonly store: Pick<Store, 'media'>;
  readonly shrinker: Shrinker;
  readonly log: Log;
}

/**
 * Puts parts in less space beside those that are there, under ids of their own; nothing refers to them yet.
 * @param attempt makes the ids: another try at the same time has others
 * @param last what fails for now is left as it is: it has been tried often enough
 * @returns the parts that became smaller; empty if none did
 * @throws Fault of a program or store that is away; with the signal's reason. What was put until then stays, see `undo`
 */
export async function compressParts(
  deps: CompressDeps,
  message: Message,
  {
    attempt,
    last,
    signal,
  }: { readonly attempt: string; readonly last: boolean; readonly signal: AbortSignal },
): Promise<StoredPart[]> {
  const stored: StoredPart[] = [];
  try {
    for (const [of, part] of message.envelope.parts.entries()) {
      const made = await lessOf(deps, message, part, last, signal);
      if (made === undefined) continue;
      const { contentType, bytes, encoding } = made;
      const media = `${part.media}#${attempt}` as MediaId;
      await deps.store.media.put(media, contentType, bytes, message.mailbox);
      stored.push({ of, media, contentType, bytes: bytes.length, ...(encoding ? { encoding } : {}) });
    }
  } catch (error) {
    await undo(deps, stored);
    throw error;
  }
  return stored;
}

/** Removes what was put and came to nothing. Never rejects. */
export async function undo({ store, log }: CompressDeps, stored: readonly StoredPart[]): Promise<void> {
  for (const { media } of stored)
    await store.media
      .delete(media)
      .catch((error: unknown) => log.warn('a smaller part without use stays in the store', { error }));
}

type Less = Pick<Content, 'contentType' | 'bytes'> & { readonly encoding?: 'deflate' };

async function lessOf(
  deps: CompressDeps,
  message: Message,
  part: Part,
  last: boolean,
  signal: AbortSignal,
): Promise<Less | undefined> {
  const found = await deps.store.media.get(part.media);
  if (found === undefined) return undefined;
  const { contentType, durationMs } = part;
  const content = { contentType, bytes: found.bytes, ...(durationMs === undefined ? {} : { durationMs }) };
  const shrunk = await shrink(deps, message, content, last, signal);
  const gained = shrunk !== undefined && shrunk.bytes.length < found.bytes.length;
  if (gained) return { contentType: shrunk.contentType, bytes: shrunk.bytes };
  return isPacked(contentType) ? undefined : deflate(contentType, found.bytes);
}

/** What cannot be read stays as it is. */
async function shrink(
  { shrinker, log }: CompressDeps,
  message: Message,
  content: Content,
  last: boolean,
  signal: AbortSignal,
): Promise<Content | undefined> {
  try {
    return await shrinker.shrink(content, signal);
  } catch (error) {
    signal.throwIfAborted();
    // A program that is missing may be there another time.
    const forGood = error instanceof Fault && !error.temporary && error.code !== 'not-found';
    if (!forGood && !last) throw error;
    log.info('a part stays as large as it is', { error, message: message.id });
    return undefined;
  }
}

/** Types whose content is packed by itself, or is sound: that loses nothing by deflating, and gains nothing. */
function isPacked(contentType: string): boolean {
  return (
    /^(audio|video)$/.test(topLevel(contentType)) ||
    /^(image\/(png|jpe?g|gif|webp|hei[cf]|avif)|application\/(zip|gzip|vnd\.openxmlformats.*))\b/i.test(
      contentType,
    )
  );
}

async function deflate(contentType: string, bytes: Uint8Array): Promise<Less | undefined> {
  const packed = await deflated(bytes);
  if (packed.length > bytes.length - leastGain) return undefined;
  // What was is deleted: nothing is believed.
  return (await same(await inflated(packed, bytes.length), bytes))
    ? { contentType, bytes: packed, encoding: 'deflate' }
    : undefined;
}

/** Whether two of one length are the same; calls under way go before. */
async function same(one: Uint8Array, other: Uint8Array): Promise<boolean> {
  for (let at = 0; at < one.length; at += comparedAtOnce) {
    const to = Math.min(one.length, at + comparedAtOnce);
    for (let i = at; i < to; i += 1) if (one[i] !== other[i]) return false;
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  return true;
}
