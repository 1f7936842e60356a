/** What was written to and fro with the sender of a message. */
import type { Message } from '../core/message/message.ts';
import { briefOf, type MessageBrief } from '../core/message/brief.ts';
import { senderTerms } from '../core/search/search-terms.ts';
import type { Notification, Store } from '../ports/store.ts';

export type Written =
  | { readonly kind: 'in'; readonly at: Date; readonly message: MessageBrief }
  /** Sent by a text or mail. */
  | { readonly kind: 'out'; readonly at: Date; readonly sent: Notification };

export interface Threads {
  /** The latest so many each way, the oldest first; the message itself alone if its sender is not known. @throws Fault */
  of(message: Message, limit: number): Promise<readonly Written[]>;
}

export interface ThreadDeps {
  readonly store: {
    readonly messages: Pick<Store['messages'], 'searchBriefs'>;
    readonly notifications: Pick<Store['notifications'], 'written'>;
  };
}

const writtenKinds = ['text', 'email', 'image', 'video'] as const;

export function createThreads({ store }: ThreadDeps): Threads {
  return {
    async of(message, limit) {
      const { from } = message.envelope;
      const who = from.private ? undefined : (from.number ?? from.address);
      const terms = who === undefined ? undefined : senderTerms(who, undefined);
      if (who === undefined || terms?.kind !== 'terms') return [incoming(briefOf(message))];
      const [received, sent] = await Promise.all([
        store.messages.searchBriefs({
          mailbox: message.mailbox,
          terms: terms.terms,
          kinds: writtenKinds,
          states: ['new', 'heard', 'saved'],
          limit,
        }),
        store.notifications.written(message.mailbox, who, limit),
      ]);
      const all = [...received.map(incoming), ...sent.map(outgoing)];
      return all.toSorted((a, b) => a.at.getTime() - b.at.getTime()).slice(-limit);
    },
  };
}

function incoming(message: MessageBrief): Written {
  return { kind: 'in', at: message.received, message };
}

function outgoing(sent: Notification): Written {
  return { kind: 'out', at: sent.sentAt ?? sent.created, sent };
}
