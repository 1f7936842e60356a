/** The subscriber's mailbox: counts, room and what was chosen. */
import { signal } from '@preact/signals';
import type { Answer } from '../api/client.ts';
import * as api from '../api/mailbox.ts';
import type { Mailbox, MailboxChange } from '../api/mailbox.ts';
import { speak } from '../words/words.ts';
import { timeZone } from './time-zone.ts';
import { complain } from './toasts.ts';

export const mailbox = signal<Mailbox | undefined>(undefined);

export async function readMailbox(id: string): Promise<void> {
  const answer = await api.readMailbox(id);
  if (answer.ok) keep(answer.value);
}

/** Counts changed by what was done here; the server's own come with the next reading. */
export function readCountsSoon(): void {
  const id = mailbox.peek()?.id;
  if (id === undefined) return;
  window.clearTimeout(timer);
  timer = window.setTimeout(() => void readMailbox(id), 400);
}
let timer: number | undefined;

/** Shows the change at once, and takes it back where it does not hold. Answers whether it does. */
export async function change(
  what: MailboxChange,
  shown: Partial<Mailbox['settings']> = {},
): Promise<boolean> {
  const before = mailbox.peek();
  if (before === undefined) return false;
  mailbox.value = { ...before, settings: { ...before.settings, ...shown } };
  const answer = await insist(before, what);
  if (answer.ok) {
    keep(answer.value);
    return true;
  }
  mailbox.value = before;
  complain(answer.trouble);
  if (answer.trouble.status === 412) await readMailbox(before.id);
  return false;
}

/** Another version where what is to be changed is as it was here: then it is changed all the same. */
async function insist(before: Mailbox, what: MailboxChange): Promise<Answer<Mailbox>> {
  const first = await api.changeMailbox(before.id, what, before.version);
  if (first.ok || first.trouble.status !== 412) return first;
  const now = await api.readMailbox(before.id);
  if (!now.ok) return now;
  const same = Object.keys(what).every(
    (key) => JSON.stringify(settingOf(before, key)) === JSON.stringify(settingOf(now.value, key)),
  );
  return same ? api.changeMailbox(before.id, what, now.value.version) : first;
}

function settingOf({ settings }: Mailbox, key: string): unknown {
  return settings[key as keyof Mailbox['settings']];
}

/** On signing out. */
export function forgetMailbox(): void {
  mailbox.value = undefined;
}

function keep(found: Mailbox): void {
  mailbox.value = found;
  timeZone.value = found.settings.timeZone;
  speak(found.settings.language);
}
