import type { MessageKind } from '../profile/class-of-service.ts';
import type { MailboxCounts, MailboxUsage } from './mailbox.ts';

type Change = Partial<MailboxCounts & MailboxUsage> & { readonly kind: MessageKind };

/** What two changes of one kind add together. */
export function sumOf(one: Change, other: Change): Change {
  const add = (name: Exclude<keyof Change, 'kind'>) => (one[name] ?? 0) + (other[name] ?? 0);
  return {
    kind: one.kind,
    new: add('new'),
    old: add('old'),
    urgent: add('urgent'),
    bytes: add('bytes'),
    seconds: add('seconds'),
    archived: add('archived'),
    trash: add('trash'),
  };
}
