/**
 * What waits to be sent to one peer, in two lanes: what has just happened overtakes what was there before. In each so many bytes
 * may be under way, unanswered, that a far line is never idle: more would only wait elsewhere.
 */
import type { MessageId } from '../core/ids.ts';
import type { MessageRegister } from '../core/replication/message-register.ts';
import type { E164 } from '../core/ids.ts';
import type { Lane, ReplicaState } from '../ports/replication.ts';

export interface Item {
  /** Of the visit: what a peer had in an earlier one it has not any more. */
  readonly epoch: string;
  readonly number: E164;
  readonly state: ReplicaState;
  readonly register: MessageRegister;
  /** The peer is not known to have it: envelope and parts go with it. */
  readonly whole: boolean;
  readonly since: number;
  /** It changed since it was queued: to be looked at again when it was sent. */
  stale?: boolean;
}

/** `hot`: it happened since its mailbox was looked at first; `fresh`: it is new; then the rest. Each the youngest first. */
export type Urgency = 'hot' | 'fresh' | 'rest';

interface LaneRule {
  /** Most bytes under way; a batch that has begun may go beyond by one message. */
  readonly bytes: number;
  readonly batchBytes: number;
  /** Whose turn it is, in this order. */
  readonly from: readonly Urgency[];
}

/** 4 MiB are a second and a half of 20 Mbit/s: enough for a line of 0.3 s and a store that takes its time. */
const rules: Readonly<Record<Lane, LaneRule>> = {
  express: { bytes: 1_048_576, batchBytes: 131_072, from: ['hot'] },
  bulk: { bytes: 4_194_304, batchBytes: 1_572_864, from: ['fresh', 'rest', 'hot'] },
};
const batchItems = 64;
/** What a message takes besides its parts. */
const headBytes = 2048;

export interface LanesDeps {
  /** Rejects if it is not known what the peer took: what was in it is not known here any more then. */
  send(batch: readonly Item[], lane: Lane): Promise<void>;
  /** Was sent, or is to be found anew. */
  onDone(item: Item): void;
}

export class SendLanes {
  readonly #deps: LanesDeps;
  readonly #queues: Readonly<Record<Urgency, Item[]>> = { hot: [], fresh: [], rest: [] };
  /** In a queue or on their way. */
  readonly #known = new Map<MessageId, Item>();
  readonly #under: Record<Lane, number> = { express: 0, bulk: 0 };
  readonly #sending = new Set<Promise<void>>();
  #open = false;

  constructor(deps: LanesDeps) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#known.size;
  }

  /** Since when the oldest waits, in milliseconds since 1970; `Infinity`: none does. */
  oldest(): number {
    let oldest = Infinity;
    for (const { since } of this.#known.values()) oldest = Math.min(oldest, since);
    return oldest;
  }

  known(id: MessageId): Item | undefined {
    return this.#known.get(id);
  }

  add(items: readonly (readonly [Item, Urgency])[]): void {
    const touched = new Set<Urgency>();
    for (const [item, urgency] of items) {
      if (this.#known.has(item.state.id)) continue;
      this.#known.set(item.state.id, item);
      this.#queues[urgency].push(item);
      touched.add(urgency);
    }
    // The next is taken from the end.
    for (const urgency of touched)
      this.#queues[urgency].sort((a, b) => a.state.received.getTime() - b.state.received.getTime());
    this.pump();
  }

  /** Begins to send, or goes on. */
  open(): void {
    this.#open = true;
    this.pump();
  }

  /** Sends nothing more for now; what is queued stays. */
  shut(): void {
    this.#open = false;
  }

  /** Forgets those of what is queued; what is on its way is answered. */
  drop(isOver: (item: Item) => boolean): void {
    for (const queue of Object.values(this.#queues)) {
      let left = 0;
      // In place: a queue may be longer than what a function can be given.
      for (const item of queue)
        if (isOver(item)) this.#known.delete(item.state.id);
        else {
          queue[left] = item;
          left += 1;
        }
      queue.length = left;
    }
  }

  /** Forgets what is queued, and waits for what is on its way. */
  async drain(): Promise<void> {
    this.#open = false;
    for (const queue of Object.values(this.#queues))
      for (const { state } of queue.splice(0)) this.#known.delete(state.id);
    await Promise.allSettled(this.#sending);
  }

  pump(): void {
    for (const lane of ['express', 'bulk'] as const)
      while (this.#open && this.#under[lane] < rules[lane].bytes) {
        const batch = this.#take(rules[lane]);
        if (batch.length === 0) break;
        const sending = this.#send(batch, lane).finally(() => this.#sending.delete(sending));
        this.#sending.add(sending);
      }
  }

  #take({ batchBytes, from }: LaneRule): Item[] {
    const batch: Item[] = [];
    for (let bytes = 0; batch.length < batchItems && bytes < batchBytes;) {
      const queue = from.map((urgency) => this.#queues[urgency]).find(({ length }) => length > 0);
      const item = queue?.pop();
      if (item === undefined) break;
      batch.push(item);
      bytes += sizeOf(item);
    }
    return batch;
  }

  async #send(batch: readonly Item[], lane: Lane): Promise<void> {
    const bytes = batch.reduce((sum, item) => sum + sizeOf(item), 0);
    this.#under[lane] += bytes;
    try {
      await this.#deps.send(batch, lane);
    } finally {
      this.#under[lane] -= bytes;
      for (const item of batch)
        if (this.#known.get(item.state.id) === item) this.#known.delete(item.state.id);
      for (const item of batch) this.#deps.onDone(item);
      this.pump();
    }
  }
}

function sizeOf({ whole, state }: Item): number {
  return headBytes + (whole ? state.bytes : 0);
}
