/** Pages of a mailbox's messages as lists show them: in order, or those that a search finds. */
import type { NumberPlan } from '../core/address/number-plan.ts';
import type { MailboxId, MessageId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { MessageBrief } from '../core/message/brief.ts';
import type { MessageState } from '../core/message/message.ts';
import type { MessageKind } from '../core/profile/class-of-service.ts';
import type { ListPlace, MessageOrder, Store } from '../ports/store.ts';
import { placeText, readSearch, type SearchRefusal } from './search.ts';

const kept: readonly MessageState[] = ['new', 'heard', 'saved'];

export interface PageRequest {
  /** Default: all but the deleted. */
  readonly states?: readonly MessageState[];
  readonly kinds?: readonly MessageKind[];
  readonly urgent?: boolean;
  /** As of `SearchRequest`; any of these four makes it a search, which has its own order. */
  readonly words?: string;
  readonly from?: string;
  readonly since?: Date;
  readonly until?: Date;
  readonly order: MessageOrder;
  readonly limit: number;
  /** Whether to say how many there are in all. */
  readonly total?: boolean;
  /** `next` of the page before. */
  readonly place?: string | undefined;
}

export type PageResult =
  | {
      readonly kind: 'page';
      readonly items: readonly MessageBrief[];
      readonly next?: string;
      /** How many there are in all, where the counters of the mailbox say so. */
      readonly total?: number;
    }
  | { readonly kind: 'no-mailbox' }
  /** `no-order`: what is searched for comes the newest first. */
  | { readonly kind: 'refused'; readonly why: SearchRefusal | 'no-order' };

export interface MessagePages {
  /** @throws Fault if the store is away */
  page(mailbox: MailboxId, request: PageRequest): Promise<PageResult>;
}

export interface PagesDeps {
  readonly store: {
    readonly messages: Pick<Store['messages'], 'briefs' | 'searchBriefs'>;
    readonly mailboxes: Pick<Store['mailboxes'], 'get'>;
  };
  readonly plan: Pick<NumberPlan, 'parse'>;
}

export function createMessagePages(deps: PagesDeps): MessagePages {
  return {
    async page(id, request) {
      const counted = request.total === true ? deps.store.mailboxes.get(id) : undefined;
      const [page, mailbox] = await Promise.all([pageOf(deps, id, request), counted]);
      if (page.kind !== 'page') return page;
      // Where there are messages there is a mailbox: that is one question less.
      const found =
        counted === undefined && page.items.length === 0 ? await deps.store.mailboxes.get(id) : mailbox;
      if (found === undefined && page.items.length === 0) return { kind: 'no-mailbox' };
      const total = mailbox === undefined ? undefined : totalOf(mailbox, request);
      return total === undefined ? page : { ...page, total };
    },
  };
}

function pageOf(deps: PagesDeps, id: MailboxId, request: PageRequest): Promise<PageResult> {
  const { words, from, since, until, urgent } = request;
  const sought = [words, from, since, until, urgent].some((one) => one !== undefined);
  return sought ? searched(deps, id, request) : listed(deps, id, request);
}

async function searched(
  { store, plan }: PagesDeps,
  id: MailboxId,
  request: PageRequest,
): Promise<PageResult> {
  if (request.order !== 'newest') return { kind: 'refused', why: 'no-order' };
  const { place, order: _order, ...rest } = request;
  const asked = readSearch(plan, { ...rest, ...(place === undefined ? {} : { cursor: place }) }, id);
  if (typeof asked === 'string') return { kind: 'refused', why: asked };
  return cut(await store.messages.searchBriefs(asked), request.limit, placeText);
}

async function listed({ store }: PagesDeps, id: MailboxId, request: PageRequest): Promise<PageResult> {
  const { states = kept, kinds, order, limit, place } = request;
  const after = place === undefined ? undefined : listPlace(place);
  if (place !== undefined && after === undefined) return { kind: 'refused', why: 'bad-cursor' };
  const found = await store.messages.briefs(id, {
    states,
    order,
    limit: limit + 1,
    ...(kinds === undefined ? {} : { kinds }),
    ...(after === undefined ? {} : { after }),
  });
  return cut(found, limit, ({ urgent, received, id: last }) =>
    [urgent ? 'u' : 'n', received.getTime(), last].join('_'),
  );
}

function cut(
  found: readonly MessageBrief[],
  limit: number,
  placeOf: (last: MessageBrief) => string,
): PageResult {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return {
    kind: 'page',
    items,
    ...(found.length > limit && last !== undefined ? { next: placeOf(last) } : {}),
  };
}

/** As `listed` wrote it; `undefined` for anything else. */
function listPlace(place: string): ListPlace | undefined {
  const [, mark, time, id] = /^([un])_(\d{1,15})_([\w-]{1,64})$/.exec(place) ?? [];
  if (time === undefined || id === undefined) return undefined;
  const received = new Date(Number(time));
  return { id: id as MessageId, urgent: mark === 'u', envelope: { received } };
}

function totalOf({ counts, byKind }: Mailbox, request: PageRequest): number | undefined {
  const { states = kept, kinds, words, from, since, until, urgent } = request;
  if ([words, from, since, until, urgent].some((one) => one !== undefined)) return undefined;
  // The counters know what is new and what is not, and nothing of the trash.
  const [old, saved] = [states.includes('heard'), states.includes('saved')];
  if (states.includes('deleted') || old !== saved) return undefined;
  const all = kinds === undefined ? [counts] : kinds.map((kind) => byKind[kind] ?? { new: 0, old: 0 });
  return all.reduce(
    (sum, one) =>
      sum + (states.includes('new') ? Math.max(0, one.new) : 0) + (old ? Math.max(0, one.old) : 0),
    0,
  );
}
