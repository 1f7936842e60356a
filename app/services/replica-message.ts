import type { MailboxId, MediaId, Reference } from '../core/ids.ts';
import type { Envelope, Message } from '../core/message/message.ts';
import type { MessageContent, Replica } from '../ports/replication.ts';

export type MessageReplica = Extract<Replica, { kind: 'message' }>;

interface Here {
  readonly content: MessageContent;
  readonly envelope: Envelope;
  readonly mailbox: MailboxId;
  readonly reference: Reference;
  /** The name of the deposit in its network. */
  readonly origin: string;
  /** Names of its parts here; default: their own. */
  readonly media: ReadonlyMap<MediaId, MediaId>;
  readonly now: Date;
}

/** A message of another node as it is kept at this one. */
export function replicaMessage({ id, register }: MessageReplica, here: Here): Message {
  const { content, envelope, mailbox, reference, origin, media, now } = here;
  const renamed = <T extends { readonly media: MediaId }>(part: T): T => ({
    ...part,
    media: media.get(part.media) ?? part.media,
  });
  const stored = content.stored.map(renamed);
  return {
    id,
    mailbox,
    reference,
    referenceExpires: content.referenceExpires,
    envelope: {
      ...envelope,
      origin: { ...envelope.origin, id: origin },
      parts: envelope.parts.map(renamed),
    },
    urgent: register.urgent.value,
    state: register.state.value,
    ...(stored.length === 0 ? { tier: 'live' } : { tier: 'compressed', stored }),
    version: 1,
    expires: content.expires,
    sweepAt: now,
    ...(register.heardAt === undefined ? {} : { heardAt: new Date(register.heardAt) }),
    ...(register.state.value === 'deleted' && register.deletedAt !== undefined
      ? { deletedAt: new Date(register.deletedAt) }
      : {}),
    ...(register.transcript === undefined ? {} : { transcript: register.transcript }),
    ...(register.times === undefined ? {} : { times: register.times }),
    // Whoever took the deposit tells of it.
    pending: [],
  };
}
