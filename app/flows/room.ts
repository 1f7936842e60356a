/** What a caller hears, before speaking, of a mailbox that takes little more or nothing. */
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { secondsFor } from '../core/mailbox/room.ts';
import type { ClassOfService } from '../core/profile/class-of-service.ts';
import type { Welcome } from '../services/greetings.ts';
import { prompt } from './flow.ts';

/** The key that leaves an urgent message in a full mailbox, as its prompt says. */
const urgentKey = '1';
/** How long that key is waited for, in milliseconds. */
const urgentKeyMs = 5000;

export interface Room {
  readonly welcome: Welcome;
  /** Longest recording. */
  readonly seconds: number;
  readonly full: boolean;
  /** Offered by the welcome: pressing it records a message that is urgent from the start. */
  readonly urgentKey?: typeof urgentKey;
}

/** @param mailbox unknown ones hinder nothing */
export function roomFor(mailbox: Mailbox | undefined, profile: ClassOfService, welcome: Welcome): Room {
  const open = { welcome, seconds: profile.maxMessageSeconds, full: false };
  if (!welcome.takesMessage) return open;
  const seconds = secondsFor(mailbox, profile, false);
  if (seconds === profile.maxMessageSeconds) return open;
  if (seconds !== 'full') {
    const items = [...welcome.items, prompt('room-for'), { kind: 'duration', ms: seconds * 1000 } as const];
    return { welcome: { items, takesMessage: true }, seconds, full: false };
  }
  const urgent = secondsFor(mailbox, profile, true);
  const refusal = { items: [prompt('mailbox-full')], takesMessage: false };
  if (urgent === 'full') return { ...open, welcome: refusal, full: true };
  const items = [
    ...refusal.items,
    prompt('mailbox-full-urgent'),
    { kind: 'silence', ms: urgentKeyMs } as const,
  ];
  return { welcome: { items, takesMessage: false }, seconds: urgent, full: true, urgentKey };
}
