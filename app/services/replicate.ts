/** Sends to one peer what it does not have yet: of subscribers who visit it, and of its own who visit here. */
import { writeEnvelope } from '../core/envelope/envelope.ts';
import type { E164, MessageId } from '../core/ids.ts';
import {
  advanceMessage,
  messageFingerprint,
  type MessageRegister,
} from '../core/replication/message-register.ts';
import { advanceProfile, profileFingerprint } from '../core/replication/profile-register.ts';
import type { Clock } from '../ports/clock.ts';
import type { Digest } from '../ports/digest.ts';
import type { Log } from '../ports/log.ts';
import type { Peer, Piece, Replica, ReplicaState, Watched } from '../ports/replication.ts';
import type { Store } from '../ports/store.ts';
import type { Archiving } from './archiving.ts';
import { visitEpoch } from '../core/replication/visit-epoch.ts';
import { clearVisitor } from './clear-visitor.ts';
import { liveMessage, piecesOf } from './pieces-of.ts';
import type { Profiles } from './profile.ts';
import { chosenNow, greetingMedia } from './take-profile.ts';

export interface ReplicateDeps {
  readonly store: Store;
  readonly archiving: Pick<Archiving, 'bringBack'>;
  readonly profiles: Pick<Profiles, 'of'>;
  readonly digest: Digest;
  readonly clock: Clock;
  readonly log: Log;
  /** Largest messages that go to a node, by class of service, in bytes. */
  readonly mostBytes: Readonly<Record<string, number>>;
  readonly rule: ReplicateRule;
}

export interface ReplicateRule {
  /** Between two looks at the store, in milliseconds. */
  readonly everyMs: number;
  /** Each mailbox is compared whole so often, whatever seems to have changed, in milliseconds. */
  readonly wholeMs: number;
  /** Longest wait for a peer that cannot be reached, in milliseconds. */
  readonly mostRetryMs: number;
}

export interface Outbox {
  /** Until the signal. */
  run(signal: AbortSignal): Promise<void>;
  /** Looks now. */
  wake(): void;
  /** How long the oldest that waits has waited, in seconds; 0: the peer has all. */
  lag(): number;
  readonly waiting: number;
  /** The last try failed: the peer cannot be reached, or the store. */
  readonly failing: boolean;
}

interface Item {
  /** Of the visit: what a peer had in an earlier one it has not any more. */
  readonly epoch: string;
  readonly number: E164;
  readonly state: ReplicaState;
  readonly register: MessageRegister;
  readonly since: number;
}

/** Sendings at once: while one is answered the line is not idle. */
const lanes = 6;
const batchBytes = 262_144;
const batchItems = 32;
const pageSize = 500;
const restShare = 9;
const firstRetryMs = 500;

export function createOutbox(deps: ReplicateDeps, peer: Peer): Outbox {
  return new PeerOutbox(deps, peer);
}

class PeerOutbox implements Outbox {
  readonly #deps: ReplicateDeps;
  readonly #peer: Peer;
  /** By number: as it was when it was last looked at, and when. */
  readonly #looked = new Map<
    E164,
    { readonly mark: string; readonly at: number; readonly notBefore: number }
  >();
  /** New ones, then the others; both the youngest first. */
  #fresh: Item[] = [];
  #rest: Item[] = [];
  /** In a queue or on their way. */
  readonly #known = new Map<MessageId, Item>();
  /** Those that the peer refuses, by what was refused. */
  readonly #refused = new Map<MessageId, string>();
  /** Visitors that the peer was told to have left, and when. */
  readonly #told = new Map<E164, number>();
  #retryMs = 0;
  #wake: () => void = () => undefined;

  constructor(deps: ReplicateDeps, peer: Peer) {
    this.#deps = deps;
    this.#peer = peer;
  }

  get waiting(): number {
    return this.#known.size;
  }

  get failing(): boolean {
    return this.#retryMs > 0;
  }

  lag(): number {
    let oldest = Infinity;
    for (const { since } of this.#known.values()) oldest = Math.min(oldest, since);
    return oldest === Infinity ? 0 : Math.max(0, this.#now() - oldest) / 1000;
  }

  wake(): void {
    this.#wake();
  }

  async run(outer: AbortSignal): Promise<void> {
    // One listener for all that waits here.
    const stopping = new AbortController();
    const { signal } = stopping;
    outer.addEventListener('abort', () => stopping.abort(), { once: true });
    if (outer.aborted) return;
    const look = async (): Promise<void> => {
      while (!signal.aborted) {
        const done = await this.#guarded(() => this.#look(signal));
        await this.#pause(done ? this.#deps.rule.everyMs : this.#retryMs, signal);
      }
    };
    const lane = async (): Promise<void> => {
      while (!signal.aborted) {
        const batch = this.#take();
        if (batch.length === 0) await waiting(this.#deps.rule.everyMs / 4, signal);
        else if (!(await this.#guarded(() => this.#send(batch), batch))) await waiting(this.#retryMs, signal);
      }
    };
    await Promise.all([look(), ...Array.from({ length: lanes }, lane)]);
  }

  /** Whether it was done; if not, the next try waits longer. What was to be sent is found anew then. */
  async #guarded(work: () => Promise<void>, batch: readonly Item[] = []): Promise<boolean> {
    try {
      await work();
      if (batch.length > 0 || this.#known.size === 0) this.#retryMs = 0;
      return true;
    } catch (error) {
      const first = this.#retryMs === 0;
      this.#retryMs = Math.min(this.#deps.rule.mostRetryMs, Math.max(firstRetryMs, this.#retryMs * 2));
      if (first)
        this.#deps.log.warn('a node cannot be reached, or the store: trying again', {
          node: this.#peer.name,
          error,
        });
      for (const item of batch) this.#again(item);
      return false;
    } finally {
      for (const item of batch)
        if (this.#known.get(item.state.id) === item) this.#known.delete(item.state.id);
    }
  }

  #again({ number, state }: Item): void {
    this.#known.delete(state.id);
    this.#looked.delete(number);
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { store } = this.#deps;
    const all = await store.replication.visits(this.#peer.name);
    for (const { number, ending } of all) if (ending !== undefined) await this.#recall(number);
    // One who is home again gets nothing more there.
    const visits = all.filter(({ ending }) => ending === undefined);
    const since = new Map(visits.map((visit) => [visit.number, visitEpoch(visit)]));
    for (const one of await store.replication.watched([...since.keys()]))
      if (!signal.aborted) await this.#examine(one, 'home', since.get(one.number) ?? '');
    for (const prefix of this.#peer.prefixes) {
      for (let after: string | undefined; !signal.aborted;) {
        const page = await store.replication.foreign(prefix, after, pageSize);
        for (const one of page) if (!signal.aborted) await this.#examine(one, 'away', '');
        if (page.length < pageSize) break;
        after = page.at(-1)?.number;
      }
    }
  }

  /** Tells the peer that a visitor has left; one that knows nothing of them has nothing of them. */
  async #recall(number: E164): Promise<void> {
    const last = this.#told.get(number);
    const now = this.#now();
    if (last !== undefined && now - last < this.#deps.rule.wholeMs) return;
    const held = await this.#peer.tell('return', [number]);
    this.#told.set(number, now);
    if (held.length > 0) return;
    this.#told.delete(number);
    const { replication } = this.#deps.store;
    if ((await replication.visit(number))?.ending !== undefined)
      await replication.endVisit(number, this.#peer.name);
  }

  async #examine(watched: Watched, role: 'home' | 'away', epoch: string): Promise<void> {
    const { number } = watched;
    const mark = `${epoch} ${watched.mark}`;
    const last = this.#looked.get(number);
    const now = this.#now();
    // Looking at one that changes all the time takes a tenth of the time at most.
    if (last !== undefined && now < last.notBefore) return;
    const whole = last === undefined || now - last.at >= this.#deps.rule.wholeMs;
    const profile = await this.#deps.store.replication.profile(number);
    if (!whole && last.mark === mark && profile?.leaving === undefined) return;
    const behind = [
      await this.#sendProfile(watched, role, epoch),
      await this.#queue(watched, role, epoch),
    ].some(Boolean);
    const ended = this.#now();
    const notBefore = ended + restShare * (ended - now);
    this.#looked.set(number, { mark, at: whole ? now : last.at, notBefore });
    if (role === 'away' && whole && profile?.leaving === undefined) await this.#askHome(number);
    if (role === 'away' && profile?.leaving !== undefined && !behind)
      await clearVisitor(this.#deps, this.#peer, watched);
  }

  /** A visitor whose home says nothing of them has left, or was never here. */
  async #askHome(number: E164): Promise<void> {
    if ((await this.#peer.tell('still', [number])).includes(number)) return;
    const { replication } = this.#deps.store;
    const seen = await replication.profile(number);
    const next = { register: {}, acked: {}, ...seen, leaving: this.#deps.clock.now() };
    await replication.putProfile(number, seen, next);
  }

  /** Whether the peer has still to hear of it. Of visitors only once their home has sent what holds. */
  async #sendProfile({ id, number }: Watched, role: 'home' | 'away', epoch: string): Promise<boolean> {
    const { store } = this.#deps;
    const seen = await store.replication.profile(number);
    if (role === 'away' && (seen === undefined || Object.keys(seen.register).length === 0)) return false;
    const mailbox = await store.mailboxes.get(id);
    if (mailbox === undefined) return false;
    const register = advanceProfile(seen?.register, await chosenNow(store, mailbox));
    const has = `${epoch}${profileFingerprint(register)}`;
    if (seen?.acked[this.#peer.name] === has) return false;
    const known = { ...seen, register, acked: seen?.acked ?? {} };
    if (!(await store.replication.putProfile(number, seen, known))) return true;
    const pieces: Piece[] = [];
    for (const greeting of greetingMedia(mailbox.settings)) {
      const found = await store.media.get(greeting.media);
      if (found === undefined) continue;
      pieces.push({ ...greeting, bytes: found.bytes, sha256: await this.#deps.digest(found.bytes) });
    }
    const { aliases, origin, classOfService, created } = mailbox;
    const replica: Replica = {
      kind: 'profile',
      number,
      id,
      aliases,
      origin,
      classOfService,
      created,
      register,
      pieces,
    };
    const [answer] = await this.#peer.send([replica]);
    if (answer?.kind === 'refused')
      this.#deps.log.warn('a node refuses a profile', { node: this.#peer.name, why: answer.why });
    if (answer?.kind !== 'taken') return true;
    const acked = { ...known.acked, [this.#peer.name]: has };
    return !(await store.replication.putProfile(number, known, { ...known, acked }));
  }

  /** Whether the peer has still to get messages of this mailbox. */
  async #queue({ id, number }: Watched, role: 'home' | 'away', epoch: string): Promise<boolean> {
    const { store, profiles, mostBytes } = this.#deps;
    const mailbox = await store.mailboxes.get(id);
    if (mailbox === undefined) return false;
    // What came in elsewhere goes home, whatever its size.
    const most = (role === 'home' ? mostBytes[profiles.of(mailbox).name] : undefined) ?? Infinity;
    let behind = false;
    for await (const state of store.replication.states(id)) {
      const register = advanceMessage(state.seen, state);
      const has = `${epoch}${messageFingerprint(register)}`;
      if (state.acked[this.#peer.name] === has || state.bytes > most) continue;
      behind = true;
      if (this.#known.has(state.id) || this.#refused.get(state.id) === has) continue;
      const item: Item = { epoch, number, state, register, since: this.#now() };
      this.#known.set(state.id, item);
      (state.state === 'new' ? this.#fresh : this.#rest).push(item);
    }
    // The next is taken from the end.
    const byAge = (a: Item, b: Item) => a.state.received.getTime() - b.state.received.getTime();
    this.#fresh.sort(byAge);
    this.#rest.sort(byAge);
    return behind;
  }

  #take(): Item[] {
    const batch: Item[] = [];
    for (let bytes = 0; batch.length < batchItems && bytes < batchBytes;) {
      const item = this.#fresh.pop() ?? this.#rest.pop();
      if (item === undefined) break;
      batch.push(item);
      bytes += item.state.bytes;
    }
    return batch;
  }

  async #send(batch: readonly Item[]): Promise<void> {
    await this.#sendAs(
      batch,
      (item) => !(item.state.acked[this.#peer.name]?.startsWith(`${item.epoch}[`) ?? false),
    );
  }

  async #sendAs(batch: readonly Item[], whole: (item: Item) => boolean): Promise<void> {
    const sent: Item[] = [];
    const replicas: Replica[] = [];
    const made = await Promise.all(batch.map((item) => this.#replicaOf(item, whole(item))));
    for (const [i, item] of batch.entries()) {
      const replica = made[i];
      if (replica === undefined) continue;
      sent.push(item);
      replicas.push(replica);
    }
    if (replicas.length === 0) return;
    const answers = await this.#peer.send(replicas);
    const taken = sent.filter((_, i) => answers[i]?.kind === 'taken');
    await this.#deps.store.replication.acknowledge(
      this.#peer.name,
      taken.map(({ state, register, epoch }) => ({ seen: state, register, epoch })),
    );
    for (const [i, item] of sent.entries()) {
      this.#refuse(item, answers[i]);
      // It does not know this subscriber, or is busy with them: all is looked at anew.
      if (answers[i]?.kind !== 'taken') this.#looked.delete(item.number);
    }
    const unknown = sent.filter((item, i) => answers[i]?.kind === 'unknown' && !whole(item));
    if (unknown.length > 0) await this.#sendAs(unknown, () => true);
  }

  #refuse({ state, register, epoch }: Item, answer: { kind: string; why?: string } | undefined): void {
    if (answer?.kind !== 'refused') return;
    this.#refused.set(state.id, `${epoch}${messageFingerprint(register)}`);
    this.#deps.log.error('a node refuses a message', {
      node: this.#peer.name,
      message: state.id,
      why: answer.why,
    });
  }

  async #replicaOf({ number, state, register, epoch }: Item, whole: boolean): Promise<Replica | undefined> {
    const { id } = state;
    if (!whole) return { kind: 'message', number, id, register, pieces: [] };
    const message = await liveMessage(this.#deps, id);
    if (message === undefined) return undefined;
    const pieces = await piecesOf(this.#deps, message);
    if (pieces === undefined) {
      this.#deps.log.error('parts of a message are gone: it is not replicated', { message: id });
      this.#refused.set(id, `${epoch}${messageFingerprint(register)}`);
      return undefined;
    }
    const { reference, referenceExpires, expires, stored = [] } = message;
    const envelope = writeEnvelope(message.envelope);
    const content = { envelope, reference, referenceExpires, expires, stored };
    return { kind: 'message', number, id, register, content, pieces };
  }

  #now(): number {
    return this.#deps.clock.now().getTime();
  }

  #pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      void waiting(ms, signal).then(resolve);
    });
  }
}

function waiting(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
