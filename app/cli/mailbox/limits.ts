/** What a mailbox has used of each limit of its profile. */
import type { Mailbox } from '../../core/mailbox/mailbox.ts';
import type { ClassOfService } from '../../core/profile/class-of-service.ts';

export interface Limit {
  readonly name: 'messages' | 'bytes' | 'seconds';
  readonly used: number;
  /** Absent: none. */
  readonly limit: number | undefined;
}

/** Bytes and seconds only once they were counted. */
export function limitsOf(mailbox: Mailbox, profile: ClassOfService): readonly Limit[] {
  const { counts, usage } = mailbox;
  const messages: Limit = { name: 'messages', used: counts.new + counts.old, limit: profile.maxMessages };
  if (usage === undefined) return [messages];
  return [
    messages,
    { name: 'bytes', used: usage.bytes, limit: profile.maxBytes },
    { name: 'seconds', used: usage.seconds, limit: profile.maxSeconds },
  ];
}

/** The largest share of any limit, in percent. */
export function fullest(limits: readonly Limit[]): number {
  return Math.max(0, ...limits.map(({ used, limit }) => (limit === undefined ? 0 : percent(used, limit))));
}

function percent(used: number, limit: number): number {
  return limit === 0 ? 100 : Math.floor((used / limit) * 100);
}
