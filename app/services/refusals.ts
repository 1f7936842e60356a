import type { MailboxId, MessageId } from '../core/ids.ts';
import { messageFingerprint } from '../core/replication/message-register.ts';
import type { Clock } from '../ports/clock.ts';
import type { Item } from './send-lanes.ts';

/** The peer may be another version by then, or mended, in milliseconds. */
const refusedMs = 3_600_000;

interface Refused {
  readonly what: string;
  readonly at: number;
}

/** What one peer will not have as it is: it is sent again when it has changed, and now and then. */
export class Refusals {
  readonly #clock: Clock;
  readonly #refused = new Map<MessageId, Refused>();
  /** Those that were removed there, and cannot be here for now. */
  readonly #held = new Map<MailboxId, Set<MessageId>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note({ state, register, epoch }: Item): void {
    const what = `${epoch}${messageFingerprint(register)}`;
    this.#refused.set(state.id, { what, at: this.#clock.now().getTime() });
  }

  /** Until `retry`. */
  hold(item: Item): void {
    const { id, mailbox } = item.state;
    this.note(item);
    this.#held.set(mailbox, (this.#held.get(mailbox) ?? new Set()).add(id));
  }

  retry(mailbox: MailboxId): void {
    for (const id of this.#held.get(mailbox) ?? []) this.#refused.delete(id);
    this.#held.delete(mailbox);
  }

  /** @param what fingerprint, with what goes before it */
  has(id: MessageId, what: string): boolean {
    const refused = this.#refused.get(id);
    if (refused?.what !== what) return false;
    const age = this.#clock.now().getTime() - refused.at;
    return age >= 0 && age < refusedMs;
  }
}
