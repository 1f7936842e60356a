/** Dialogues with a caller in memory: the services behind them keep what they are given, or fail as told. */
import assert from 'node:assert/strict';
import { babble } from '../audio/babble.ts';
import { sampleClass } from '../services/sample-class.ts';
import { createNumberPlan } from '../../app/core/address/number-plan.ts';
import type { CallFacts } from '../../app/core/address/call-facts.ts';
import { noUsage } from '../../app/core/mailbox/usage.ts';
import type { E164, MailboxId, MediaId, MessageId } from '../../app/core/ids.ts';
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import type { Message, MessageState } from '../../app/core/message/message.ts';
import type { ClassOfService } from '../../app/core/profile/class-of-service.ts';
import { makeReference } from '../../app/core/reference/reference.ts';
import { answerCall } from '../../app/flows/answer.ts';
import { deliverDialogue } from '../../app/flows/deliver.ts';
import type { FlowDeps } from '../../app/flows/flow.ts';
import {
  openScriptedMedia,
  type DialAnswer,
  type Ring,
  type ScriptedCaller,
  type ScriptedMedia,
} from '../../app/media/scripted/open.ts';
import type { Step } from '../../app/media/scripted/steps.ts';
import type { Delivery, Store, MessageFilter } from '../../app/ports/store.ts';
import type { CallRow } from '../../app/services/account.ts';
import type { BringResult } from '../../app/services/archiving.ts';
import type { Deposit, DepositResult } from '../../app/services/deposit.ts';
import { createConversions } from '../../app/services/conversions.ts';
import { createGreetings } from '../../app/services/greetings.ts';
import { createSelfService } from '../../app/services/self-service.ts';
import type { Leave } from '../../app/services/deposit-limits.ts';
import { createSends } from '../../app/services/send.ts';
import { createProfiles } from '../../app/services/profile.ts';
import type { Asker, OpenResult } from '../../app/services/retrieve.ts';
import { createTolls } from '../../app/services/tolls.ts';
import { openTransform } from '../../app/transform/open.ts';
import { ffmpegCommand } from '../../scripts/stack/ffmpeg.ts';
import { shippedTexts } from '../speech/shipped.ts';
import { systemRandom } from '../../app/telemetry/system-random.ts';
import { silentLog } from '../ports/silent-log.ts';
import { MemoryAccess } from './memory-access.ts';

export const access = '+12025550199';
export const subscriber = '+12025550147' as E164;
export const caller = '+12025550123';

export interface WorldOptions {
  /** Fields of the class `standard`. */
  readonly standard?: Partial<ClassOfService>;
  readonly onDial?: (number: string) => DialAnswer;
}

export class FlowWorld {
  readonly media: ScriptedMedia;
  readonly deps: FlowDeps;
  /** Deposits that a service was asked to take in. */
  readonly taken: Deposit[] = [];
  /** Call detail records. */
  readonly rows: CallRow[] = [];
  readonly messages: Message[] = [];
  readonly opened: { readonly text: string; readonly asker: Asker }[] = [];
  /** What taking in a deposit comes to. */
  onTake: (deposit: Deposit) => Promise<Pick<DepositResult, 'kind'>> = async () => ({ kind: 'spooled' });
  /** Whether one more message may be left; what is given back is counted. */
  onLeave: () => Leave['kind'] = () => 'may';
  givenBack = 0;
  /** What the store knows of a number. */
  onFind: (number: E164) => Promise<Mailbox | undefined> = async () => undefined;
  onOpen: ((text: string) => OpenResult) | undefined;
  hasSound = true;
  /** What comes of fetching a message from the archive. */
  onBring: (message: Message) => Promise<BringResult> = async (message) => ({ kind: 'there', message });
  /** PINs and codes. */
  readonly access: MemoryAccess;
  /** Sounds in the store, e.g. of greetings. */
  readonly sounds = new Map<string, { contentType: string; bytes: Uint8Array }>();
  #now = Date.UTC(2026, 0, 2, 12);

  constructor(options: WorldOptions = {}) {
    const clock = { now: () => new Date(this.#now) };
    this.media = openScriptedMedia({
      clock,
      onDial: (to) => options.onDial?.(to.number) ?? { kind: 'no-answer' },
    });
    const deps: Omit<
      FlowDeps,
      'authentication' | 'tolls' | 'sends' | 'greetings' | 'selfService' | 'conversions'
    > = {
      texts: shippedTexts,
      media: this.media,
      transform: openTransform({ ffmpeg: ffmpegCommand() }, { log: silentLog }),
      clock,
      log: silentLog,
      plan: createNumberPlan({
        access: [access],
        country: 'US',
        ranges: [{ prefix: '+1202555', class: 'standard' }],
      }),
      trunks: [{ name: 'trunk', trusted: true }],
      access,
      referenceTries: 3,
      ringSeconds: 30,
      language: 'en',
      // What is sent to machines is tried on a real store.
      faxOut: { request: async () => ({ kind: 'refused', why: 'nothing' }), canSend: () => false },
      fax: { station: access, maxSeconds: 600 },
      profiles: createProfiles(() => ({ standard: sampleClass(options.standard) })),
      account: {
        event: () => undefined,
        begin: () => ({ end: () => undefined, drop: () => undefined }),
        dial: (_, make) => make(),
        textIn: () => undefined,
        takeLeft: async () => 0,
        message: () => undefined,
        flush: async () => undefined,
        call: (_, row) => this.rows.push(row),
      },
      mailboxes: { find: (number) => this.onFind(number) },
      allowance: {
        take: async () =>
          this.onLeave() === 'may'
            ? { kind: 'may', giveBack: async () => void (this.givenBack += 1) }
            : { kind: 'too-many', scope: 'caller', retrySeconds: 60 },
      },
      deposits: {
        take: async (deposit) => {
          this.taken.push(deposit);
          return (await this.onTake(deposit)) as DepositResult;
        },
        takeAll: async (all) => {
          this.taken.push(...all);
          return Promise.all(all.map(async (one) => (await this.onTake(one)) as DepositResult));
        },
        drain: async () => 0,
      },
      retrieval: {
        open: async (text, asker) => this.#open(text, asker),
        accessed: () => undefined,
        sound: async (message) =>
          this.hasSound && message.tier !== 'archived' ? [soundOf(message)] : undefined,
        bringBack: async (message) => this.onBring(message),
        heard: async (message) => this.#set(message, 'heard'),
        save: async (message) => this.#set(message, 'saved'),
        remove: async (message) => this.#set(message, 'deleted'),
        mailboxOf: async () => mailbox(),
        message: async (id) => this.messages.find((message) => message.id === id),
      },
      // As far as a message that is alone needs it: folders are tried on a real store.
      inbox: {
        mailbox: async () => mailbox(),
        next: async (_, { states }, after) => this.messages.find(isNext(states, after)),
        previous: async (_, { states }, before) => this.messages.findLast(isPrevious(states, before)),
        findSender: async () => undefined,
        restore: async (message, to) => this.#set(message, to),
        setUrgent: async (message) => this.messages.find(({ id }) => id === message.id),
      },
    };
    const store = {
      messages: {} as unknown as Store['messages'],
      // Only what a caller's visit reads: what subscribers change is tried on a real store.
      mailboxes: { find: (number: E164) => this.onFind(number) } as unknown as Store['mailboxes'],
      media: { get: async (id: string) => this.sounds.get(id) } as unknown as Store['media'],
    };
    const random = systemRandom;
    this.access = new MemoryAccess({ ...deps, texts: shippedTexts, random });
    this.deps = {
      ...deps,
      tolls: tollsOf(deps),
      authentication: this.access.authentication,
      greetings: createGreetings({ ...deps, store, random }),
      sends: createSends({ ...deps, store }),
      conversions: createConversions({ store, converters: [], log: silentLog }),
      selfService: createSelfService({ ...deps, store }),
    };
  }

  /** Time passes. */
  pass(ms: number): void {
    this.#now += ms;
  }

  /** A message of the subscriber; later ones were received later. */
  add(change: Partial<Message['envelope']> = {}): Message {
    const n = this.messages.length;
    const id = `message-${n}` as MessageId;
    const envelope: Message['envelope'] = {
      id,
      kind: 'voice',
      origin: { network: 'sip', id },
      from: { number: caller, private: false },
      to: subscriber,
      received: new Date(Date.UTC(2026, 0, 1) + n * 60_000),
      urgent: false,
      confidential: false,
      cut: false,
      parts: [
        {
          media: `sound-${n}` as MediaId,
          contentType: 'audio/PCMU',
          bytes: 32_000,
          durationMs: 4000,
          sha256: '',
        },
      ],
      ...change,
    };
    const message: Message = {
      id,
      mailbox: 'box' as MailboxId,
      reference: makeReference(String(100_000_000 + n)),
      referenceExpires: new Date(Date.UTC(2027, 0, 1)),
      envelope,
      urgent: envelope.urgent,
      state: 'new',
      tier: 'live',
      version: 1,
      expires: new Date(Date.UTC(2027, 0, 1)),
      pending: [],
    };
    this.messages.push(message);
    return message;
  }

  /** From now on it lies in the archive; its sound is in the store once it was fetched. */
  archive(message: Message): void {
    const at = this.messages.indexOf(message);
    this.messages[at] = { ...message, tier: 'archived' };
    for (const { media, contentType } of message.envelope.parts)
      this.sounds.set(media, { contentType, bytes: new Uint8Array(32_000) });
  }

  /** Somebody calls; resolves when the dialogue is over. */
  async call(
    to: string,
    steps: readonly Step[],
    ring: Omit<Ring, 'steps' | 'facts'> & { facts?: Partial<CallFacts> } = {},
  ): Promise<ScriptedCaller> {
    const facts = { requestUser: to, toUser: to, from: { number: caller }, ...ring.facts };
    const person = this.media.ring({ ...ring, facts, steps });
    await answerCall(person.call, this.deps);
    return person;
  }

  /** The subscriber is called about a message. */
  async deliver(message: MessageId, purpose: Delivery['purpose'], steps: readonly Step[]) {
    const person = this.media.ring({ steps, entry: { kind: 'outgoing' } });
    await person.call.answer();
    const now = this.deps.clock.now();
    const delivery: Delivery = {
      id: 'delivery' as Delivery['id'],
      message,
      purpose,
      to: subscriber,
      status: 'calling',
      tries: 1,
      due: now,
      created: now,
    };
    const end = await deliverDialogue(person.call, delivery, this.deps);
    return { person, end };
  }

  stateOf(message: Message): MessageState | undefined {
    return this.messages.find(({ id }) => id === message.id)?.state;
  }

  #open(text: string, asker: Asker): OpenResult {
    this.opened.push({ text, asker });
    if (this.onOpen !== undefined) return this.onOpen(text);
    const message = this.messages.find(({ reference }) => reference === text);
    return message === undefined ? { kind: 'wrong' } : { kind: 'open', message, mailbox: mailbox() };
  }

  #set({ id }: Message, state: MessageState): Message | undefined {
    const at = this.messages.findIndex((message) => message.id === id);
    const message = this.messages[at];
    if (message !== undefined && !(state === 'heard' && message.state !== 'new'))
      this.messages[at] = { ...message, state };
    return this.messages[at];
  }
}

/** The real rules, with a count in memory. */
function tollsOf(deps: Omit<Parameters<typeof createTolls>[0], 'store' | 'callable'>): FlowDeps['tolls'] {
  const used = new Map<string, number>();
  return createTolls({
    ...deps,
    callable: [],
    store: {
      usage: {
        takeRates: async () => ({ kind: 'taken' }),
        giveBackRates: async () => undefined,
        used: async (key) => used.get(key) ?? 0,
        giveBack: async (key) => void used.set(key, Math.max(0, (used.get(key) ?? 0) - 1)),
        take: async (key, limit) => {
          const n = (used.get(key) ?? 0) + 1;
          if (n > limit) return false;
          used.set(key, n);
          return true;
        },
      },
    },
  });
}

function isNext(states: MessageFilter['states'], after: Message | undefined) {
  return ({ state, envelope }: Message): boolean =>
    states?.includes(state) !== false && (after === undefined || envelope.received > after.envelope.received);
}

function isPrevious(states: MessageFilter['states'], before: Message) {
  return ({ state, envelope }: Message): boolean =>
    states?.includes(state) !== false && envelope.received < before.envelope.received;
}

export function mailbox(counts = { new: 0, old: 0, urgent: 0 }, usage: Mailbox['usage'] = noUsage): Mailbox {
  return {
    id: 'box' as MailboxId,
    number: subscriber,
    aliases: [],
    origin: 'dynamic',
    status: 'provisional',
    classOfService: 'standard',
    created: new Date(Date.UTC(2026, 0, 1)),
    counts,
    usage,
    byKind: {},
    settings: {},
    version: 0,
  };
}

function soundOf(message: Message) {
  const id = message.envelope.parts[0]?.media ?? '';
  return { id, contentType: 'audio/PCMU', bytes: babble(4000, 1) };
}

/** Whether these prompts were played in this order, others between them or not. */
export function assertHeard(heard: readonly string[], wanted: readonly string[]): void {
  let at = -1;
  for (const name of wanted) {
    at = heard.indexOf(name, at + 1);
    assert.ok(at >= 0, `${name} was not heard after the others: ${heard.join(', ')}`);
  }
}
