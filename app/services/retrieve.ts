/** Opens messages by reference and changes their state, with the mailbox counters and the lamp kept true. */
import type { E164, MessageId, Reference } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { isOwnedBy } from '../core/mailbox/owner.ts';
import { isPlayableAsItCame } from '../core/message/heard.ts';
import type { Message } from '../core/message/message.ts';
import type { StoredSound } from '../core/prompt/play-item.ts';
import { parseReference } from '../core/reference/reference.ts';
import { changeState, type ChangeDeps } from './change-message.ts';

export interface RetrieveDeps extends ChangeDeps {
  readonly limits: { readonly maxWrong: number; readonly windowMinutes: number };
}

/** Who asks for a message. */
export interface Asker {
  /** Key that wrong tries count against: the number, or the trunk where there is none. */
  readonly key: string;
  readonly number?: E164;
  /** Whether `number` can be believed: registered phone, trusted trunk or attestation A. */
  readonly trusted: boolean;
}

export type OpenResult =
  | { readonly kind: 'open'; readonly message: Message; readonly mailbox: Mailbox }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'expired' }
  | { readonly kind: 'deleted' }
  /** Right, but not asked from the mailbox's own phone. */
  | { readonly kind: 'not-yours'; readonly mailbox: Mailbox }
  /** Too many wrong ones from this caller. */
  | { readonly kind: 'locked' };

export interface Retrieval {
  /** Judges a reference; wrong ones count against the asker over all calls and texts. */
  open(text: string, asker: Asker): Promise<OpenResult>;
  /**
   * All sound of a message, in order, where a telephone can play all that is to be heard of it as it came; `undefined` if not, or if
   * its bytes are gone.
   */
  sound(message: Message): Promise<StoredSound[] | undefined>;
  /** These answer the message as it is then; `undefined` if it is gone. */
  heard(message: Message): Promise<Message | undefined>;
  save(message: Message): Promise<Message | undefined>;
  remove(message: Message): Promise<Message | undefined>;
  mailboxOf(message: Message): Promise<Mailbox | undefined>;
  message(id: MessageId): Promise<Message | undefined>;
}

export function createRetrieval(deps: RetrieveDeps): Retrieval {
  const { store } = deps;
  return {
    open: (text, asker) => open(deps, text, asker),
    async sound(message) {
      if (!isPlayableAsItCame(message)) return undefined;
      const parts = message.envelope.parts.filter((part) => part.contentType.startsWith('audio/'));
      const found = await Promise.all(parts.map((part) => store.media.get(part.media)));
      const sounds = parts.flatMap((part, i): StoredSound[] => {
        const media = found[i];
        return media === undefined
          ? []
          : [{ id: part.media, contentType: media.contentType, bytes: media.bytes }];
      });
      return sounds.length === parts.length && sounds.length > 0 ? sounds : undefined;
    },
    // Only a new message becomes heard: one that was saved or deleted meanwhile stays so.
    heard: (message) => changeState(deps, message, 'heard', ['new']),
    save: (message) => changeState(deps, message, 'saved'),
    remove: (message) => changeState(deps, message, 'deleted'),
    mailboxOf: (message) => store.mailboxes.get(message.mailbox),
    message: (id) => store.messages.get(id),
  };
}

async function open(deps: RetrieveDeps, text: string, asker: Asker): Promise<OpenResult> {
  const { store, clock } = deps;
  const now = clock.now();
  const windowMs = deps.limits.windowMinutes * 60_000;
  const reference = parseReference(text);
  const callerKey = `caller:${asker.key}`;
  const [wrongSoFar, message] = await Promise.all([
    store.attempts.count(callerKey, now, windowMs),
    reference === undefined ? undefined : store.messages.byReference(reference satisfies Reference),
  ]);
  if (wrongSoFar >= deps.limits.maxWrong) return { kind: 'locked' };
  if (message === undefined) {
    await store.attempts.fail(callerKey, now, windowMs);
    return { kind: 'wrong' };
  }
  const mailbox = await store.mailboxes.get(message.mailbox);
  if (mailbox === undefined) return { kind: 'deleted' };
  // No failure: what guards the message now is the mailbox's PIN, whose tries are counted.
  if (!isOwnedBy(mailbox, asker)) return { kind: 'not-yours', mailbox };
  const over = message.state === 'deleted' ? 'deleted' : isExpired(message, now) ? 'expired' : undefined;
  if (over !== undefined) {
    // Counted apart: owners who ask for what they had must not lock themselves out.
    await store.attempts.fail(`over:${asker.key}`, now, windowMs);
    return { kind: over };
  }
  if (mailbox.status === 'provisional') await store.mailboxes.activate(mailbox.id);
  return { kind: 'open', message, mailbox };
}

function isExpired(message: Message, now: Date): boolean {
  return message.referenceExpires <= now || message.expires <= now;
}
