/**
 * Finds messages of a mailbox in order. Each combination of state and urgency is one range of one index, read in order from
 * the cursor on; the ranges are merged here. So a page costs the same in a mailbox of any size.
 */
import type { Collection, Filter } from 'mongodb';
import type { MessageState } from '../core/message/message.ts';
import type { MessageKind } from '../core/profile/class-of-service.ts';
import type { ListOptions, MessageOrder } from '../ports/store.ts';
import { briefFields, type MessageDocument } from './message-document.ts';

const allStates: readonly MessageState[] = ['new', 'heard', 'saved', 'deleted'];
/** Messages received in the cursor's very millisecond are asked for again and left out here: room for some of them. */
const margin = 4;

/** Where a message stands in an order. */
interface Place {
  readonly urgent: boolean;
  readonly received: Date;
  readonly id: string;
}

/** What is asked for, turned so that it is read forwards: `before` is `after` in the opposite order. */
interface Reading {
  readonly order: MessageOrder;
  readonly backwards: boolean;
  readonly from: Place | undefined;
  readonly limit: number;
  readonly fields?: Fields;
  /** Named where the server would choose another. */
  readonly index?: string;
}

type Fields = Readonly<Record<string, 1>>;

/** @param fields those that are read; absent: all */
export async function listMessages(
  messages: Collection<MessageDocument>,
  mailbox: string,
  options: ListOptions,
  fields?: Fields,
): Promise<MessageDocument[]> {
  const reading: Reading = { ...readingOf(options), ...(fields === undefined ? {} : { fields }) };
  const ranges = (options.states ?? allStates).flatMap((state) =>
    [true, false].map((urgent) => ({ mailbox, state, urgent: urgent || null, ...others(options) })),
  );
  const found = await Promise.all(ranges.map((range) => readRange(messages, range as Range, reading)));
  const all = found.flat().toSorted((a, b) => compare(placeOf(a), placeOf(b), reading));
  const page = all.slice(0, reading.limit);
  return reading.backwards ? page.toReversed() : page;
}

/**
 * The same with the fields that lists show. All states are one range of an index in order of time, so that a page of a mailbox with
 * few deleted messages is one question: what is deleted or left out by the filter is passed over.
 */
export async function listBriefs(
  messages: Collection<MessageDocument>,
  mailbox: string,
  options: ListOptions,
): Promise<MessageDocument[]> {
  const reading = { ...readingOf(options), fields: briefFields };
  const { states = allStates } = options;
  if (reading.order === 'urgent-first' || states.length === 1)
    return listMessages(messages, mailbox, options, briefFields);
  const range = { mailbox, state: { $in: [...states] }, ...others(options) };
  const page = await readRange(messages, range, { ...reading, index: 'mailbox_received' });
  return reading.backwards ? page.toReversed() : page;
}

function readingOf({ order = 'newest', after, before, limit }: ListOptions): Reading {
  const cursor = after ?? before;
  const from = cursor && { urgent: cursor.urgent, received: cursor.envelope.received, id: cursor.id };
  return { order, backwards: after === undefined && before !== undefined, from, limit };
}

type Range = Filter<MessageDocument>;

/** What is no range of its own; the index holds these fields as well, so that nothing else is read for them. */
function others({ kinds, from, fromEnding }: ListOptions): Filter<MessageDocument> {
  const filter = {
    ...(kinds === undefined ? {} : { kind: { $in: kinds.map(storedKind) } }),
    ...(from === undefined ? {} : { sender: from }),
    ...(fromEnding === undefined ? {} : { sender: new RegExp(`${fromEnding.replaceAll(/\D/g, '')}$`) }),
  };
  return filter as Filter<MessageDocument>;
}

/** Nearly all messages are voice: theirs is not written down. */
export function storedKind(kind: MessageKind): Exclude<MessageKind, 'voice'> | null {
  return kind === 'voice' ? null : kind;
}

async function readRange(
  messages: Collection<MessageDocument>,
  range: Range,
  reading: Reading,
): Promise<MessageDocument[]> {
  const { from, limit, fields, index } = reading;
  const urgent = range.urgent === true;
  const forwards = (reading.order === 'newest') === reading.backwards;
  const direction = forwards ? 1 : -1;
  const sort = { received: direction, _id: direction } as const;
  const outside = reading.order === 'urgent-first' && from !== undefined && from.urgent !== urgent;
  // The urgent ones come first: all of the other kind lie ahead, or behind.
  if (outside && urgent !== reading.backwards) return [];
  const how = {
    sort,
    ...(fields === undefined ? {} : { projection: fields }),
    ...(index === undefined ? {} : { hint: index }),
  };
  if (from === undefined || outside) {
    return messages.find(range, { ...how, limit, batchSize: limit + 1 }).toArray();
  }
  const filter = { ...range, received: forwards ? { $gte: from.received } : { $lte: from.received } };
  for (let most = limit + margin; ; most *= 4) {
    const found = await messages.find(filter, { ...how, limit: most, batchSize: most + 1 }).toArray();
    const beyond = found.filter((document) => compare(placeOf(document), from, reading) > 0);
    if (beyond.length >= limit || found.length < most)
      return index === undefined ? beyond : beyond.slice(0, limit);
  }
}

function placeOf(document: MessageDocument): Place {
  return { urgent: document.urgent === true, received: document.received, id: document._id };
}

/** Negative if `a` is read before `b`. */
function compare(a: Place, b: Place, { order, backwards }: Reading): number {
  const byUrgency = order === 'urgent-first' ? Number(b.urgent) - Number(a.urgent) : 0;
  const byTime = a.received.getTime() - b.received.getTime() || (a.id < b.id ? -1 : Number(a.id > b.id));
  const sign = backwards ? -1 : 1;
  return sign * (byUrgency || (order === 'newest' ? -byTime : byTime));
}
