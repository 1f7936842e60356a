/** The message that is open. */
import { signal } from '@preact/signals';
import type { Trouble } from '../api/client.ts';
import { readMessage, type Message, type MessageItem } from '../api/messages.ts';

export type Opened =
  | { readonly kind: 'none' }
  | { readonly kind: 'loading'; readonly id: string }
  | { readonly kind: 'there'; readonly id: string; readonly message: Message }
  | { readonly kind: 'gone'; readonly id: string }
  | { readonly kind: 'failed'; readonly id: string; readonly trouble: Trouble };

export const opened = signal<Opened>({ kind: 'none' });
let reading = new AbortController();

/** Opens a message; `undefined` closes. */
export async function open(id: string | undefined): Promise<void> {
  const now = opened.peek();
  if (id === undefined ? now.kind === 'none' : now.kind !== 'none' && now.id === id) return;
  reading.abort();
  if (id === undefined) {
    opened.value = { kind: 'none' };
    return;
  }
  opened.value = { kind: 'loading', id };
  await read(id);
}

export async function readAgain(): Promise<void> {
  const now = opened.peek();
  if (now.kind !== 'none') await read(now.id);
}

/** Another version of it, if it is the one that is open. */
export function renewOpened(message: Partial<Message> & Pick<MessageItem, 'id'>): void {
  const now = opened.peek();
  if (now.kind === 'there' && now.id === message.id)
    opened.value = { ...now, message: { ...now.message, ...message } };
}

async function read(id: string): Promise<void> {
  reading.abort();
  const own = new AbortController();
  reading = own;
  try {
    const answer = await readMessage(id, own.signal);
    if (answer.ok) opened.value = { kind: 'there', id, message: answer.value };
    else if (answer.trouble.status === 404 || answer.trouble.status === 410)
      opened.value = { kind: 'gone', id };
    else opened.value = { kind: 'failed', id, trouble: answer.trouble };
  } catch {
    // Another one is read by now.
  }
}
