/**
 * What of a message travels between nodes beside its envelope, as a join of states: whatever order and repetition transfers
 * come in, all nodes end with the same.
 */
import type { Message, MessageState } from '../message/message.ts';

const rank: Readonly<Record<MessageState, number>> = { new: 0, heard: 1, saved: 2, deleted: 3 };

/** A value, and how often it was set back against its order: the higher count wins, and of one count the greater value. */
export interface Turn<T> {
  readonly n: number;
  readonly value: T;
}

export interface MessageRegister {
  /** new < heard < saved < deleted; taken out of the trash, or marked new again, is a turn. */
  readonly state: Turn<MessageState>;
  /** Each change is a turn. */
  readonly urgent: Turn<boolean>;
  /** The first time, in milliseconds since 1970. */
  readonly heardAt?: number;
  /** The last time, in milliseconds since 1970; of no meaning in another state. */
  readonly deletedAt?: number;
  readonly transcript?: string;
  /** When its words are said (core/message/spoken); of no meaning without it. */
  readonly times?: string;
}

export type MessageFlags = Pick<
  Message,
  'state' | 'urgent' | 'heardAt' | 'deletedAt' | 'transcript' | 'times'
>;

/** What a node knew of a message, moved on to what the message is now. */
export function advanceMessage(seen: MessageRegister | undefined, now: MessageFlags): MessageRegister {
  const { state, urgent } = seen ?? { state: undefined, urgent: undefined };
  const lowered = state !== undefined && rank[now.state] < rank[state.value];
  const turned = urgent !== undefined && now.urgent !== urgent.value;
  return {
    state: { n: (state?.n ?? 0) + (lowered ? 1 : 0), value: now.state },
    urgent: { n: (urgent?.n ?? 0) + (turned ? 1 : 0), value: now.urgent },
    ...given('heardAt', now.heardAt?.getTime() ?? seen?.heardAt),
    ...given('deletedAt', now.deletedAt?.getTime() ?? seen?.deletedAt),
    ...saidNow(seen, now),
  };
}

/** Commutative, associative and idempotent. */
export function joinMessages(a: MessageRegister, b: MessageRegister): MessageRegister {
  return {
    state: joinTurns(a.state, b.state, (one, other) => rank[one] - rank[other]),
    urgent: joinTurns(a.urgent, b.urgent, (one, other) => Number(one) - Number(other)),
    ...given('heardAt', pick(a.heardAt, b.heardAt, Math.min)),
    ...given('deletedAt', pick(a.deletedAt, b.deletedAt, Math.max)),
    ...joinSaid(a, b),
  };
}

/** One text for one register. */
export function messageFingerprint(register: MessageRegister): string {
  const { state, urgent, heardAt, deletedAt, transcript, times } = register;
  return JSON.stringify([
    state.n,
    state.value,
    urgent.n,
    urgent.value,
    heardAt ?? null,
    deletedAt ?? null,
    transcript ?? null,
    ...(times === undefined ? [] : [times]),
  ]);
}

type Said = Pick<MessageRegister, 'transcript' | 'times'>;

function saidNow(seen: Said | undefined, now: Said): Said {
  if (now.transcript === undefined) return said(seen ?? {});
  const known = seen?.transcript === now.transcript ? seen.times : undefined;
  return said({ transcript: now.transcript, ...given('times', now.times ?? known) });
}

/** The greater text, with its times; of one text the greater times. */
function joinSaid(a: Said, b: Said): Said {
  if (a.transcript !== b.transcript) return said(isAbove(a.transcript, b.transcript) ? a : b);
  return said(isAbove(a.times, b.times) ? a : b);
}

function isAbove(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && (other === undefined || one > other);
}

function said({ transcript, times }: Said): Said {
  return transcript === undefined ? {} : { transcript, ...given('times', times) };
}

function joinTurns<T>(a: Turn<T>, b: Turn<T>, compare: (a: T, b: T) => number): Turn<T> {
  if (a.n !== b.n) return a.n > b.n ? a : b;
  return compare(a.value, b.value) >= 0 ? a : b;
}

function pick<T>(a: T | undefined, b: T | undefined, choose: (a: T, b: T) => T): T | undefined {
  return a === undefined ? b : b === undefined ? a : choose(a, b);
}

function given<K extends string, T>(name: K, value: T | undefined): { readonly [name in K]?: T } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [name in K]: T });
}
