/** Short words about what was done, perhaps with a way back; and about what did not work. */
import { signal } from '@preact/signals';
import type { Trouble } from '../api/client.ts';
import { words, type Words } from '../words/words.ts';

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly bad: boolean;
  readonly undo?: () => void;
}

const usualMs = 5000;
const withUndoMs = 10_000;

export const toasts = signal<readonly Toast[]>([]);
let last = 0;

export function say(text: string, undo?: () => void): void {
  show({ text, bad: false, ...(undo === undefined ? {} : { undo }) });
}

export function complain(trouble: Trouble): void {
  show({ text: troubleWords(words.value, trouble), bad: true });
}

export function complainOf(text: string): void {
  show({ text, bad: true });
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}

/** What can be undone last, if anything: for the key. */
export function undoLast(): void {
  const toast = toasts.value.findLast((one) => one.undo !== undefined);
  if (toast === undefined) return;
  dismiss(toast.id);
  toast.undo?.();
}

export function troubleWords({ trouble }: Words, { code, status }: Trouble): string {
  if (status === 412) return trouble.changed;
  return code in trouble ? trouble[code as keyof typeof trouble] : trouble.failed;
}

function show(toast: Omit<Toast, 'id'>): void {
  const id = (last += 1);
  // Two at most: a phone has no room for more.
  toasts.value = [...toasts.value.slice(-1), { ...toast, id }];
  window.setTimeout(() => dismiss(id), toast.undo === undefined ? usualMs : withUndoMs);
}
