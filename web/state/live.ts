/** Arrivals as they happen: by the server's stream, and by looking every few seconds where there is none. */
import { signal } from '@preact/signals';
import { listen } from '../api/events.ts';
import type { MessageItem } from '../api/messages.ts';
import { words } from '../words/words.ts';
import { senderName } from '../words/people.ts';
import * as inbox from './inbox.ts';
import { readCountsSoon } from './mailbox.ts';
import { opened, readAgain, renewOpened } from './opened.ts';

export const liveness = signal<'live' | 'polling'>('polling');
/** For those who hear the page: the latest arrival in words. */
export const announcement = signal('');

const pollMs = 5000;

/** Until the result is called. */
export function goLive(): () => void {
  let timer: number | undefined;
  const poll = async (): Promise<void> => {
    if (document.visibilityState === 'visible') await catchUp();
    if (liveness.peek() === 'polling') timer = window.setTimeout(() => void poll(), pollMs);
  };
  const stop = listen({
    opened() {
      window.clearTimeout(timer);
      liveness.value = 'live';
      void catchUp();
      readCountsSoon();
    },
    closed() {
      window.clearTimeout(timer);
      liveness.value = 'polling';
      timer = window.setTimeout(() => void poll(), pollMs);
    },
    arrived(item) {
      if (item === undefined) void catchUp();
      else {
        inbox.take(item);
        announceAll([item]);
      }
    },
    changed(id, item) {
      if (item !== undefined) inbox.take(item);
      else void inbox.refresh();
      const now = opened.peek();
      if (now.kind === 'there' && now.id === id && (item === undefined || item.version > now.message.version))
        void readAgain();
      readCountsSoon();
    },
    removed(id) {
      inbox.remove(id);
      renewOpened({ id, state: 'deleted' });
      readCountsSoon();
    },
    mailboxChanged: readCountsSoon,
  });
  const onShow = (): void => {
    if (document.visibilityState === 'visible') void catchUp();
  };
  document.addEventListener('visibilitychange', onShow);
  return () => {
    window.clearTimeout(timer);
    document.removeEventListener('visibilitychange', onShow);
    stop();
  };
}

/** What was missed: in the list, and in the message that is open. */
async function catchUp(): Promise<void> {
  announceAll(await inbox.refresh());
  const now = opened.peek();
  const item = now.kind === 'there' ? inbox.itemOf(now.id) : undefined;
  if (now.kind === 'there' && item !== undefined && item.version > now.message.version) await readAgain();
}

function announceAll(items: readonly MessageItem[]): void {
  const item = items.find((one) => one.state === 'new');
  if (items.length > 0) readCountsSoon();
  if (item === undefined) return;
  const { list, one } = words.value;
  announcement.value = list.arrived(one[item.kind], senderName(words.value, item));
}
