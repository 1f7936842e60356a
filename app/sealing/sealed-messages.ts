import type { MailboxId, MessageId, Reference } from '../core/ids.ts';
import type { Derived, Message, MessageState, PendingKind } from '../core/message/message.ts';
import type { BesideTranscript } from '../core/message/spoken.ts';
import { briefOf, type MessageBrief } from '../core/message/brief.ts';
import { writeEnvelope } from '../core/envelope/envelope.ts';
import type { MessageSearch } from '../ports/message-search.ts';
import type { InsertResult, ListOptions, MessageFilter, MessageStore } from '../ports/store.ts';
import { lost } from './faults.ts';
import { blindTranscript, blindWords, sealMessage, sealTimes, sealTranscript } from './message.ts';
import type { Reseal } from './reseal.ts';
import { searchSealed } from './search.ts';
import type { Sealer } from './sealer.ts';

/** Messages whose content is sealed with the keys of their mailboxes; those that never were are answered as they are. */
export class SealedMessages implements MessageStore {
  readonly #messages: MessageStore;
  readonly #sealer: Sealer;
  readonly #reseal: Reseal;

  constructor(messages: MessageStore, sealer: Sealer, reseal: Reseal) {
    this.#messages = messages;
    this.#sealer = sealer;
    this.#reseal = reseal;
  }

  async insert(message: Message, words?: readonly string[]): Promise<InsertResult> {
    const { keyring } = this.#sealer;
    const sealed =
      keyring === undefined
        ? { message, words }
        : sealMessage(await keyring.sealing(message.mailbox), message);
    const result = await this.#messages.insert(sealed.message, sealed.words);
    return result.kind === 'duplicate'
      ? { ...result, message: await this.#sealer.open(result.message) }
      : result;
  }

  async get(id: MessageId): Promise<Message | undefined> {
    return this.#sealer.openIf(await this.#messages.get(id));
  }

  async getAll(ids: readonly MessageId[]): Promise<Message[]> {
    return this.#sealer.openAll(await this.#messages.getAll(ids));
  }

  async byReference(reference: Reference): Promise<Message | undefined> {
    return this.#sealer.openIf(await this.#messages.byReference(reference));
  }

  async byOrigin(network: string, id: string): Promise<Message | undefined> {
    return this.#sealer.openIf(await this.#messages.byOrigin(network, id));
  }

  async list(mailbox: MailboxId, options: ListOptions): Promise<Message[]> {
    return this.#sealer.openAll(await this.#messages.list(mailbox, options));
  }

  async next(mailbox: MailboxId, filter: MessageFilter, after: Message | undefined) {
    return this.#sealer.openIf(await this.#messages.next(mailbox, filter, after));
  }

  async previous(mailbox: MailboxId, filter: MessageFilter, before: Message) {
    return this.#sealer.openIf(await this.#messages.previous(mailbox, filter, before));
  }

  /** Sealed ones are opened whole: what a list shows of them is sealed too. */
  async briefs(mailbox: MailboxId, options: ListOptions): Promise<MessageBrief[]> {
    if (this.#sealer.keyring === undefined) return this.#messages.briefs(mailbox, options);
    return (await this.list(mailbox, options)).map(briefOf);
  }

  async searchBriefs(search: MessageSearch): Promise<MessageBrief[]> {
    if (this.#sealer.keyring === undefined) return this.#messages.searchBriefs(search);
    return (await this.search(search)).map(briefOf);
  }

  search(search: MessageSearch): Promise<Message[]> {
    return searchSealed(this.#messages, this.#sealer, search);
  }

  async setState(
    id: MessageId,
    state: MessageState,
    at: Date,
    from?: readonly MessageState[],
    version?: number,
  ) {
    return this.#sealer.openBoth(await this.#messages.setState(id, state, at, from, version));
  }

  touch(id: MessageId, at: Date): Promise<boolean> {
    return this.#messages.touch(id, at);
  }

  async setUrgent(id: MessageId, urgent: boolean, version?: number) {
    return this.#sealer.openBoth(await this.#messages.setUrgent(id, urgent, version));
  }

  /** One that was not sealed yet is from now on. */
  async setTranscript(id: MessageId, transcript: string, more: BesideTranscript = {}) {
    const { keyring } = this.#sealer;
    if (keyring === undefined)
      return this.#sealer.openIf(await this.#messages.setTranscript(id, transcript, more));
    const message = await this.#reseal.message(id);
    if (message === undefined) return undefined;
    const key = await keyring.sealing(message.mailbox);
    const { times } = more;
    const after = await this.#messages.setTranscript(id, sealTranscript(key, id, transcript), {
      words: blindTranscript(key, transcript),
      ...(times === undefined ? {} : { times: sealTimes(key, id, times) }),
    });
    return this.#sealer.openIf(after);
  }

  async withoutWords(mailbox: MailboxId, limit: number): Promise<Message[]> {
    return this.#sealer.openAll(await this.#messages.withoutWords(mailbox, limit));
  }

  /** As they are for a message that was never sealed. */
  async addWords(id: MessageId, words: readonly string[]): Promise<void> {
    const { keyring } = this.#sealer;
    const message = keyring === undefined ? undefined : await this.#messages.get(id);
    const isSealed = keyring !== undefined && message?.sealed !== undefined;
    const key = isSealed ? await keyring.sealing(message.mailbox) : undefined;
    await this.#messages.addWords(id, key === undefined ? words : blindWords(key, words));
  }

  addDerived(id: MessageId, derived: Derived, lookBy?: Date): Promise<boolean> {
    return this.#messages.addDerived(id, derived, lookBy);
  }

  /** Another mailbox has another key: what is sealed is sealed anew, the media first. */
  move(id: MessageId, from: MailboxId, to: MailboxId): Promise<boolean> {
    return this.#sealer.keyring === undefined
      ? this.#messages.move(id, from, to)
      : this.#reseal.move(id, from, to);
  }

  async remove(...asked: Parameters<MessageStore['remove']>): Promise<Message | undefined> {
    return this.#sealer.openIf(await this.#messages.remove(...asked));
  }

  /** The same text as was written, from what was sealed of it. @throws Fault `key-lost` if it cannot be read */
  async envelopeXml(id: MessageId): Promise<string | undefined> {
    const message = await this.#messages.get(id);
    if (message?.sealed === undefined) return message && this.#messages.envelopeXml(id);
    const { envelope, unreadable } = await this.#sealer.open(message);
    if (unreadable) throw lost('the envelope cannot be opened');
    return writeEnvelope(envelope);
  }

  async takePending(now: Date, leaseMs: number) {
    const taken = await this.#messages.takePending(now, leaseMs);
    return taken && { ...taken, message: await this.#sealer.open(taken.message) };
  }

  async takePendingOf(id: MessageId, now: Date, leaseMs: number) {
    const taken = await this.#messages.takePendingOf(id, now, leaseMs);
    return taken && { ...taken, message: await this.#sealer.open(taken.message) };
  }

  finishPending(id: MessageId, kinds: readonly PendingKind[]): Promise<void> {
    return this.#messages.finishPending(id, kinds);
  }

  delayPending(id: MessageId, kind: PendingKind, due: Date, error: string): Promise<void> {
    return this.#messages.delayPending(id, kind, due, error);
  }

  extendPending(id: MessageId, kind: PendingKind, until: Date): Promise<void> {
    return this.#messages.extendPending(id, kind, until);
  }

  nextPendingDue(): Promise<Date | undefined> {
    return this.#messages.nextPendingDue();
  }
}
