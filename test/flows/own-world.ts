/** A subscriber's dialogues with the real services on a real store; the telephone is the scripted one. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { E164, MailboxId } from '../../app/core/ids.ts';
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import type { Message } from '../../app/core/message/message.ts';
import type { FlowDeps } from '../../app/flows/flow.ts';
import type { ScriptedCaller } from '../../app/media/scripted/open.ts';
import type { Step } from '../../app/media/scripted/steps.ts';
import type { DepositPart, Spool } from '../../app/ports/spool.ts';
import type { Store } from '../../app/ports/store.ts';
import { createDeposits, type Deposits } from '../../app/services/deposit.ts';
import { createConversions } from '../../app/services/conversions.ts';
import { createGreetings } from '../../app/services/greetings.ts';
import { createSelfService } from '../../app/services/self-service.ts';
import { createSends } from '../../app/services/send.ts';
import { openSpool } from '../../app/storage/spool/open.ts';
import { systemRandom } from '../../app/telemetry/system-random.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';
import { silentLog } from '../ports/silent-log.ts';
import { caller, FlowWorld, type WorldOptions } from './world.ts';

/** What a dialogue of the mailbox comes to. */
export type Dialogue<T> = (call: ScriptedCaller['call'], deps: FlowDeps) => Promise<T>;

let last = 1000;

export class OwnWorld implements AsyncDisposable {
  readonly flow: FlowWorld;
  readonly test: TestStore;
  readonly spool: Spool;
  readonly deposits: Deposits;
  readonly deps: FlowDeps;
  readonly #directory: string;

  private constructor(flow: FlowWorld, test: TestStore, spool: Spool, directory: string) {
    this.flow = flow;
    this.test = test;
    this.spool = spool;
    this.#directory = directory;
    const base = { ...flow.deps, random: systemRandom, store: test.store };
    this.deposits = createDeposits({
      ...base,
      spool,
      isServedNumber: () => false,
      onRecounted: () => undefined,
      onStored: () => undefined,
    });
    this.deps = this.with(test.store);
  }

  static async open(options: WorldOptions = {}): Promise<OwnWorld> {
    const directory = await mkdtemp(join(tmpdir(), 'answerback-own-'));
    const spool = await openSpool({ directory }, { log: silentLog });
    return new OwnWorld(new FlowWorld(options), await openTestStore(), spool, directory);
  }

  get store(): Store {
    return this.test.store;
  }

  /** The services over another store, e.g. one that fails in part. */
  with(store: Store): FlowDeps {
    const base = { ...this.flow.deps, random: systemRandom, store };
    const deposits = createDeposits({
      ...base,
      spool: this.spool,
      isServedNumber: () => false,
      onRecounted: () => undefined,
      onStored: () => undefined,
    });
    return {
      ...this.flow.deps,
      mailboxes: store.mailboxes,
      deposits,
      conversions: createConversions({ store, converters: [], log: silentLog }),
      greetings: createGreetings(base),
      selfService: createSelfService(base),
      sends: createSends({ ...base, deposits }),
    };
  }

  /** A number that is served here and has no mailbox yet. */
  number(): E164 {
    last += 1;
    return `+1202555${last}` as E164;
  }

  /** A mailbox of a subscriber. */
  async subscriber(number = this.number()): Promise<Mailbox> {
    const fresh = {
      id: systemRandom.uuid() as MailboxId,
      number,
      origin: 'provisioned' as const,
      classOfService: 'standard',
      created: this.deps.clock.now(),
    };
    return (await this.store.mailboxes.findOrCreate(fresh)).mailbox;
  }

  async now(mailbox: Mailbox): Promise<Mailbox> {
    const found = await this.store.mailboxes.get(mailbox.id);
    if (found === undefined) throw new Error('the mailbox is gone');
    return found;
  }

  /** Somebody has left a message. */
  async receives(
    { number }: Mailbox,
    bytes: Uint8Array,
    from: Message['envelope']['from'] = { number: caller, private: false },
    confidential = false,
  ): Promise<Message> {
    const stored = await this.deposits.take({
      draft: {
        kind: 'voice',
        origin: { network: 'sip', id: systemRandom.uuid() },
        from,
        to: number,
        received: this.deps.clock.now(),
        urgent: false,
        confidential,
        cut: false,
      },
      contentType: 'audio/PCMU',
      durationMs: bytes.length / 8,
      classOfService: 'standard',
      bytes,
    });
    if (stored.kind === 'spooled') throw new Error('the store is away');
    return stored.message;
  }

  /** What has arrived for a number, newest first. */
  async messages(number: E164): Promise<Message[]> {
    const mailbox = await this.store.mailboxes.find(number);
    return mailbox === undefined ? [] : this.store.messages.list(mailbox.id, { limit: 10 });
  }

  /** The sounds of a message, in order. */
  async sounds(message: Message): Promise<Uint8Array[]> {
    const found = await Promise.all(message.envelope.parts.map((part) => this.store.media.get(part.media)));
    return found.map((media) => media?.bytes ?? new Uint8Array());
  }

  /** The parts of a message with their bytes. */
  async parts(message: Message): Promise<DepositPart[]> {
    return (await this.deps.sends.partsOf(message)) ?? [];
  }

  /** Holds one dialogue with somebody who does these steps. */
  async talk<T>(
    steps: readonly Step[],
    dialogue: Dialogue<T>,
    deps = this.deps,
  ): Promise<{ readonly person: ScriptedCaller; readonly result: T }> {
    const person = this.flow.media.ring({ steps });
    await person.call.answer();
    const result = await dialogue(person.call, deps);
    return { person, result };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.spool[Symbol.asyncDispose]();
    await this.test[Symbol.asyncDispose]();
    await rm(this.#directory, { recursive: true, force: true });
  }
}
