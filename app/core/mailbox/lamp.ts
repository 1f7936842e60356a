import type { MessageKind } from '../profile/class-of-service.ts';
import type { Mailbox, MailboxCounts } from './mailbox.ts';

/** Classes of messages that a message waiting indication counts (RFC 3842): message contexts of RFC 3458 and RFC 3938. */
export const messageContexts = [
  'voice-message',
  'fax-message',
  'text-message',
  'video-message',
  'multimedia-message',
] as const;

export type MessageContext = (typeof messageContexts)[number];

/** What a lamp shows. A class that the mailbox never had is absent; voice is always there. */
export type LampClasses = Readonly<Partial<Record<MessageContext, MailboxCounts>>>;

const contextOf: Readonly<Record<MessageKind, MessageContext>> = {
  voice: 'voice-message',
  fax: 'fax-message',
  text: 'text-message',
  email: 'text-message',
  image: 'multimedia-message',
  video: 'video-message',
};

/** What a number shows that leads to no mailbox: nothing, of any class. */
export const darkLamp: LampClasses = Object.fromEntries(
  messageContexts.map((context) => [context, { new: 0, old: 0, urgent: 0 }]),
);

/** What a mailbox's counters light. What they have of no kind is voice. */
export function lampClasses({ counts, byKind }: Pick<Mailbox, 'counts' | 'byKind'>): LampClasses {
  const classes: Partial<Record<MessageContext, MailboxCounts>> = {};
  let voice = counts;
  for (const [kind, own] of Object.entries(byKind) as [MessageKind, MailboxCounts][]) {
    const context = contextOf[kind];
    if (context === 'voice-message') continue;
    classes[context] = plus(classes[context] ?? none, own, 1);
    voice = plus(voice, own, -1);
  }
  return { 'voice-message': bounded(voice), ...mapped(classes) };
}

const none: MailboxCounts = { new: 0, old: 0, urgent: 0 };

function plus(a: MailboxCounts, b: MailboxCounts, sign: 1 | -1): MailboxCounts {
  return { new: a.new + sign * b.new, old: a.old + sign * b.old, urgent: a.urgent + sign * b.urgent };
}

/** Derived counters may be wrong for a while; below nothing there is nothing, and the urgent are among the new. */
function bounded(counts: MailboxCounts): MailboxCounts {
  const fresh = Math.max(0, counts.new);
  return { new: fresh, old: Math.max(0, counts.old), urgent: Math.min(fresh, Math.max(0, counts.urgent)) };
}

function mapped(classes: LampClasses): LampClasses {
  return Object.fromEntries(Object.entries(classes).map(([context, counts]) => [context, bounded(counts)]));
}
