import type { Filter } from 'mongodb';
import type { E164, MailboxId, MessageId } from '../core/ids.ts';
import { messageFingerprint, type MessageRegister } from '../core/replication/message-register.ts';
import { profileFingerprint, type ProfileRegister } from '../core/replication/profile-register.ts';
import type {
  Lease,
  NewReplica,
  ProfileSeen,
  ReplicaState,
  SaidReplica,
  Visit,
} from '../ports/replication.ts';
import { toDocument, type MessageDocument } from './message-document.ts';

/** Beside a message: what is known of its flags, and who has acknowledged what. */
export interface SyncDocument {
  /** The fingerprint of the register, to write over this one alone. */
  key: string;
  register: MessageRegister;
  acked: Record<string, string>;
}

export type Replicated = MessageDocument & { sync?: SyncDocument };

export interface ProfileDocument {
  _id: string;
  key: string;
  /** As text: its names are paths. */
  register: string;
  acked: Record<string, string>;
  leaving?: Date;
}

export interface VisitDocument {
  _id: string;
  /** Absent: they are home, and only the time of the last report is remembered. */
  node?: string;
  since?: Date;
  ending?: Date;
  earlier?: { node: string; since: Date }[];
  told?: Date;
  /** When the last visit was over. */
  ended?: Date;
}

export interface LeaseDocument extends Lease {
  _id: string;
}

export const stateFields = {
  mailbox: 1,
  state: 1,
  urgent: 1,
  heardAt: 1,
  deletedAt: 1,
  transcript: 1,
  times: 1,
  received: 1,
  bytes: 1,
  'pending.kind': 1,
  sync: 1,
} as const;

export function newDocument({ message, register, peer, words }: NewReplica): Replicated {
  const key = messageFingerprint(register);
  return { ...toDocument(message, words), sync: { key, register, acked: { [peer.name]: peer.has } } };
}

export function profileOf({ register, acked, leaving }: ProfileDocument): ProfileSeen {
  return {
    register: JSON.parse(register) as ProfileRegister,
    acked,
    ...(leaving === undefined ? {} : { leaving }),
  };
}

export function seenKey({ register, acked, leaving }: ProfileSeen): string {
  return JSON.stringify([profileFingerprint(register), acked, leaving?.getTime() ?? null]);
}

/** One, or none if they are home. */
export function visitsOf({ _id, node, since, ended: _ended, ...rest }: VisitDocument): Visit[] {
  return node === undefined || since === undefined ? [] : [{ number: _id as E164, node, since, ...rest }];
}

export function keyOf({ seen }: ReplicaState): string | null {
  return seen === undefined ? null : messageFingerprint(seen);
}

export function unchanged(seen: ReplicaState): Filter<Replicated> {
  const { id, state, urgent } = seen;
  const filter = { _id: id, state, urgent: urgent ? true : { $ne: true }, 'sync.key': keyOf(seen) };
  return filter as Filter<Replicated>;
}

export function stateOf(found: Replicated): ReplicaState {
  const { heardAt, deletedAt, transcript, times } = found;
  return {
    id: found._id as MessageId,
    mailbox: found.mailbox as MailboxId,
    state: found.state,
    urgent: found.urgent === true,
    ...(heardAt === undefined ? {} : { heardAt }),
    ...(deletedAt === undefined ? {} : { deletedAt }),
    ...(transcript === undefined ? {} : { transcript }),
    ...(times === undefined ? {} : { times }),
    received: found.received,
    bytes: found.bytes ?? 0,
    pending: (found.pending ?? []).map(({ kind }) => kind),
    seen: found.sync?.register,
    acked: found.sync?.acked ?? {},
  };
}

/** A document as it is after a register was written over it, with what was said. */
export function withRegister(
  before: Replicated,
  { state, urgent, heardAt, deletedAt }: MessageRegister,
  { version, transcript, times }: { readonly version: number } & Pick<SaidReplica, 'transcript' | 'times'>,
): Replicated {
  const { urgent: _urgent, deletedAt: _deletedAt, times: spans, ...rest } = before;
  const kept = transcript === undefined ? spans : times;
  return {
    ...rest,
    state: state.value,
    version,
    ...(urgent.value ? { urgent: true as const } : {}),
    ...(heardAt === undefined ? {} : { heardAt: new Date(heardAt) }),
    ...(state.value === 'deleted' && deletedAt !== undefined ? { deletedAt: new Date(deletedAt) } : {}),
    ...(transcript === undefined ? {} : { transcript }),
    ...(kept === undefined ? {} : { times: kept }),
  };
}
