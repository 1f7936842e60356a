/** A subscriber in their mailbox: the dialogues on the scripted switch, with the real services on a real store. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../../app/core/errors.ts';
import { createNumberPlan } from '../../app/core/address/number-plan.ts';
import type { E164, MailboxId, MessageId } from '../../app/core/ids.ts';
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import type { Message, MessageState, Sender } from '../../app/core/message/message.ts';
import type { ClassOfService, MessageKind } from '../../app/core/profile/class-of-service.ts';
import { makeReference } from '../../app/core/reference/reference.ts';
import type { FlowDeps, Outcome } from '../../app/flows/flow.ts';
import { allowing } from '../services/allowing.ts';
import { mailboxDialogue } from '../../app/flows/mailbox/open.ts';
import {
  openScriptedMedia,
  type DialAnswer,
  type ScriptedCaller,
  type ScriptedMedia,
} from '../../app/media/scripted/open.ts';
import { hangup, type Step } from '../../app/media/scripted/steps.ts';
import type { Converter } from '../../app/ports/convert.ts';
import type { Store } from '../../app/ports/store.ts';
import type { DepositPart, Spool } from '../../app/ports/spool.ts';
import { openHasher } from '../../app/secrets/open.ts';
import { createAccount } from '../../app/services/account.ts';
import { createConversions } from '../../app/services/conversions.ts';
import { createAuthentication } from '../../app/services/authenticate.ts';
import { createDeposits } from '../../app/services/deposit.ts';
import { createGreetings } from '../../app/services/greetings.ts';
import { createInbox } from '../../app/services/inbox.ts';
import { createLamps } from '../../app/services/lamp.ts';
import { createProfiles } from '../../app/services/profile.ts';
import { createRetrieval } from '../../app/services/retrieve.ts';
import { createSelfService } from '../../app/services/self-service.ts';
import { createSends } from '../../app/services/send.ts';
import { createTolls } from '../../app/services/tolls.ts';
import { openSpool } from '../../app/storage/spool/open.ts';
import { systemRandom } from '../../app/telemetry/system-random.ts';
import { openTransform } from '../../app/transform/open.ts';
import { toolCommands } from '../../scripts/stack/ffmpeg.ts';
import { babble } from '../audio/babble.ts';
import { faxOutWorld, type FaxOutWorld } from '../fax/fax-out.ts';
import { silentLog } from '../ports/silent-log.ts';
import { shippedSpeech, shippedTexts } from '../speech/shipped.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';

export const access = '+12025550199';
export const operator = '+12025550100';

const standard: Omit<ClassOfService, 'name'> = {
  language: 'en',
  timeZone: 'UTC',
  maxMessageSeconds: 60,
  maxSilenceSeconds: 5,
  minSpeechMs: 300,
  retentionDays: 30,
  referenceDays: 7,
  maxMessages: 20_000,
  review: true,
  notify: [],
  welcome: false,
  lamp: true,
  trashDays: 7,
  pin: 'untrusted',
  operator,
  toll: { rules: [{ allow: true, destination: 'internal' }], dailyCalls: 50 },
  deliverByCall: false,
};

export interface MailboxWorldOptions {
  readonly standard?: Partial<ClassOfService>;
  readonly onDial?: (number: string) => DialAnswer;
  /** Default: nothing can be turned into anything else. */
  readonly converters?: readonly Converter[];
}

export interface Left {
  readonly from?: string;
  readonly private?: boolean;
  readonly kind?: MessageKind;
  readonly urgent?: boolean;
  readonly ms?: number;
  /** What it is, where it is no recording and not something that nobody knows. */
  readonly part?: Pick<DepositPart, 'contentType' | 'bytes' | 'pages'>;
  readonly subject?: string;
  /** Who sent it, instead of a number. */
  readonly sender?: Sender;
  readonly state?: MessageState;
}

/** Opens a fresh database with one mailbox of each number that is asked for. */
export async function openMailboxWorld(options: MailboxWorldOptions = {}): Promise<MailboxWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'answerback-mailbox-'));
  const spool = await openSpool({ directory }, { log: silentLog });
  return new MailboxWorld(await openTestStore(), spool, directory, options);
}

export class MailboxWorld implements AsyncDisposable {
  readonly test: TestStore;
  readonly media: ScriptedMedia;
  readonly deps: FlowDeps;
  readonly faxing: FaxOutWorld;
  /** While true, every request to the store fails as if it were away. */
  away = false;
  readonly #directory: string;
  readonly #closing: (() => PromiseLike<unknown>)[] = [];
  #now = Date.UTC(2026, 0, 2, 12);
  #left = 0;

  constructor(test: TestStore, spool: Spool, directory: string, options: MailboxWorldOptions) {
    const clock = { now: () => new Date(this.#now) };
    this.test = test;
    this.#directory = directory;
    this.media = openScriptedMedia({
      clock,
      speech: shippedSpeech,
      onDial: (to) => options.onDial?.(to.number) ?? { kind: 'no-answer' },
    });
    const transform = openTransform(toolCommands(), { log: silentLog });
    const store = mayBeAway(test.store, () => this.away);
    const base = {
      store,
      clock,
      random: systemRandom,
      log: silentLog,
      texts: shippedTexts,
      media: this.media,
      transform,
      conversions: createConversions({ store, converters: options.converters ?? [], log: silentLog }),
      access,
      plan: createNumberPlan({
        access: [access],
        country: 'US',
        ranges: [{ prefix: '+1202555', class: 'standard' }],
      }),
      profiles: createProfiles(() => ({ standard: { ...standard, ...options.standard } })),
    };
    const account = createAccount({ ...base, cdrs: store.cdrs });
    const lamps = createLamps(base);
    const shared = { ...base, account, lamps };
    const deposits = createDeposits({
      ...shared,
      spool,
      isServedNumber: () => false,
      onRecounted: () => undefined,
      onStored: () => undefined,
    });
    const tolls = createTolls({ ...shared, callable: [] });
    this.faxing = faxOutWorld({ ...shared, deposits, tolls, documents: transform });
    this.deps = {
      ...shared,
      faxOut: this.faxing.faxOut,
      deposits,
      allowance: allowing(shared),
      retrieval: createRetrieval({ ...shared, limits: { maxWrong: 10, windowMinutes: 15 } }),
      inbox: createInbox(shared),
      tolls,
      sends: createSends({ ...shared, deposits }),
      greetings: createGreetings(shared),
      selfService: createSelfService(shared),
      authentication: createAuthentication({
        ...shared,
        hasher: openHasher({ memoryKiB: 64, passes: 1, atOnce: 2 }),
        auditor: { note: () => undefined, flush: async () => undefined },
        notify: { reply: async () => true },
        rule: { codeMinutes: 10, codesPerHour: 3, strangersCodesPerHour: 60 },
      }),
      mailboxes: store.mailboxes,
      trunks: [{ name: 'trunk', trusted: true }],
      referenceTries: 3,
      ringSeconds: 30,
      language: 'en',
      fax: { station: access, maxSeconds: 600 },
    };
    this.#closing.push(
      () => account.flush(),
      () => transform[Symbol.asyncDispose](),
      () => this.media[Symbol.asyncDispose](),
      () => test[Symbol.asyncDispose](),
      () => rm(this.#directory, { recursive: true, force: true }),
    );
  }

  /** The mailbox of a number, as it is now; made if there is none. */
  async mailbox(number: string): Promise<Mailbox> {
    const { mailbox } = await this.test.store.mailboxes.findOrCreate({
      id: systemRandom.uuid() as MailboxId,
      number: number as E164,
      origin: 'provisioned',
      classOfService: 'standard',
      created: this.deps.clock.now(),
    });
    return mailbox;
  }

  /** Somebody has left a message; later ones were received a minute later. */
  async leave(to: string, left: Left = {}): Promise<Message> {
    const n = this.#left++;
    const { from = '+12025550123', kind = 'voice', ms = 4000, urgent = false, state = 'new' } = left;
    const taken = await this.deps.deposits.take({
      draft: {
        kind,
        origin: { network: 'sip', id: `left-${n}` },
        from: left.sender ?? (left.private === true ? { private: true } : { number: from, private: false }),
        ...(left.subject === undefined ? {} : { subject: left.subject }),
        to: to as E164,
        received: new Date(Date.UTC(2026, 0, 1, 9) + n * 60_000),
        urgent,
        confidential: false,
        cut: false,
      },
      contentType: kind === 'voice' ? 'audio/PCMU' : 'application/octet-stream',
      durationMs: kind === 'voice' ? ms : 0,
      classOfService: 'standard',
      bytes: babble(ms, n + 1),
      ...left.part,
    });
    if (taken.kind !== 'stored') throw new Error(`the message was not stored: ${taken.kind}`);
    const { retrieval } = this.deps;
    if (state === 'heard') await retrieval.heard(taken.message);
    if (state === 'saved') await retrieval.save(taken.message);
    if (state === 'deleted') await retrieval.remove(taken.message);
    return taken.message;
  }

  /** Very many messages at once, past the services; all new and voice. */
  async fill(to: string, count: number): Promise<Mailbox> {
    const mailbox = await this.mailbox(to);
    const first = await this.leave(to);
    const inserts = Array.from({ length: count - 1 }, (_, i) => ({
      ...first,
      id: systemRandom.uuid() as MessageId,
      reference: makeReference(String(500_000_000 + i)),
      envelope: {
        ...first.envelope,
        origin: { network: 'sip' as const, id: `fill-${to}-${i}` },
        from: { number: `+1202556${String(i).padStart(4, '0')}`, private: false },
        received: new Date(first.envelope.received.getTime() - (i + 1) * 1000),
      },
      pending: [],
    }));
    while (inserts.length > 0)
      await Promise.all(
        inserts
          .splice(0, 100)
          .map((one) =>
            this.test.store.messages.insert({ ...one, envelope: { ...one.envelope, id: one.id } }),
          ),
      );
    return (await this.test.store.mailboxes.recount(mailbox.id))?.mailbox ?? mailbox;
  }

  /** The subscriber calls and is let in; resolves when they have left. After the steps they hang up. */
  async call(number: string, ...steps: readonly Step[]): Promise<ScriptedCaller & { outcome: Outcome }> {
    const mailbox = await this.mailbox(number);
    const person = this.media.ring({ steps: [...steps, hangup()] });
    await person.call.answer();
    const outcome = await mailboxDialogue(person.call, mailbox, this.deps);
    await person.call.hangup();
    return Object.assign(person, { outcome });
  }

  async stateOf(message: Message): Promise<MessageState | undefined> {
    return (await this.now(message))?.state;
  }

  now({ id }: Message): Promise<Message | undefined> {
    return this.test.store.messages.get(id);
  }

  /** Events of a message, oldest first. */
  async events({ id }: Message): Promise<string[]> {
    await this.deps.account.flush();
    const rows = await this.test.store.cdrs.list({ limit: 10_000 });
    return rows
      .filter(({ uniqueid }) => uniqueid === id)
      .map(({ event }) => event)
      .toReversed();
  }

  /** Time passes. */
  pass(ms: number): void {
    this.#now += ms;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const step of this.#closing) await step();
  }
}

/** The store, whose requests fail at will as those of a store that is away. */
function mayBeAway(store: Store, isAway: () => boolean): Store {
  const guarded = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, key) {
        const value: unknown = Reflect.get(object, key, object);
        if (typeof value === 'object' && value !== null) return guarded(value);
        if (typeof value !== 'function') return value;
        return (...values: unknown[]): unknown =>
          isAway()
            ? Promise.reject(new Fault('store-unavailable', 'away', { temporary: true }))
            : Reflect.apply(value, object, values);
      },
    });
  return guarded(store);
}

/** What a script calls the sound of a message by. */
export function soundOf(message: Message): string {
  return message.envelope.parts[0]?.media ?? '';
}
