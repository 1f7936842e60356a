/** Counters and usage of mailboxes, as their documents have them. */
import { usageOf } from '../../app/core/mailbox/usage.ts';
import type { Message } from '../../app/core/message/message.ts';
import type { MessageKind } from '../../app/core/profile/class-of-service.ts';
import { later } from '../../app/core/retention/judge.ts';
import { toDocument as toMailbox, type MailboxDocument } from '../../app/storage/mailbox-document.ts';
import { isSmall, mailboxIdOf, mailboxNumber, type Making } from './scale-messages.ts';

/** Counters and usage of mailboxes while their messages are made: a few numbers of each. */
export class Tally {
  readonly counts = new Map<number, Counted>();
  readonly #boxes: number;

  constructor(boxes: number) {
    this.#boxes = boxes;
  }

  add(box: number, message: Message): void {
    if (box >= this.#boxes) throw new RangeError(`mailbox ${box}`);
    const counted = this.#of(box);
    const { bytes, seconds: length } = usageOf(message);
    counted.bytes += bytes;
    counted.seconds += length;
    const { kind } = message.envelope;
    const of = (counted.byKind[kind] ??= { new: 0, old: 0, urgent: 0 });
    of[message.state === 'new' ? 'new' : 'old'] += 1;
    if (message.state === 'new' && message.urgent) of.urgent += 1;
  }

  /** What others have counted. */
  merge(others: ReadonlyMap<number, Counted>): void {
    for (const [box, { byKind, bytes, seconds }] of others) {
      const counted = this.#of(box);
      counted.bytes += bytes;
      counted.seconds += seconds;
      for (const [kind, { new: fresh, old, urgent }] of Object.entries(byKind)) {
        const of = (counted.byKind[kind as MessageKind] ??= { new: 0, old: 0, urgent: 0 });
        of.new += fresh;
        of.old += old;
        of.urgent += urgent;
      }
    }
  }

  #of(box: number): Counted {
    const counted = this.counts.get(box) ?? { byKind: {}, bytes: 0, seconds: 0 };
    this.counts.set(box, counted);
    return counted;
  }

  document(box: number, { profiles, now }: Pick<Making, 'profiles' | 'now'>): MailboxDocument {
    const { byKind, bytes, seconds: length } = this.counts.get(box) ?? { byKind: {}, bytes: 0, seconds: 0 };
    this.counts.delete(box);
    const all = Object.values(byKind);
    const sum = (name: 'new' | 'old' | 'urgent'): number => all.reduce((total, one) => total + one[name], 0);
    const small = isSmall(box);
    const fresh = {
      id: mailboxIdOf(box),
      number: mailboxNumber(box),
      origin: 'dynamic' as const,
      status: 'active' as const,
      classOfService: (small ? profiles.small : profiles.usual).name,
      created: later(now, -100),
    };
    return {
      ...toMailbox(fresh),
      counts: { new: sum('new'), old: sum('old'), urgent: sum('urgent') },
      byKind,
      usage: { bytes, seconds: length, archived: 0 },
      ...(small ? { sweepAt: later(now, 1) } : {}),
    };
  }
}

export interface Counted {
  readonly byKind: Partial<Record<MessageKind, { new: number; old: number; urgent: number }>>;
  bytes: number;
  seconds: number;
}
