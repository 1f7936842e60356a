/** The keys of the folders. */
import { useEffect } from 'preact/hooks';
import type { Place } from '../state/places.ts';
import { moveTo } from '../state/changes.ts';
import { cursor, itemOf, neighbour } from '../state/inbox.ts';
import { opened } from '../state/opened.ts';
import { undoLast } from '../state/toasts.ts';
import { composeWanted } from './compose-wanted.ts';
import { isHelpOpen } from './help-sheet.tsx';
import { searchWanted } from './list-head.tsx';
import { playWanted } from './play-wanted.ts';

interface KeysOf {
  readonly place: Extract<Place, { kind: 'messages' }>;
  readonly open: (id: string) => void;
  readonly close: () => void;
}

export function useKeys(of: KeysOf): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event) || isHelpOpen.peek()) return;
      const act = actOf(event.key, of);
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  });
}

function isTyping({ target }: KeyboardEvent): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, dialog') !== null;
}

function actOf(key: string, { place, open, close }: KeysOf): (() => void) | undefined {
  const walk = (by: number) => (): void => {
    const next = neighbour(cursor.peek(), cursor.peek() === undefined ? 0 : by);
    if (next === undefined) return;
    cursor.value = next.id;
    if (place.message !== undefined) open(next.id);
  };
  switch (key) {
    case 'j':
      return walk(1);
    case 'k':
      return walk(-1);
    case 'Enter':
      return enter(open);
    case 'Escape':
      return place.message === undefined ? undefined : close;
    case 's':
      return change('saved');
    case 'd':
      return change('deleted');
    case 'u':
      return undoLast;
    case 'r':
      return () => void (composeWanted.value += 1);
    case 'p':
      return () => void (playWanted.value += 1);
    case '/':
      return () => void (searchWanted.value += 1);
    case '?':
      return () => void (isHelpOpen.value = true);
    default:
      return undefined;
  }
}

/** A button or link that has the focus keeps its key. */
function enter(open: (id: string) => void): (() => void) | undefined {
  const focused = document.activeElement;
  const id = cursor.peek();
  if (id === undefined || focused?.closest('a, button') !== null) return undefined;
  return () => open(id);
}

/** The open message, else the one that the cursor is on; the next one comes into its place. */
function change(state: 'saved' | 'deleted'): () => void {
  return () => {
    const now = opened.peek();
    const message = now.kind === 'there' ? now.message : itemOf(cursor.peek());
    if (message === undefined || message.state === state) return;
    if (now.kind === 'none') {
      const after = neighbour(message.id, 1);
      cursor.value = after?.id === message.id ? neighbour(message.id, -1)?.id : after?.id;
    }
    void moveTo(message, state);
  };
}
