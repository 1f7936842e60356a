import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { E164 } from '../../app/core/ids.ts';
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import type { System } from './system.ts';

/** The mailbox once it counts so many new messages, or as it is in the end: counters are raised a moment after their message. */
export async function counted(
  system: System,
  number: string,
  messages: number,
  withinMs = 20_000,
): Promise<Mailbox | undefined> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const mailbox = await system.store.mailboxes.find(number as E164);
    if (mailbox?.counts.new === messages || performance.now() > deadline) return mailbox;
    await pause(50);
  }
}

/** The counters of a mailbox and its messages, once they agree, or as they are in the end: a call ends before what it changed. */
export async function counters(
  system: System,
  number: string,
  withinMs = 20_000,
): Promise<{ readonly counted: readonly number[]; readonly there: readonly number[] }> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const mailbox = await system.store.mailboxes.find(number as E164);
    if (mailbox === undefined) throw new Error(`no mailbox of ${number}`);
    const messages = await system.store.messages.list(mailbox.id, { limit: 1000 });
    const fresh = messages.filter(({ state }) => state === 'new');
    const old = messages.filter(({ state }) => state === 'heard' || state === 'saved');
    const counted = [mailbox.counts.new, mailbox.counts.old, mailbox.counts.urgent];
    const there = [fresh.length, old.length, fresh.filter(({ urgent }) => urgent).length];
    if (isDeepStrictEqual(counted, there) || performance.now() > deadline) return { counted, there };
    await pause(50);
  }
}
