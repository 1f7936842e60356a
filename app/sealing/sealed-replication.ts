import type { Message } from '../core/message/message.ts';
import type { MessageRegister } from '../core/replication/message-register.ts';
import type { NewReplica, ReplicaState, ReplicationStore } from '../ports/replication.ts';
import { sealMessage } from './message.ts';
import type { Sealer } from './sealer.ts';

/**
 * Replication over a store that seals: what comes is sealed with the key of its mailbox here. Transcripts neither come nor go: what
 * is known of a message and who has it lies in the clear beside it, and would tell what was said.
 */
export class SealedReplication implements Pick<
  ReplicationStore,
  'states' | 'state' | 'statesOf' | 'insert' | 'insertAll' | 'apply' | 'acknowledge'
> {
  readonly #replication: ReplicationStore;
  readonly #sealer: Sealer;
  /** As the store has it: what is written has to name it so. */
  readonly #raw = new WeakMap<ReplicaState, ReplicaState>();

  constructor(replication: ReplicationStore, sealer: Sealer) {
    this.#replication = replication;
    this.#sealer = sealer;
  }

  async *states(...args: Parameters<ReplicationStore['states']>): AsyncIterable<ReplicaState> {
    for await (const state of this.#replication.states(...args)) yield this.#shown(state);
  }

  async state(...args: Parameters<ReplicationStore['state']>): Promise<ReplicaState | undefined> {
    const state = await this.#replication.state(...args);
    return state && this.#shown(state);
  }

  async statesOf(...args: Parameters<ReplicationStore['statesOf']>): Promise<readonly ReplicaState[]> {
    return (await this.#replication.statesOf(...args)).map((state) => this.#shown(state));
  }

  async insert(...[given, known, from]: Parameters<ReplicationStore['insert']>) {
    const { message, register, peer, words } = await this.#sealed({
      message: given,
      register: known,
      peer: from,
    });
    return this.#replication.insert(message, register, peer, words);
  }

  async insertAll(messages: readonly NewReplica[]): Promise<readonly ('inserted' | 'taken')[]> {
    return this.#replication.insertAll(await Promise.all(messages.map((one) => this.#sealed(one))));
  }

  async #sealed({ message: given, register, peer }: NewReplica): Promise<NewReplica> {
    const message: Message = withoutTranscript(given);
    const key = await this.#sealer.keyring?.sealing(message.mailbox);
    const sealed = key === undefined ? { message, words: undefined } : sealMessage(key, message);
    const has = { ...peer, has: fingerprintWithout(peer.has) };
    return { ...sealed, register: withoutTranscript(register), peer: has };
  }

  async apply(...[seen, register, peer]: Parameters<ReplicationStore['apply']>) {
    const has = { ...peer, has: fingerprintWithout(peer.has) };
    const raw = this.#raw.get(seen) ?? seen;
    return this.#sealer.openBoth(await this.#replication.apply(raw, withoutTranscript(register), has));
  }

  acknowledge(...[peer, messages]: Parameters<ReplicationStore['acknowledge']>): Promise<void> {
    return this.#replication.acknowledge(
      peer,
      messages.map(({ seen, register, epoch }) => ({
        seen: this.#raw.get(seen) ?? seen,
        register: withoutTranscript(register),
        epoch,
      })),
    );
  }

  #shown(raw: ReplicaState): ReplicaState {
    const { seen, ...rest } = withoutTranscript(raw);
    const shown = { ...rest, seen: seen && withoutTranscript<MessageRegister>(seen) };
    this.#raw.set(shown, raw);
    return shown;
  }
}

function withoutTranscript<T extends { readonly transcript?: string }>({
  transcript: _none,
  ...rest
}: T): Omit<T, 'transcript'> {
  return rest;
}

/** The text of a fingerprint with what comes before it, as it would be without transcript. */
function fingerprintWithout(has: string): string {
  const at = has.indexOf('[');
  const values = JSON.parse(has.slice(at)) as unknown[];
  return `${has.slice(0, at)}${JSON.stringify([...values.slice(0, -1), null])}`;
}
