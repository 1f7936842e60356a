import type { Attestation } from '../core/address/attestation.ts';
import { briefOfEnvelope, type EnvelopeBrief, type MessageBrief } from '../core/message/brief.ts';
import { readEnvelope, writeEnvelope } from '../core/envelope/envelope.ts';
import type { Hold } from '../core/mailbox/mailbox.ts';
import { sizeOf } from '../core/mailbox/usage.ts';
import type {
  ArchivedAt,
  Derived,
  Envelope,
  Message,
  MessageState,
  Moving,
  Origin,
  StoredPart,
  Tier,
} from '../core/message/message.ts';
import type { MessageKind } from '../core/profile/class-of-service.ts';
import { messageTokens } from '../core/search/message-tokens.ts';
import { fromStepDocument, toStepDocument, type StepDocument } from './pending-steps.ts';

/**
 * A message as it is stored. The envelope is there once, as its XML: documents stay below the 2 kB from which PostgreSQL
 * compresses, and there is one truth. The fields before it are copies for the indexes.
 */
export interface MessageDocument {
  _id: string;
  mailbox: string;
  /** `<network>:<id>`; unique. */
  origin: string;
  reference: string;
  referenceExpires: Date;
  received: Date;
  /** Only where it is true. */
  urgent?: true;
  /** Only where it is not voice. */
  kind?: Exclude<MessageKind, 'voice'>;
  /** The sender's number. */
  sender?: string;
  /** What it is found by (core/search): of voice without a transcript the sender alone. Absent in old documents. */
  words?: string[];
  envelope: string;
  /** What lists show of the envelope, so that its XML is not read for them. Absent in old documents. */
  brief?: BriefDocument;
  /** What it takes now; absent in what was written before it was counted. */
  bytes?: number;
  seconds?: number;
  state: MessageState;
  tier: Tier;
  version: number;
  expires: Date;
  heardAt?: Date;
  deletedAt?: Date;
  accessedAt?: Date;
  sweepAt?: Date;
  /** Whose lease it is under; see retention.ts, also of the next three. */
  sweptBy?: string;
  sweepTries?: number;
  condemned?: true;
  unclean?: true;
  hold?: Hold;
  stored?: StoredPart[];
  archived?: ArchivedAt;
  moving?: Moving;
  transcript?: string;
  times?: string;
  /** What app/sealing has sealed; the envelope is without it then. */
  sealed?: string;
  derived?: Derived[];
  pending: StepDocument[];
  /** The least `at` of the pending steps; absent without steps. */
  workAt?: Date;
}

/** What is as usual is not written down. */
interface BriefDocument extends Omit<EnvelopeBrief, 'confidential' | 'parts'> {
  name?: string;
  address?: string;
  attestation?: Attestation;
  private?: true;
  confidential?: true;
  /** Absent: one. */
  parts?: number;
}

/** Fields of a document that a brief is made of, besides the envelope of old ones. */
export const briefFields = {
  mailbox: 1,
  received: 1,
  urgent: 1,
  kind: 1,
  sender: 1,
  brief: 1,
  state: 1,
  tier: 1,
  version: 1,
  transcript: 1,
} as const;

function toBrief(envelope: Envelope): BriefDocument {
  const { confidential, parts, ...rest } = briefOfEnvelope(envelope);
  const { name, address, attestation, private: hidden } = envelope.from;
  return {
    ...rest,
    ...(name === undefined ? {} : { name }),
    ...(address === undefined ? {} : { address }),
    ...(attestation === undefined ? {} : { attestation }),
    ...(hidden ? { private: true } : {}),
    ...(confidential ? { confidential: true } : {}),
    ...(parts === 1 ? {} : { parts }),
  };
}

/** @returns `undefined` of an old document: its envelope says it */
export function fromBrief(
  document: Pick<MessageDocument, '_id' | keyof typeof briefFields>,
): MessageBrief | undefined {
  const { brief, sender, transcript } = document;
  if (brief === undefined) return undefined;
  const { name, address, attestation, ...others } = brief;
  const { private: hidden = false, confidential = false, parts = 1, ...rest } = others;
  return {
    id: document._id as MessageBrief['id'],
    mailbox: document.mailbox as MessageBrief['mailbox'],
    state: document.state,
    urgent: document.urgent === true,
    tier: document.tier,
    version: document.version,
    kind: document.kind ?? 'voice',
    from: {
      ...(sender === undefined ? {} : { number: sender }),
      ...(address === undefined ? {} : { address }),
      ...(name === undefined ? {} : { name }),
      ...(attestation === undefined ? {} : { attestation }),
      private: hidden,
    },
    received: document.received,
    confidential,
    parts,
    ...rest,
    ...(transcript === undefined ? {} : { transcript }),
  };
}

export function originKey(network: string, id: string): string {
  return `${network}:${id}`;
}

/** Once the removal of a message for good has begun nothing else is done with it. */
export const notCondemned = { condemned: { $exists: false } } as const;

/**
 * @param words what it is found by; default: its own
 * @throws Fault `invalid` if the envelope cannot be written.
 */
export function toDocument(
  message: Message,
  words: readonly string[] = messageTokens(message),
): MessageDocument {
  const { id, envelope, pending, urgent, derived, stored, unreadable: _, ...rest } = message;
  const { kind, from } = envelope;
  const { network, id: originId }: Origin = envelope.origin;
  const steps = pending.map(toStepDocument);
  const due = steps.map((step) => step.at.getTime());
  return {
    _id: id,
    ...rest,
    ...(derived === undefined ? {} : { derived: [...derived] }),
    ...(stored === undefined ? {} : { stored: [...stored] }),
    origin: originKey(network, originId),
    received: envelope.received,
    ...(urgent ? { urgent } : {}),
    ...(kind === 'voice' ? {} : { kind }),
    ...(from.number === undefined ? {} : { sender: from.number }),
    words: [...words],
    envelope: writeEnvelope(envelope),
    brief: toBrief(envelope),
    ...sizeOf(message),
    pending: steps,
    ...(due.length > 0 ? { workAt: new Date(Math.min(...due)) } : {}),
  };
}

export function fromDocument(document: MessageDocument): Message {
  const { heardAt, deletedAt, accessedAt, sweepAt, hold, stored, archived, moving } = document;
  const { transcript, times, sealed, derived } = document;
  const envelope: Envelope = readEnvelope(document.envelope);
  return {
    id: document._id as Message['id'],
    mailbox: document.mailbox as Message['mailbox'],
    reference: document.reference as Message['reference'],
    referenceExpires: document.referenceExpires,
    envelope,
    urgent: document.urgent === true,
    state: document.state,
    tier: document.tier,
    version: document.version,
    expires: document.expires,
    ...(heardAt === undefined ? {} : { heardAt }),
    ...(deletedAt === undefined ? {} : { deletedAt }),
    ...(accessedAt === undefined ? {} : { accessedAt }),
    ...(sweepAt === undefined ? {} : { sweepAt }),
    ...(hold === undefined ? {} : { hold }),
    ...(stored === undefined ? {} : { stored }),
    ...(archived === undefined ? {} : { archived }),
    ...(moving === undefined ? {} : { moving }),
    ...(transcript === undefined ? {} : { transcript }),
    ...(times === undefined ? {} : { times }),
    ...(sealed === undefined ? {} : { sealed }),
    ...(derived === undefined ? {} : { derived }),
    pending: document.pending.map(fromStepDocument),
  };
}
