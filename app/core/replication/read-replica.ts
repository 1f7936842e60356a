/** What another node says, looked at before anything is done with it. */
import { Fault } from '../errors.ts';
import type { E164, MailboxId, MediaId, MessageId, Reference } from '../ids.ts';
import type { MessageState, StoredPart } from '../message/message.ts';
import type { MessageRegister } from './message-register.ts';
import { fromCanonical, type ProfileRegister, type Setting } from './profile-register.ts';

/** Where the bytes of a piece come from: they follow, or were sent before. */
export interface PieceHead {
  readonly media: MediaId;
  readonly contentType: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly staged: boolean;
}

export interface MessageHead {
  readonly kind: 'message';
  readonly number: E164;
  readonly id: MessageId;
  readonly register: MessageRegister;
  readonly content?: {
    readonly envelope: string;
    readonly reference: Reference;
    readonly referenceExpires: Date;
    readonly expires: Date;
    readonly stored: readonly StoredPart[];
  };
  readonly pieces: readonly PieceHead[];
}

export interface ProfileHead {
  readonly kind: 'profile';
  readonly number: E164;
  readonly id: MailboxId;
  readonly aliases: readonly E164[];
  readonly origin: 'dynamic' | 'provisioned';
  readonly classOfService: string;
  readonly created: Date;
  readonly register: ProfileRegister;
  readonly pieces: readonly PieceHead[];
}

/** Turns beyond this nobody has made. */
const mostTurns = 1_000_000;
const mostPieces = 1000;
const mostSettings = 500;
/** Of a transcript's words, in characters. */
const mostTimes = 400_000;
/** Of one message's or profile's bytes together. */
export const mostReplicaBytes = 536_870_912;

const states: readonly MessageState[] = ['new', 'heard', 'saved', 'deleted'];

/** @throws Fault `invalid`, not temporary */
export function readReplicaHead(text: string): MessageHead | ProfileHead {
  const head = record(parsed(text));
  const number = e164(head['number']);
  const pieces = list(head['pieces'], mostPieces).map(readPiece);
  if (pieces.reduce((sum, { bytes }) => sum + bytes, 0) > mostReplicaBytes) throw wrong('pieces');
  const id = word(head['id'], 100);
  if (head['kind'] === 'message')
    return {
      kind: 'message',
      number,
      id: id as MessageId,
      register: readMessageRegister(head['register']),
      ...(head['content'] === undefined ? {} : { content: readContent(record(head['content'])) }),
      pieces,
    };
  if (head['kind'] !== 'profile') throw wrong('kind');
  return {
    kind: 'profile',
    number,
    id: id as MailboxId,
    aliases: list(head['aliases'], 100).map(e164),
    origin: head['origin'] === 'provisioned' ? 'provisioned' : 'dynamic',
    classOfService: word(head['classOfService'], 100),
    created: time(head['created']),
    register: readProfileRegister(head['register']),
    pieces,
  };
}

/** @throws Fault `invalid`, not temporary */
export function readNumbers(value: unknown): E164[] {
  return list(value, 10_000).map(e164);
}

function readContent(content: Readonly<Record<string, unknown>>): NonNullable<MessageHead['content']> {
  return {
    envelope: string(content['envelope'], 65_536),
    reference: word(content['reference'], 20) as Reference,
    referenceExpires: time(content['referenceExpires']),
    expires: time(content['expires']),
    stored: list(content['stored'], mostPieces).map((value) => {
      const one = record(value);
      return {
        of: count(one['of'], mostPieces),
        media: word(one['media'], 1024) as MediaId,
        contentType: word(one['contentType'], 200),
        bytes: count(one['bytes'], mostReplicaBytes),
        ...(one['encoding'] === 'deflate' ? { encoding: 'deflate' as const } : {}),
      };
    }),
  };
}

function readMessageRegister(value: unknown): MessageRegister {
  const register = record(value);
  const state = record(register['state']);
  const urgent = record(register['urgent']);
  const found = states.find((one) => one === state['value']);
  if (found === undefined || typeof urgent['value'] !== 'boolean') throw wrong('register');
  const { heardAt, deletedAt, transcript, times } = register;
  return {
    state: { n: count(state['n'], mostTurns), value: found },
    urgent: { n: count(urgent['n'], mostTurns), value: urgent['value'] },
    ...(heardAt === undefined ? {} : { heardAt: time(heardAt).getTime() }),
    ...(deletedAt === undefined ? {} : { deletedAt: time(deletedAt).getTime() }),
    ...(transcript === undefined ? {} : { transcript: string(transcript, 100_000) }),
    ...(transcript === undefined || times === undefined ? {} : { times: readTimes(times) }),
  };
}

function readTimes(value: unknown): string {
  const times = string(value, mostTimes);
  if (!/^[\d. \n]*$/.test(times)) throw wrong('times');
  return times;
}

function readProfileRegister(value: unknown): ProfileRegister {
  const entries = Object.entries(record(value));
  if (entries.length > mostSettings) throw wrong('register');
  return Object.fromEntries(
    entries.map(([path, one]): [string, Setting] => {
      if (!/^(status|textsStopped|credential|settings(\.[A-Za-z0-9]{1,32}){1,2})$/.test(path))
        throw wrong('register');
      const setting = record(one);
      const text = string(setting['value'], 65_536);
      fromCanonical(text);
      return [path, { n: count(setting['n'], mostTurns), value: text }];
    }),
  );
}

function readPiece(value: unknown): PieceHead {
  const piece = record(value);
  const sha256 = string(piece['sha256'], 64);
  if (!/^[\da-f]{64}$/.test(sha256)) throw wrong('sha256');
  return {
    media: word(piece['media'], 1024) as MediaId,
    contentType: word(piece['contentType'], 200),
    sha256,
    bytes: count(piece['bytes'], mostReplicaBytes),
    staged: piece['staged'] === true,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw wrong('JSON');
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong('an object');
  return value as Readonly<Record<string, unknown>>;
}

function list(value: unknown, most: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length > most) throw wrong('a list');
  return value;
}

function string(value: unknown, most: number): string {
  if (typeof value !== 'string' || value.length > most) throw wrong('a text');
  return value;
}

/** A text without controls. */
function word(value: unknown, most: number): string {
  const text = string(value, most);
  if (text === '' || /\p{Cc}/u.test(text)) throw wrong('a word');
  return text;
}

function count(value: unknown, most: number): number {
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > most) throw wrong('a count');
  return value as number;
}

/** Milliseconds since 1970, up to the year 9999. */
function time(value: unknown): Date {
  return new Date(count(value, 253_402_300_799_999));
}

function e164(value: unknown): E164 {
  const text = string(value, 16);
  if (!/^\+[1-9]\d{4,14}$/.test(text)) throw wrong('number');
  return text as E164;
}

function wrong(what: string): Fault {
  return new Fault('invalid', `Replica: ${what} is not as it may be`, { temporary: false });
}
