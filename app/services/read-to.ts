import { Fault, isTemporary } from '../core/errors.ts';
import type { Message } from '../core/message/message.ts';
import type { ConvertOptions } from '../ports/convert.ts';
import type { Log } from '../ports/log.ts';
import type { Transcripts } from './transcripts.ts';

/**
 * The words of a message as an answer to a text that asks for them.
 * @throws Fault if the store is away
 */
export async function readTo(
  { transcripts, log }: { readonly transcripts: Pick<Transcripts, 'read'>; readonly log: Log },
  message: Message,
  options: ConvertOptions,
): Promise<'no-transcript' | 'try-later' | { readonly transcript: string }> {
  try {
    const words = await transcripts.read(message, options);
    return words === undefined ? 'no-transcript' : { transcript: words };
  } catch (error) {
    if (error instanceof Fault && error.code.startsWith('store-')) throw error;
    log.warn('a message could not be read to its subscriber', { error, message: message.id });
    return isTemporary(error) ? 'try-later' : 'no-transcript';
  }
}
