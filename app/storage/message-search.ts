/**
 * Finds messages by their tokens, the newest first. Each token that may lead to a message is one range of one index, read in
 * order; the ranges are merged here. In one mailbox a search reads nothing of the others.
 */
import type { Collection, Filter } from 'mongodb';
import type { MessageState } from '../core/message/message.ts';
import { messageKinds } from '../core/profile/class-of-service.ts';
import type { SearchTerm } from '../core/search/search-terms.ts';
import type { MessageSearch, SearchPlace } from '../ports/message-search.ts';
import type { MessageDocument } from './message-document.ts';
import { storedKind } from './message-list.ts';

const allStates: readonly MessageState[] = ['new', 'heard', 'saved', 'deleted'];
/** Read beyond the limit: messages received in one millisecond have no order in the index. */
const margin = 4;

/** One range of one index. It is named: FerretDB would rather join several, and read all mailboxes for a word, or sort. */
interface Range {
  readonly index: 'mailbox_words' | 'words' | 'mailbox' | 'kind';
  readonly filter: Filter<MessageDocument>;
}

/** @param fields those that are read; absent: all */
export async function searchMessages(
  messages: Collection<MessageDocument>,
  search: MessageSearch,
  fields?: Readonly<Record<string, 1>>,
): Promise<MessageDocument[]> {
  const reading = fields === undefined ? search : { ...search, fields };
  const found = await Promise.all(rangesOf(search).map((range) => readRange(messages, range, reading)));
  // A message may be in several ranges: its sender's name may be one of its words.
  const byId = new Map(found.flat().map((document) => [document._id, document]));
  return [...byId.values()].toSorted(compare).slice(0, search.limit);
}

/** By the tokens of the term that leads, else by kind, in a mailbox by state; the rest is looked at in what is found. */
function rangesOf(search: MessageSearch): Range[] {
  const [leading, ...others] = search.terms.toSorted(byRarity);
  const { mailbox, kinds, states, urgent, since, until } = search;
  const rest = {
    ...(mailbox === undefined ? {} : { mailbox }),
    ...(kinds === undefined ? {} : { kind: { $in: kinds.map(storedKind) } }),
    ...(states === undefined ? {} : { state: { $in: [...states] } }),
    ...(urgent === undefined ? {} : { urgent: urgent ? true : { $ne: true } }),
    ...(others.length === 0 ? {} : { $and: others.map((term) => condition(term.anyOf, term.beginning)) }),
    ...timesOf(search, leading !== undefined && since === undefined && until === undefined),
  };
  const range = (index: Range['index'], of: object) => ({ index, filter: { ...rest, ...of } }) as Range;
  if (leading !== undefined) {
    const index = mailbox === undefined ? 'words' : 'mailbox_words';
    return leading.anyOf.map((token) => range(index, condition([token], leading.beginning)));
  }
  if (mailbox === undefined)
    return (kinds ?? messageKinds).map((kind) => range('kind', { kind: storedKind(kind) }));
  const marks = urgent === undefined ? [true, null] : [urgent || null];
  return (states ?? allStates).flatMap((state) =>
    marks.map((mark) => range('mailbox', { state, urgent: mark })),
  );
}

/** A whole word leads to less than a beginning, and a long one mostly to less than a short one. */
function byRarity(a: SearchTerm, b: SearchTerm): number {
  const length = ({ anyOf }: SearchTerm): number => anyOf[0]?.length ?? 0;
  return Number(a.beginning) - Number(b.beginning) || length(b) - length(a);
}

function condition(anyOf: readonly string[], beginning: boolean): Filter<MessageDocument> {
  if (beginning) {
    // Tokens are letters and digits after an `@`: nothing in them has a meaning here.
    const ranges = anyOf.map((token) => ({ words: new RegExp(`^${token}`) }));
    return ranges.length === 1 && ranges[0] !== undefined ? ranges[0] : { $or: ranges };
  }
  const [only, ...more] = anyOf;
  return { words: only !== undefined && more.length === 0 ? only : { $in: [...anyOf] } };
}

/**
 * @param inOrder the cursor is a condition that no index answers: of an index over arrays FerretDB reads a range of times whole
 *   and sorts it, and without the range it reads in order
 */
function timesOf(
  { since, until, after }: MessageSearch,
  inOrder: boolean,
): { received?: Record<string, Date>; $expr?: unknown } {
  const bounds = {
    ...(since === undefined ? {} : { $gte: since }),
    ...(until === undefined ? {} : { $lt: until }),
  };
  if (after !== undefined && inOrder) return { $expr: { $lte: ['$received', after.received] } };
  const all = { ...bounds, ...(after === undefined ? {} : { $lte: after.received }) };
  return Object.keys(all).length === 0 ? {} : { received: all };
}

async function readRange(
  messages: Collection<MessageDocument>,
  { index, filter }: Range,
  { after, limit, fields }: MessageSearch & { readonly fields?: Readonly<Record<string, 1>> },
): Promise<MessageDocument[]> {
  for (let most = limit + margin; ; most *= 4) {
    const options = {
      hint: index,
      sort: { received: -1 },
      limit: most,
      batchSize: most + 1,
      ...(fields === undefined ? {} : { projection: fields }),
    } as const;
    const found = await messages.find(filter, options).toArray();
    const all = found.length < most;
    const last = found.at(-1)?.received ?? new Date(0);
    // Of the last time there may be more.
    const sure = all ? found : found.filter(({ received }) => received > last);
    const beyond = after === undefined ? sure : sure.filter((document) => isBeyond(document, after));
    if (all || beyond.length >= limit) return beyond;
  }
}

function isBeyond({ received: at, _id }: MessageDocument, { received: from, id }: SearchPlace): boolean {
  return at < from || (at.getTime() === from.getTime() && _id < id);
}

function compare(a: MessageDocument, b: MessageDocument): number {
  return b.received.getTime() - a.received.getTime() || (a._id > b._id ? -1 : Number(a._id < b._id));
}
