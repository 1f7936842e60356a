/** Finds messages by what they say and who sent them: a subscriber in a mailbox, an operator in all of them. */
import type { NumberPlan } from '../core/address/number-plan.ts';
import type { MailboxId, MessageId } from '../core/ids.ts';
import type { Message, MessageState } from '../core/message/message.ts';
import type { MessageKind } from '../core/profile/class-of-service.ts';
import { searchTerms, senderTerms, type SearchTerm } from '../core/search/search-terms.ts';
import type { MessageSearch, SearchPlace } from '../ports/message-search.ts';
import type { Store } from '../ports/store.ts';

const usualLimit = 20;
export const mostFound = 100;
/** What somebody threw away is found if they say so. */
const kept: readonly MessageState[] = ['new', 'heard', 'saved'];

export interface SearchRequest {
  /**
   * All of them must be among the message's words or its sender's name; a word with `*` after it is the beginning of one.
   * Case and accents do not matter.
   */
  readonly words?: string;
  /** The sender: a number as it is dialled here, an e-mail address, or words of the name. */
  readonly from?: string;
  readonly kinds?: readonly MessageKind[];
  /** Default: all but the deleted. */
  readonly states?: readonly MessageState[];
  readonly urgent?: boolean;
  /** Received at that time or later. */
  readonly since?: Date;
  /** Received before. */
  readonly until?: Date;
  /** From 1 to 100. Default: 20. */
  readonly limit?: number;
  /** `next` of the page before. */
  readonly cursor?: string;
}

export type SearchResult =
  /** The newest first; `next` leads to more, and is absent where there are none. */
  | { readonly kind: 'found'; readonly messages: readonly Message[]; readonly next?: string }
  | {
      readonly kind: 'refused';
      /** `no-words`: none, or none but those that every message has. */
      readonly why: 'no-words' | 'too-long' | 'bad-cursor' | 'bad-time' | 'bad-limit';
    };

export interface Search {
  /** @throws Fault if the store is away */
  inMailbox(mailbox: MailboxId, request: SearchRequest): Promise<SearchResult>;
  /** Over all mailboxes, for the operator: costs what is found, and in a large store that may be much. */
  everywhere(request: SearchRequest): Promise<SearchResult>;
}

export interface SearchDeps {
  readonly store: { readonly messages: Pick<Store['messages'], 'search'> };
  readonly plan: Pick<NumberPlan, 'parse'>;
}

export function createSearch(deps: SearchDeps): Search {
  return {
    inMailbox: (mailbox, request) => search(deps, request, mailbox),
    everywhere: (request) => search(deps, request, undefined),
  };
}

async function search(
  { store, plan }: SearchDeps,
  request: SearchRequest,
  mailbox: MailboxId | undefined,
): Promise<SearchResult> {
  const asked = readSearch(plan, request, mailbox);
  if (typeof asked === 'string') return { kind: 'refused', why: asked };
  const found = await store.messages.search(asked);
  const messages = found.slice(0, asked.limit - 1);
  const last = messages.at(-1);
  return {
    kind: 'found',
    messages,
    ...(found.length >= asked.limit && last !== undefined ? { next: cursorOf(last) } : {}),
  };
}

export type SearchRefusal = Extract<SearchResult, { kind: 'refused' }>['why'];

/** What the store is asked for: one more than the limit, which tells whether there are more. */
export function readSearch(
  plan: SearchDeps['plan'],
  request: SearchRequest,
  mailbox: MailboxId | undefined,
): MessageSearch | SearchRefusal {
  const { kinds, states = kept, urgent, since, until, limit = usualLimit, cursor } = request;
  if (!Number.isInteger(limit) || limit < 1 || limit > mostFound) return 'bad-limit';
  if ([since, until].some((time) => time !== undefined && Number.isNaN(time.getTime()))) return 'bad-time';
  const after = cursor === undefined ? undefined : placeOf(cursor);
  if (cursor !== undefined && after === undefined) return 'bad-cursor';
  const terms = termsOf(request, plan);
  if (typeof terms === 'string') return terms;
  return {
    terms,
    states,
    limit: limit + 1,
    ...(mailbox === undefined ? {} : { mailbox }),
    ...(kinds === undefined ? {} : { kinds }),
    ...(urgent === undefined ? {} : { urgent }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...(after === undefined ? {} : { after }),
  };
}

function termsOf(
  { words, from }: SearchRequest,
  plan: Pick<NumberPlan, 'parse'>,
): readonly SearchTerm[] | 'no-words' | 'too-long' {
  const said = words === undefined ? undefined : searchTerms(words);
  const sent = from === undefined ? undefined : senderTerms(from, plan.parse(from));
  const all: SearchTerm[] = [];
  for (const one of [said, sent]) {
    if (one === undefined) continue;
    if (one.kind !== 'terms') return one.kind;
    all.push(...one.terms);
  }
  return all;
}

function cursorOf({ envelope, id }: Message): string {
  return placeText({ received: envelope.received, id });
}

/** A place as text; see `SearchRequest.cursor`. */
export function placeText({ received, id }: SearchPlace): string {
  return `${received.getTime()}_${id}`;
}

/** As `placeText` wrote it; `undefined` for anything else. */
export function placeOf(cursor: string): SearchPlace | undefined {
  const [, time, id] = /^(\d{1,15})_([\w-]{1,64})$/.exec(cursor) ?? [];
  if (time === undefined || id === undefined) return undefined;
  return { received: new Date(Number(time)), id: id as MessageId };
}
