import type { MailboxId, MessageId } from '../core/ids.ts';
import { messageFingerprint } from '../core/replication/message-register.ts';
import type { Item } from './send-lanes.ts';

/** What one peer will not have as it is: it is sent again when it has changed. */
export class Refusals {
  readonly #refused = new Map<MessageId, string>();
  /** Those that only a legal hold here keeps from being done with. */
  readonly #held = new Map<MailboxId, Set<MessageId>>();

  note({ state, register, epoch }: Item): void {
    this.#refused.set(state.id, `${epoch}${messageFingerprint(register)}`);
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
    return this.#refused.get(id) === what;
  }
}
