/** Sends to one peer what it does not have yet: of subscribers who visit it, and of its own who visit here. */
import type { E164, MailboxId, MessageId } from '../core/ids.ts';
import { isFault, isTemporary } from '../core/errors.ts';
import { homeOf, type Domain } from '../core/replication/home-of.ts';
import { advanceMessage, messageFingerprint } from '../core/replication/message-register.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { Digest } from '../ports/digest.ts';
import type { Log } from '../ports/log.ts';
import type { Lane, Peer, ProfileSeen, ReplicaState } from '../ports/replication.ts';
import type { Store } from '../ports/store.ts';
import type { Archiving } from './archiving.ts';
import { visitEpoch } from '../core/replication/visit-epoch.ts';
import { askHome } from './ask-home.ts';
import { clearVisitor } from './clear-visitor.ts';
import { holdLease } from './hold-lease.ts';
import type { Profiles } from './profile.ts';
import { removePurged, type PurgedDeps } from './purged-at-home.ts';
import { Refusals } from './refusals.ts';
import { sendBatch } from './send-batch.ts';
import type { Limited, Looked, Shared } from './shared-mailbox.ts';
import { SendLanes, type Item, type Urgency } from './send-lanes.ts';
import { sendProfile } from './send-profile.ts';
import { waiting } from './waiting.ts';

export interface ReplicateDeps {
  readonly store: Store;
  readonly archiving: Pick<Archiving, 'bringBack' | 'forget'>;
  readonly profiles: Pick<Profiles, 'of'>;
  readonly digest: Digest;
  readonly clock: Clock;
  readonly random: Pick<Random, 'uuid'>;
  readonly log: Log;
  readonly lamps?: PurgedDeps['lamps'];
  /** All other nodes. */
  readonly domains: readonly Domain[];
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
  /** Another controller takes over from one that is not heard for four of these, in milliseconds. Default: 1250. */
  readonly beatMs?: number;
}

export interface Outbox {
  /** Until the signal. Of several controllers on one store one sends, and the others wait for its end. */
  run(signal: AbortSignal): Promise<void>;
  /** Looks now. */
  wake(): void;
  /** This message is new, or has changed: if the peer is to have it, it is sent before all others. */
  noticed(mailbox: MailboxId, id: MessageId): void;
  /** How long the oldest that waits has waited, in seconds; 0: the peer has all, or another controller sends. */
  lag(): number;
  readonly waiting: number;
  /** The last try failed: the peer cannot be reached, or the store. */
  readonly failing: boolean;
  /** Whether it is this one that sends. */
  readonly active: boolean;
}

const pageSize = 500;
/** Mailboxes looked at at once: each waits for the peer to have its profile. */
const atOnce = 4;
const restShare = 9;
const firstRetryMs = 500;
const beatMs = 1250;
/** A node that receives is told of its own changes, so that it need not look for them while others come in. */
const mostCalmMs = { home: 1000, away: 4000 };

export function createOutbox(deps: ReplicateDeps, peer: Peer): Outbox {
  return new PeerOutbox(deps, peer);
}

class PeerOutbox implements Outbox {
  readonly #deps: ReplicateDeps;
  readonly #peer: Peer;
  readonly #lanes: SendLanes;
  /** By number: as it was when it was last looked at. */
  readonly #looked = new Map<E164, Looked>();
  /** As they were at the last look. */
  #shared = new Map<MailboxId, Limited>();
  readonly #hints = new Set<MessageId>();
  #hinted: Promise<void> | undefined;
  readonly #refused: Refusals;
  /** Visitors that the peer was told to have left, and when. */
  readonly #told = new Map<E164, number>();
  #retryMs = 0;
  #active: AbortSignal | undefined;
  #resting: Promise<void> | undefined;
  #wake: () => void = () => undefined;

  constructor(deps: ReplicateDeps, peer: Peer) {
    this.#deps = deps;
    this.#peer = peer;
    this.#refused = new Refusals(deps.clock);
    this.#lanes = new SendLanes({
      send: (batch, lane) => this.#send(batch, lane),
      onDone: ({ stale, state }) => {
        if (stale === true) this.noticed(state.mailbox, state.id);
      },
    });
  }

  get waiting(): number {
    return this.#lanes.size;
  }

  get active(): boolean {
    return this.#active !== undefined;
  }

  get failing(): boolean {
    return this.#retryMs > 0;
  }

  lag(): number {
    const oldest = this.#lanes.oldest();
    return oldest === Infinity ? 0 : Math.max(0, this.#now() - oldest) / 1000;
  }

  wake(): void {
    this.#wake();
  }

  noticed(mailbox: MailboxId, id: MessageId): void {
    if (this.#active === undefined || !this.#shared.has(mailbox)) return;
    this.#hints.add(id);
    this.#hinted ??= this.#takeHints().finally(() => (this.#hinted = undefined));
  }

  async run(signal: AbortSignal): Promise<void> {
    const { store, random, rule, log } = this.#deps;
    const name = `outbox:${this.#peer.name}`;
    const lease = { store, name, holder: random.uuid(), beatMs: rule.beatMs ?? beatMs, log, wait: waiting };
    await holdLease(lease, signal, (held) => this.#work(held));
  }

  async #work(signal: AbortSignal): Promise<void> {
    this.#active = signal;
    this.#looked.clear();
    this.#lanes.open();
    while (!signal.aborted) {
      const done = await this.#tried(() => this.#look(signal));
      await this.#pause(done ? this.#deps.rule.everyMs : this.#retryMs, signal);
    }
    this.#active = undefined;
    this.#shared = new Map();
    await this.#hinted;
    await this.#lanes.drain();
  }

  async #tried(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      if (this.#lanes.size === 0) this.#retryMs = 0;
      return true;
    } catch (error) {
      this.#failed(error);
      return false;
    }
  }

  /** The next try waits longer. */
  #failed(error: unknown): void {
    const { rule, log } = this.#deps;
    const first = this.#retryMs === 0;
    this.#retryMs = Math.min(rule.mostRetryMs, Math.max(firstRetryMs, this.#retryMs * 2));
    if (first)
      log.warn('a node cannot be reached, or the store: trying again', { node: this.#peer.name, error });
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { replication } = this.#deps.store;
    const next = new Map<MailboxId, Limited>();
    const all = await replication.visits(this.#peer.name);
    for (const { number, ending } of all) if (ending !== undefined) await this.#recall(number);
    // One who is home again gets nothing more there.
    const visits = all.filter(({ ending }) => ending === undefined);
    const epochs = new Map(visits.map((visit) => [visit.number, visitEpoch(visit)]));
    // Those who have left since, or come again, have no use for what was to be sent to them before.
    this.#lanes.drop(({ epoch, number }) => epoch !== '' && epochs.get(number) !== epoch);
    const homes = await replication.watched([...epochs.keys()]);
    const ours = homes.map((one) => ({ ...one, role: 'home' as const, epoch: epochs.get(one.number) ?? '' }));
    await this.#examineAll(ours, next, signal);
    for (const prefix of this.#peer.prefixes) {
      for (let after: string | undefined; !signal.aborted;) {
        const page = await replication.foreign(prefix, after, pageSize);
        const theirs = page
          .filter((one) => this.#isHomeOf(one))
          .map((one) => ({ ...one, role: 'away' as const, epoch: '' }));
        await this.#examineAll(theirs, next, signal);
        if (page.length < pageSize) break;
        after = page.at(-1)?.number;
      }
    }
    if (!signal.aborted) this.#shared = next;
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

  async #examineAll(
    some: readonly Shared[],
    next: Map<MailboxId, Limited>,
    signal: AbortSignal,
  ): Promise<void> {
    const away = some.filter(({ role }) => role === 'away').map(({ number }) => number);
    const profiles = await this.#deps.store.replication.profiles(away);
    const left = some.values();
    const worker = async (): Promise<void> => {
      for (const one of left) {
        if (signal.aborted) return;
        const most = await this.#examine(one, profiles.get(one.number)).catch((error: unknown) =>
          this.#putOff(one, error),
        );
        const entry = { ...one, most: most ?? this.#shared.get(one.id)?.most ?? Infinity };
        next.set(one.id, entry);
        if (most !== undefined) this.#shared.set(one.id, entry);
      }
    };
    const workers = await Promise.allSettled(Array.from({ length: atOnce }, worker));
    for (const one of workers) if (one.status === 'rejected') throw one.reason;
  }

  /** What is wrong with one subscriber alone holds up no other: they are looked at again as late as all are compared whole. */
  #putOff({ id, number }: Shared, error: unknown): undefined {
    if (isTemporary(error) && !isFault(error, 'archive-unavailable')) throw error;
    const { log, rule } = this.#deps;
    log.error('a subscriber is not replicated now', { node: this.#peer.name, mailbox: id, error });
    this.#looked.set(number, { mark: '', at: this.#now(), notBefore: this.#now() + rule.wholeMs, calm: 0 });
  }

  /** Answers how large its messages may be, if it was looked at. */
  async #examine(shared: Shared, profile: ProfileSeen | undefined): Promise<number | undefined> {
    const { number, role } = shared;
    const { everyMs, wholeMs } = this.#deps.rule;
    const mark = `${shared.epoch} ${shared.mark}`;
    const last = this.#looked.get(number);
    const now = this.#now();
    // Looking at one that changes all the time takes a tenth of the time at most.
    if (last !== undefined && now < last.notBefore && now >= last.at) return undefined;
    const whole = last === undefined || now - last.at >= wholeMs || now < last.at;
    const leaving = profile?.leaving !== undefined;
    if (!whole && last.mark === mark && !leaving) {
      if (last.calm > 0) this.#looked.set(number, { ...last, calm: 0 });
      return undefined;
    }
    if (whole) this.#refused.retry(shared.id);
    const first = last?.mark.startsWith(`${shared.epoch} `) !== true;
    const { state, most } = await this.#compare(shared, first ? undefined : 'hot');
    const ended = this.#now();
    const calm =
      state === 'behind' ? 0 : Math.min(mostCalmMs[role], Math.max(everyMs, 2 * (last?.calm ?? 0)));
    const rest = Math.max(restShare * Math.max(0, ended - now), last !== undefined && !leaving ? calm : 0);
    const at = whole ? now : last.at;
    this.#looked.set(number, { mark: state === 'again' ? '' : mark, at, notBefore: ended + rest, calm });
    if (role === 'away' && whole && !leaving) await askHome(this.#deps, this.#peer, number);
    if (role === 'away' && leaving && state === 'same') await clearVisitor(this.#deps, this.#peer, shared);
    return most;
  }

  /** `behind`: the peer has still to hear of it; `again`: it is not ready for that. */
  async #compare(
    shared: Shared,
    urgency: 'hot' | undefined,
  ): Promise<{ readonly state: 'same' | 'behind' | 'again'; readonly most: number }> {
    const { store, profiles, mostBytes } = this.#deps;
    const mailbox = await store.mailboxes.get(shared.id);
    if (mailbox === undefined) return { state: 'same', most: Infinity };
    // What came in elsewhere goes home, whatever its size.
    const limit = shared.role === 'home' ? mostBytes[profiles.of(mailbox).name] : undefined;
    const most = limit ?? Infinity;
    const profile = await sendProfile(this.#deps, this.#peer, mailbox, shared);
    // Without a profile it takes no messages of a visitor.
    if (profile !== 'known' && shared.role === 'home')
      return { state: profile === 'again' ? 'again' : 'behind', most };
    let behind = profile !== 'known';
    const items: [Item, Urgency][] = [];
    for await (const state of store.replication.states(shared.id)) {
      const due = this.#due(state, { ...shared, most });
      if (due === undefined) continue;
      behind = true;
      if (due !== 'known') items.push([due, urgency ?? (state.state === 'new' ? 'fresh' : 'rest')]);
    }
    this.#lanes.add(items);
    return { state: behind ? 'behind' : 'same', most };
  }

  /** `known`: it is on its way, or refused; `undefined`: the peer has it, or is not to have it. */
  #due(state: ReplicaState, { number, epoch, most }: Limited): Item | 'known' | undefined {
    const register = advanceMessage(state.seen, state);
    const has = `${epoch}${messageFingerprint(register)}`;
    const acked = state.acked[this.#peer.name];
    if (acked === has || state.bytes > most) return undefined;
    if (this.#refused.has(state.id, has)) return 'known';
    const known = this.#lanes.known(state.id);
    if (known !== undefined) {
      if (`${known.epoch}${messageFingerprint(known.register)}` !== has) known.stale = true;
      return 'known';
    }
    const whole = !(acked?.startsWith(`${epoch}[`) ?? false);
    return { epoch, number, state, register, whole, since: this.#now() };
  }

  /** What somebody has told of is read by itself, and goes first. */
  async #takeHints(): Promise<void> {
    try {
      while (this.#hints.size > 0) {
        const ids = [...this.#hints].slice(0, pageSize);
        for (const id of ids) this.#hints.delete(id);
        const items: [Item, Urgency][] = [];
        for (const state of await this.#deps.store.replication.statesOf(ids)) {
          const shared = this.#shared.get(state.mailbox);
          const due = shared === undefined ? undefined : this.#due(state, shared);
          if (due !== undefined && due !== 'known') items.push([due, 'hot']);
        }
        if (this.#active !== undefined) this.#lanes.add(items);
      }
    } catch (error) {
      // The next look finds them by their mailbox.
      this.#hints.clear();
      this.#deps.log.debug('what changed could not be read', { error });
    }
  }

  /** Only their home says so. What cannot be removed now is thought of again when its mailbox is compared whole. */
  async #purge(item: Item): Promise<void> {
    const { mailbox, id } = item.state;
    if (!this.#isHomeOf(item)) return this.#refuse(item, 'it was removed there');
    if (!(await removePurged(this.#deps, this.#peer.name, mailbox, id))) this.#refused.hold(item);
  }

  /** What was to be sent and was not is found anew. */
  async #send(batch: readonly Item[], lane: Lane): Promise<void> {
    try {
      await sendBatch(this.#deps, this.#peer, batch, lane, {
        onRefused: (item, why) => this.#refuse(item, why),
        onPurged: (item) => this.#purge(item),
        // It does not know this subscriber, or is busy with them: all is looked at anew.
        onLeft: ({ number }) => this.#looked.delete(number),
      });
      this.#retryMs = 0;
    } catch (error) {
      for (const { number } of batch) this.#looked.delete(number);
      // Those that were under way with it fail too: they wait no longer for that.
      this.#lanes.shut();
      if (this.#resting === undefined) {
        this.#failed(error);
        this.#resting = this.#rest().finally(() => (this.#resting = undefined));
      }
    }
  }

  async #rest(): Promise<void> {
    const signal = this.#active;
    if (signal === undefined) return;
    await waiting(this.#retryMs, signal);
    if (!signal.aborted) this.#lanes.open();
  }

  #refuse(item: Item, why: string): void {
    this.#refused.note(item);
    const fields = { node: this.#peer.name, message: item.state.id, why };
    this.#deps.log.error('a message is not replicated', fields);
  }

  /** Of numbers that begin so some may be of a node with a longer prefix: nothing of them goes here. */
  #isHomeOf({ number }: { readonly number: E164 }): boolean {
    return homeOf(number, this.#deps.domains) === this.#peer.name;
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
