import type { MessageRegister } from '../core/replication/message-register.ts';
import type { NewReplica, ReplicaState, ReplicationStore } from '../ports/replication.ts';
import type { Keyring, OpenKey } from './keyring.ts';
import { blindTranscript, openSaid, sealMessage, sealTimes, sealTranscript } from './message.ts';
import type { Sealer } from './sealer.ts';
import { markedFingerprint, markedRegister, markOf, openFingerprint } from './transcript-mark.ts';

/**
 * Replication over a store that seals: what comes is sealed with the key of its mailbox here, and what goes is opened. Of
 * transcripts only marks lie beside a message in the clear.
 */
export class SealedReplication implements Pick<
  ReplicationStore,
  'states' | 'state' | 'statesOf' | 'insert' | 'insertAll' | 'apply' | 'acknowledge'
> {
  readonly #replication: ReplicationStore;
  readonly #sealer: Sealer;
  readonly #keyring: Keyring;
  /** As the store has it: what is written has to name it so. */
  readonly #raw = new WeakMap<ReplicaState, ReplicaState>();

  constructor(replication: ReplicationStore, sealer: Sealer, keyring: Keyring) {
    this.#replication = replication;
    this.#sealer = sealer;
    this.#keyring = keyring;
  }

  async *states(...args: Parameters<ReplicationStore['states']>): AsyncIterable<ReplicaState> {
    for await (const state of this.#replication.states(...args)) yield await this.#shown(state);
  }

  async state(...args: Parameters<ReplicationStore['state']>): Promise<ReplicaState | undefined> {
    const state = await this.#replication.state(...args);
    return state && this.#shown(state);
  }

  async statesOf(...args: Parameters<ReplicationStore['statesOf']>): Promise<readonly ReplicaState[]> {
    const states = await this.#replication.statesOf(...args);
    return Promise.all(states.map((state) => this.#shown(state)));
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

  async #sealed({ message, register, peer }: NewReplica): Promise<NewReplica> {
    const key = await this.#keyring.sealing(message.mailbox);
    return {
      ...sealMessage(key, message),
      register: markedRegister(key, message.id, register),
      peer: { ...peer, has: markedFingerprint(key, message.id, peer.has) },
    };
  }

  async apply(...[seen, register, peer]: Parameters<ReplicationStore['apply']>) {
    const { id, mailbox } = seen;
    const raw = this.#raw.get(seen) ?? seen;
    const key = await this.#keyring.sealing(mailbox);
    const has = { ...peer, has: markedFingerprint(key, id, peer.has) };
    const said = saidAnew(key, seen, register) ?? raw;
    return this.#sealer.openBoth(
      await this.#replication.apply(raw, markedRegister(key, id, register), has, said),
    );
  }

  async acknowledge(...[peer, messages]: Parameters<ReplicationStore['acknowledge']>): Promise<void> {
    const marked = messages.map(async ({ seen, register, epoch }) => ({
      seen: this.#raw.get(seen) ?? seen,
      register: await this.#marked(seen, register),
      epoch,
    }));
    await this.#replication.acknowledge(peer, await Promise.all(marked));
  }

  async #marked({ id, mailbox }: ReplicaState, register: MessageRegister): Promise<MessageRegister> {
    if (register.transcript === undefined) return register;
    return markedRegister(await this.#keyring.sealing(mailbox), id, register);
  }

  /** What cannot be opened is not told to others. */
  async #shown(raw: ReplicaState): Promise<ReplicaState> {
    const { transcript: _sealed, times: _spans, seen, acked, ...rest } = raw;
    const said = await openSaid(this.#sealer.keys, raw);
    const key = said && (await this.#keyring.ofMailbox(raw.mailbox));
    const register = seen && withoutTranscript(seen);
    let shown: ReplicaState = { ...rest, seen: register, acked };
    if (said !== undefined && key !== undefined) {
      const mark = markOf(key, raw.id, said);
      const known = seen?.transcript === mark && register !== undefined;
      const opened = Object.entries(acked).map(([node, has]) => [node, openFingerprint(mark, said, has)]);
      shown = {
        ...shown,
        ...said,
        seen: known ? { ...register, ...said } : register,
        acked: Object.fromEntries(opened) as ReplicaState['acked'],
      };
    }
    this.#raw.set(shown, raw);
    return shown;
  }
}

/** What is written down of a transcript that is another than before. */
function saidAnew(key: OpenKey, seen: ReplicaState, { transcript, times }: MessageRegister) {
  if (transcript === undefined || (transcript === seen.transcript && times === seen.times)) return undefined;
  return {
    transcript: sealTranscript(key, seen.id, transcript),
    ...(times === undefined ? {} : { times: sealTimes(key, seen.id, times) }),
    words: blindTranscript(key, transcript),
  };
}

function withoutTranscript({ transcript: _none, times: _spans, ...rest }: MessageRegister): MessageRegister {
  return rest;
}
