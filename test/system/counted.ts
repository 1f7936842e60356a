import { setTimeout as pause } from 'node:timers/promises';
import type { E164 } from '../../app/core/ids.ts';
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import type { System } from './system.ts';

/** The mailbox once it counts so many new messages, or as it is in the end: counters are raised a moment after their message. */
export async function counted(
  system: System,
  number: string,
  messages: number,
  withinMs = 5000,
): Promise<Mailbox | undefined> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const mailbox = await system.store.mailboxes.find(number as E164);
    if (mailbox?.counts.new === messages || performance.now() > deadline) return mailbox;
    await pause(50);
  }
}
