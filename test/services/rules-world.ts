/** What is told to subscribers, on a real store: deposits, texts, reminders and calls out, at any time of day. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNumberPlan, type NumberPlan } from '../../app/core/address/number-plan.ts';
import type { E164, MailboxId } from '../../app/core/ids.ts';
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import type { Message } from '../../app/core/message/message.ts';
import type { ClassOfService } from '../../app/core/profile/class-of-service.ts';
import type { Clock } from '../../app/ports/clock.ts';
import type { OutgoingText } from '../../app/ports/gateway.ts';
import type { Call, DialResult } from '../../app/ports/media.ts';
import type { Delivery, Store } from '../../app/ports/store.ts';
import { createAccount, type Account } from '../../app/services/account.ts';
import { createCommands, type Commands } from '../../app/services/command.ts';
import { createDeliveries, type Deliveries } from '../../app/services/deliver.ts';
import { createDeposits, type Deposits } from '../../app/services/deposit.ts';
import { createLinks, type Links } from '../../app/services/links.ts';
import { createNotify, type Notify } from '../../app/services/notify.ts';
import { usualDepositLimits } from '../../app/core/mailbox/deposit-limits.ts';
import { createProfiles, type Profiles } from '../../app/services/profile.ts';
import { createRetrieval } from '../../app/services/retrieve.ts';
import { createConversions } from '../../app/services/conversions.ts';
import { createSearch } from '../../app/services/search.ts';
import { createTolls, type Tolls } from '../../app/services/tolls.ts';
import { createTranscripts, type Transcripts } from '../../app/services/transcripts.ts';
import type { Converter } from '../../app/ports/convert.ts';
import { openSpool } from '../../app/storage/spool/open.ts';
import { systemRandom } from '../../app/telemetry/system-random.ts';
import { babble } from '../audio/babble.ts';
import { silentLog } from '../ports/silent-log.ts';
import { shippedTexts } from '../speech/shipped.ts';
import { openTokens } from '../../app/secrets/open-tokens.ts';
import { openTestStore, type TestStore } from '../storage/local-store.ts';

export const access = '+12025550199' as E164;
export const bob = '+12025550147' as E164;

const standard: Omit<ClassOfService, 'name'> = {
  language: 'en',
  timeZone: 'UTC',
  maxMessageSeconds: 60,
  maxSilenceSeconds: 5,
  minSpeechMs: 300,
  retentionDays: 30,
  referenceDays: 7,
  maxMessages: 1000,
  review: true,
  notify: [{ gateway: 'sip', to: 'subscriber' }],
  welcome: false,
  lamp: false,
  trashDays: 7,
  pin: 'untrusted',
  toll: { rules: [{ allow: true, destination: 'internal' }], dailyCalls: 50 },
  deliverByCall: false,
  deposits: { ...usualDepositLimits, enabled: false },
};

export interface RulesOptions {
  readonly standard?: Partial<ClassOfService>;
  readonly callable?: readonly string[];
  /** What answers when we call; default: nobody. */
  readonly onDial?: (to: string) => DialResult;
  /** Numbers that our texts come from besides the access number. */
  readonly smsNumbers?: readonly string[];
  /** Address of the page that links lead to; default: there are none. */
  readonly publicUrl?: string;
  /** Default: nothing can be turned into anything else. */
  readonly converters?: readonly Converter[];
  /** Whether calls can be made; default: always. */
  readonly isSwitchThere?: () => boolean;
  /** What comes of an answered call. */
  readonly onDialogue?: (call: Call, delivery: Delivery) => Promise<'taken' | 'not-taken'>;
}

export class RulesWorld implements AsyncDisposable {
  readonly texts: OutgoingText[] = [];
  readonly dialled: string[] = [];
  /** When the worker of texts is to look for due work. */
  readonly alarms: Date[] = [];
  /** As the test sets it. */
  readonly clock: Clock;
  readonly plan: NumberPlan;
  readonly profiles: Profiles;
  readonly account: Account;
  readonly tolls: Tolls;
  readonly notify: Notify;
  readonly links: Links;
  readonly transcripts: Transcripts;
  readonly deposits: Deposits;
  readonly deliveries: Deliveries;
  readonly #commands: Commands;
  /** Mailboxes that have a PIN. */
  readonly pins = new Set<MailboxId>();
  /** Rejects what a gateway is given. */
  onText: (text: OutgoingText) => void = () => undefined;
  /** Called before a step of a message is ended. */
  onFinish: () => void = () => undefined;
  readonly test: TestStore;
  readonly #directory: string;
  #now = Date.UTC(2026, 0, 5, 12);
  #n = 0;
  #working: Promise<void>[] = [];
  #writing: Promise<void>[] = [];

  constructor(
    test: TestStore,
    spool: Awaited<ReturnType<typeof openSpool>>,
    directory: string,
    options: RulesOptions,
  ) {
    this.test = test;
    this.#directory = directory;
    const clock = { now: () => new Date(this.#now) };
    this.clock = clock;
    const profiles = createProfiles(() => ({ standard: { ...standard, ...options.standard } }));
    const plan = createNumberPlan({
      access: [access],
      country: 'US',
      ranges: [{ prefix: '+1202555', class: 'standard' }],
    });
    [this.plan, this.profiles] = [plan, profiles];
    const store = this.#store();
    const shared = {
      store,
      clock,
      profiles,
      plan,
      random: systemRandom,
      log: silentLog,
      texts: shippedTexts,
      access,
    };
    this.account = createAccount({ ...shared, cdrs: store.cdrs });
    this.tolls = createTolls({ ...shared, account: this.account, callable: options.callable ?? [] });
    const conversions = createConversions({ ...shared, converters: options.converters ?? [] });
    this.transcripts = createTranscripts({
      ...shared,
      conversions,
      onDue: (due) => this.alarms.push(due),
    });
    this.links = createLinks({ ...shared, tokens: openTokens(), publicUrl: options.publicUrl });
    this.notify = createNotify({
      ...shared,
      links: this.links,
      transcripts: {
        work: (...given) => {
          const work = this.transcripts.work(...given);
          this.#writing.push(work);
          return work;
        },
      },
      account: this.account,
      gateways: new Map([['sip', { name: 'sip', send: async (text) => this.#send(text) }]]),
      lamps: { publish: async () => undefined },
      retry: { maxTries: 5, firstRetryMs: 1000, maxRetryMs: 1000 },
      onDue: (due) => this.alarms.push(due),
      requestCall: (mailbox, urgent) => this.deliveries.requestNew(mailbox, urgent),
      hasPin: async (mailbox) => this.pins.has(mailbox),
    });
    this.deposits = createDeposits({
      ...shared,
      spool,
      isServedNumber: () => false,
      onRecounted: () => undefined,
      onStored: (message, mailbox) => this.#working.push(this.notify.work(message, message.pending, mailbox)),
    });
    this.deliveries = createDeliveries({
      ...shared,
      media: {
        get healthy() {
          return options.isSwitchThere?.() ?? true;
        },
        dial: async ({ number }) => {
          this.dialled.push(number);
          return options.onDial?.(number) ?? { kind: 'no-answer' };
        },
      },
      tolls: this.tolls,
      account: this.account,
      dialogue: options.onDialogue ?? (async () => 'taken'),
      rule: { ringSeconds: 20, maxTries: 3, retryMs: 60_000 },
      maxCalls: 10,
      onDue: () => undefined,
    });
    const lamps = { publish: async () => undefined };
    const limits = { maxWrong: 5, windowMinutes: 15 };
    this.#commands = createCommands({
      ...shared,
      account: this.account,
      tolls: this.tolls,
      notify: this.notify,
      deliveries: this.deliveries,
      retrieval: createRetrieval({ ...shared, lamps, account: this.account, limits }),
      trunks: [{ name: 'trunk', trusted: true }],
      smsNumbers: options.smsNumbers ?? [],
      transcripts: this.transcripts,
      search: createSearch(shared),
      later: (work) => this.#working.push(work.then(() => undefined)),
    });
  }

  /** Sets the clock. */
  at(time: string): void {
    this.#now = Date.parse(time);
  }

  /** A caller leaves a message, and whatever is due at once is worked. */
  async leave(
    to: E164 = bob,
    change: { urgent?: boolean; from?: string; bytes?: Uint8Array } = {},
  ): Promise<Message> {
    this.#n += 1;
    const result = await this.deposits.take({
      draft: {
        kind: 'voice',
        origin: { network: 'sip', id: `call-${this.#n}` },
        from: { number: change.from ?? '+12025550123', private: false },
        to,
        received: new Date(this.#now),
        urgent: change.urgent ?? false,
        confidential: false,
        cut: false,
      },
      contentType: 'audio/PCMU',
      durationMs: 4000,
      classOfService: 'standard',
      bytes: change.bytes ?? babble(100, this.#n),
    });
    if (result.kind !== 'stored') throw new Error(result.kind);
    await this.idle();
    return result.message;
  }

  /** Somebody texts the access number, over the trusted trunk unless it says another. */
  async answer(
    from: E164,
    body: string,
    came: { readonly id?: string; readonly received?: Date; readonly trunk?: string } = {},
  ): Promise<void> {
    this.#n += 1;
    const text = { id: `text-${this.#n}`, network: 'sip', trunk: 'trunk', from, to: access, body } as const;
    await this.#commands.handle({ ...text, truncated: false, ...came });
  }

  /** Works what is due at this time. */
  async work(time?: string): Promise<void> {
    if (time !== undefined) this.at(time);
    await this.notify.runDue(AbortSignal.timeout(20_000));
  }

  /** Makes the calls that are due at this time, and waits for their end. */
  async call(time?: string): Promise<void> {
    if (time !== undefined) this.at(time);
    await this.deliveries.runDue(AbortSignal.timeout(20_000));
    const calls = this.test.client.db(this.test.database).collection('deliveries');
    for (const deadline = Date.now() + 10_000; (await calls.countDocuments({ status: 'calling' })) > 0;)
      if (Date.now() > deadline) throw new Error('a call is still under way');
  }

  /** The texts since the last look, as `recipient: body`. */
  told(): string[] {
    return this.texts.splice(0).map(({ to, body }) => `${to}: ${body}`);
  }

  async mailbox(number: E164 = bob): Promise<Mailbox> {
    const found = await this.test.store.mailboxes.find(number);
    if (found === undefined) throw new Error('no mailbox');
    return found;
  }

  async hear(message: Message): Promise<void> {
    await this.test.store.messages.setState(message.id, 'heard', new Date(this.#now), ['new']);
    await this.test.store.mailboxes.count(message.mailbox, { kind: 'voice', new: -1, old: 1 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.idle();
    await this.written();
    await this.account.flush();
    await this.test[Symbol.asyncDispose]();
    await rm(this.#directory, { recursive: true, force: true });
  }

  #send(text: OutgoingText): { readonly providerId?: string } {
    this.onText(text);
    this.texts.push(text);
    return {};
  }

  /** Waits for what goes on by itself. */
  async idle(): Promise<void> {
    await Promise.all(this.#working.splice(0));
  }

  /** Waits until all messages are written down that are to be now. */
  async written(): Promise<void> {
    await Promise.all(this.#writing.splice(0));
  }

  /** The real one; a test may break what ends a step. */
  #store(): Store {
    const { messages } = this.test.store;
    const breakable = new Proxy(messages, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== 'function') return value;
        if (key !== 'finishPending') return value.bind(target) as unknown;
        return async (...given: Parameters<typeof messages.finishPending>) => {
          this.onFinish();
          await messages.finishPending(...given);
        };
      },
    });
    return { ...this.test.store, messages: breakable };
  }
}

/** Opens a fresh database. */
export async function openRulesWorld(options: RulesOptions = {}): Promise<RulesWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'answerback-rules-'));
  const spool = await openSpool({ directory }, { log: silentLog });
  return new RulesWorld(await openTestStore(), spool, directory, options);
}
