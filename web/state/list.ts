/** A folder of messages as far as it is known here, the newest first. Pure: every change makes another list. */
import type { ListQuery, MessageItem, MessageState } from '../api/messages.ts';
import type { Folder } from './places.ts';

export interface List {
  readonly items: readonly MessageItem[];
  /** Leads to what comes after the items; absent: that is all. */
  readonly next: string | undefined;
  /** Of all, where that is known. */
  readonly total: number | undefined;
}

export const emptyList: List = { items: [], next: undefined, total: undefined };

const states: Readonly<Record<Folder, readonly MessageState[]>> = {
  inbox: ['new', 'heard'],
  new: ['new'],
  saved: ['saved'],
  trash: ['deleted'],
};

export function statesOf(folder: Folder): readonly MessageState[] {
  return states[folder];
}

/** Whether a message is in a list of this kind; words are only known to the server. */
export function belongs({ state, kind }: MessageItem, query: ListQuery): boolean {
  return query.states.includes(state) && (query.kind === undefined || query.kind === kind);
}

function isBefore(a: MessageItem, b: MessageItem): boolean {
  return a.received === b.received ? a.id > b.id : a.received > b.received;
}

/** Puts a message in its place, or in the place of an older version of it. */
export function put(list: List, item: MessageItem): List {
  const at = list.items.findIndex((one) => one.id === item.id);
  const there = list.items[at];
  if (there !== undefined)
    return there.version > item.version ? list : { ...list, items: list.items.with(at, item) };
  const before = list.items.findIndex((one) => isBefore(item, one));
  // What comes after all that is known is read with the next page.
  if (before === -1 && list.next !== undefined) return grow(list, list.items, 1);
  return grow(list, list.items.toSpliced(before === -1 ? list.items.length : before, 0, item), 1);
}

export function drop(list: List, id: string): List {
  const items = list.items.filter((one) => one.id !== id);
  return items.length === list.items.length ? list : grow(list, items, -1);
}

/** The page after those that are known; items that came meanwhile are not taken twice. */
export function append(list: List, page: List): List {
  const known = new Set(list.items.map((one) => one.id));
  return {
    items: [...list.items, ...page.items.filter((one) => !known.has(one.id))],
    next: page.next,
    total: page.total ?? list.total,
  };
}

/** The first page as it is now, over what was known: newer ones come in, those that went go. */
export function renew(list: List, page: List): List {
  const last = page.items.at(-1);
  if (page.next === undefined || last === undefined) return page;
  const fresh = new Set(page.items.map((one) => one.id));
  const rest = list.items.filter((one) => !fresh.has(one.id) && isBefore(last, one));
  const joins = rest.length > 0 || list.items.some((one) => one.id === last.id);
  if (!joins) return page;
  return { items: [...page.items, ...rest], next: list.next, total: page.total ?? list.total };
}

function grow(list: List, items: readonly MessageItem[], by: number): List {
  return { ...list, items, total: list.total === undefined ? undefined : Math.max(0, list.total + by) };
}
