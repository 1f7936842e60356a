/** The folder that is looked at, kept as the server has it. */
import { computed, signal } from '@preact/signals';
import type { Trouble } from '../api/client.ts';
import { listMessages, type ListQuery, type MessageItem, type MessageKind } from '../api/messages.ts';
import { append, belongs, drop, emptyList, put, renew, statesOf, type List } from './list.ts';
import type { Folder } from './places.ts';

export const folder = signal<Folder>('inbox');
export const kind = signal<MessageKind | undefined>(undefined);
export const searched = signal('');
export const list = signal<List>(emptyList);
export const status = signal<'loading' | 'there' | 'failed'>('loading');
export const trouble = signal<Trouble | undefined>(undefined);
/** The row that keys act upon. */
export const cursor = signal<string | undefined>(undefined);

const firstPage = 50;
const otherPages = 100;
let mailbox = '';
let reading = new AbortController();
let isReadingMore = false;

export const asked = computed<ListQuery>(() => ({
  states: statesOf(folder.value),
  kind: kind.value,
  words: searched.value,
}));

/** Reads the list anew: of another mailbox, folder, kind or search. */
export async function load(of: string): Promise<void> {
  mailbox = of;
  reading.abort();
  reading = new AbortController();
  isReadingMore = false;
  status.value = 'loading';
  list.value = emptyList;
  const page = await read(undefined, firstPage);
  if (page === undefined) return;
  list.value = page;
  status.value = 'there';
}

/** Reads the next page unless it is being read or there is none. */
export async function more(): Promise<void> {
  const { next } = list.peek();
  if (next === undefined || isReadingMore) return;
  isReadingMore = true;
  const of = reading;
  const page = await read(next, otherPages);
  if (of !== reading) return;
  isReadingMore = false;
  if (page !== undefined) list.value = append(list.peek(), page);
}

/** What may have changed without our being told: the first page again. */
export async function refresh(): Promise<readonly MessageItem[]> {
  if (status.peek() !== 'there') {
    if (status.peek() === 'failed' && mailbox !== '') await load(mailbox);
    return [];
  }
  const page = await read(undefined, firstPage, 'quietly');
  if (page === undefined) return [];
  const before = new Set(list.peek().items.map((one) => one.id));
  const newest = list.peek().items[0]?.received ?? '';
  list.value = renew(list.peek(), page);
  return page.items.filter((one) => !before.has(one.id) && one.received >= newest);
}

/** Of a list that is searched only the server knows what belongs to it. */
export function take(item: MessageItem): void {
  if (!belongs(item, asked.peek())) list.value = drop(list.peek(), item.id);
  else if (asked.peek().words === '' || has(item.id)) list.value = put(list.peek(), item);
  else void refresh();
}

export function remove(id: string): void {
  list.value = drop(list.peek(), id);
}

export function has(id: string): boolean {
  return list.peek().items.some((one) => one.id === id);
}

export function itemOf(id: string | undefined): MessageItem | undefined {
  return list.peek().items.find((one) => one.id === id);
}

/** The one that many rows further; of none the first. */
export function neighbour(id: string | undefined, by: number): MessageItem | undefined {
  const { items } = list.peek();
  const at = items.findIndex((one) => one.id === id);
  return at === -1 ? items[0] : items[Math.min(items.length - 1, Math.max(0, at + by))];
}

async function read(from: string | undefined, limit: number, how?: 'quietly'): Promise<List | undefined> {
  const { signal } = reading;
  try {
    const answer = await listMessages(mailbox, asked.peek(), { cursor: from, limit, signal });
    if (answer.ok) {
      const { items, next, total } = answer.value;
      return { items, next, total };
    }
    if (how === undefined) {
      trouble.value = answer.trouble;
      if (from === undefined) status.value = 'failed';
    }
  } catch {
    // Another list is read by now.
  }
  return undefined;
}
