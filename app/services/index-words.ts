/** Makes messages that were stored before there was a search such that are found: by their sender, subject and words. */
import type { MailboxId } from '../core/ids.ts';
import type { Message } from '../core/message/message.ts';
import { wordsOf } from '../core/message/text-part.ts';
import { messageTokens } from '../core/search/message-tokens.ts';
import type { Store } from '../ports/store.ts';
import { readPart } from './read-part.ts';

/** Messages that are looked at together. */
const batch = 100;

export interface IndexDeps {
  readonly store: Pick<Store, 'messages' | 'media'>;
}

/**
 * All of a mailbox; those that are found already are not touched, so that it goes on where it was ended. Of what lies in the
 * archive without a transcript the sender and the subject alone: it is not brought back for this.
 * @returns how many
 * @throws Fault if the store is away
 */
export async function indexWords(deps: IndexDeps, mailbox: MailboxId, signal: AbortSignal): Promise<number> {
  const { messages } = deps.store;
  let done = 0;
  for (;;) {
    signal.throwIfAborted();
    const found = await messages.withoutWords(mailbox, batch);
    for (const message of found) {
      const transcript = message.transcript ?? (await writtenIn(deps, message));
      const whole = transcript === undefined ? message : { ...message, transcript };
      await messages.addWords(message.id, messageTokens(whole));
    }
    done += found.length;
    if (found.length < batch) return done;
  }
}

/** What stands in a text or a mail, which before had no transcript. */
async function writtenIn(deps: IndexDeps, message: Message): Promise<string | undefined> {
  const { kind, parts } = message.envelope;
  if (message.tier === 'archived' || (kind !== 'text' && kind !== 'email')) return undefined;
  const index = parts.findIndex(({ contentType }) => /^text\/plain\b/i.test(contentType));
  const content = index < 0 ? undefined : await readPart(deps, message, index);
  return content === undefined ? undefined : wordsOf(content.bytes);
}
