/** Puts services, flows and workers together over the open rooms, and answers calls until told to stop. */
import { watchClasses, type Config } from './config.ts';
import { createNumberPlan } from './core/address/number-plan.ts';
import type { E164, MailboxId } from './core/ids.ts';
import type { GatewayName } from './core/profile/class-of-service.ts';
import { answerCall } from './flows/answer.ts';
import { deliverDialogue } from './flows/deliver.ts';
import type { FlowDeps } from './flows/flow.ts';
import type { Clock, Random } from './ports/clock.ts';
import type { Converter } from './ports/convert.ts';
import type { TextGateway } from './ports/gateway.ts';
import type { Hasher } from './ports/hasher.ts';
import type { Log } from './ports/log.ts';
import type { MailIntake } from './ports/mail.ts';
import type { InboundText, MediaServer } from './ports/media.ts';
import type { Scheduler } from './ports/scheduler.ts';
import type { Spool } from './ports/spool.ts';
import type { Store } from './ports/store.ts';
import type { Texts } from './ports/texts.ts';
import type { SoundTransform } from './ports/transform.ts';
import { workText } from './inbox.ts';
import { createMailsIn, createMailsOut } from './mailing.ts';
import { createRunning, type Running } from './running.ts';
import { createAccount } from './services/account.ts';
import { createAuditor, type Auditor } from './services/audit.ts';
import { createAuthentication } from './services/authenticate.ts';
import { createClasses, type Classes } from './services/classes.ts';
import { createCommands, type Commands } from './services/command.ts';
import { createConversions } from './services/conversions.ts';
import { createCounting, type Counting } from './services/counting.ts';
import { createDeliveries, type Deliveries } from './services/deliver.ts';
import { createDeposits, type Deposits } from './services/deposit.ts';
import { createLamps, type Lamps } from './services/lamp.ts';
import { createInbox } from './services/inbox.ts';
import { createNotify } from './services/notify.ts';
import { createGreetings } from './services/greetings.ts';
import { createSelfService } from './services/self-service.ts';
import { createSends } from './services/send.ts';
import { createProfiles } from './services/profile.ts';
import { recoverStray } from './services/recover.ts';
import { createRetrieval } from './services/retrieve.ts';
import { createTextMessages } from './services/text-message.ts';
import { createTolls } from './services/tolls.ts';
import { createTranscripts, type Transcripts } from './services/transcripts.ts';

/** Longest wait for calls under way when the controller is told to end, in milliseconds. */
const drainMs = 5_000;
/** Most calls to subscribers at once. */
const maxDeliveries = 50;
/** Counters that were found wrong are counted once more after so long, in milliseconds. */
const recountMs = 5_000;
/** How often each worker looks for due work that nothing woke it for, in milliseconds. */
const every = { texts: 15_000, calls: 15_000, spool: 5_000, accounts: 10_000, lamps: 60_000, counts: 60_000 };

export interface Rooms {
  readonly config: Config;
  /** The configuration file, watched for changed classes of service. */
  readonly file: string | undefined;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly store: Store;
  readonly spool: Spool;
  readonly media: MediaServer;
  readonly transform: SoundTransform;
  /** What can be turned into what here. */
  readonly converters: readonly Converter[];
  readonly gateways: ReadonlyMap<GatewayName, TextGateway>;
  readonly scheduler: Scheduler;
  readonly texts: Texts;
  readonly hasher: Hasher;
}

export interface Controller {
  /** A text from a gateway other than the switch. */
  text(text: InboundText): Promise<void>;
  /** What mail that comes in is for; absent: none comes in. */
  readonly mail: MailIntake | undefined;
  /** Answers calls and texts and takes in strays until the signal, then lets the calls under way end. */
  run(signal: AbortSignal): Promise<void>;
}

export function createController(rooms: Rooms): Controller {
  const shared = shareable(rooms);
  const running = createRunning(rooms.log);
  const messaging = createMessaging(rooms, shared, running);
  const flow = createFlowDeps(rooms, shared, messaging);
  const { notify, deposits, retrieval, account, tolls } = messaging;
  const deliveries = createDeliveries({
    ...shared,
    media: rooms.media,
    dialogue: (call, delivery) => deliverDialogue(call, delivery, flow),
    rule: rooms.config.deliver,
    maxCalls: maxDeliveries,
    tolls: messaging.tolls,
    onDue: (at) => calls.wakeAt(at),
  });
  messaging.late.deliveries = deliveries;
  const senders = [rooms.config.twilio?.from, ...rooms.config.smpp.map((bind) => bind.from)];
  const smsNumbers = senders.filter((one) => one !== undefined);
  const commands = createCommands({
    ...shared,
    retrieval,
    deliveries,
    notify,
    account,
    tolls,
    trunks: rooms.config.trunks,
    smsNumbers,
    transcripts: messaging.transcripts,
    later: (work) => running.watch(work),
  });
  const takeText = createTakeText(rooms, shared, { deposits, commands, smsNumbers });
  const { scheduler } = rooms;
  const texts = scheduler.worker('texts', every.texts, async (signal) => {
    await notify.runDue(signal);
  });
  messaging.textsDue.worker = texts;
  const calls = scheduler.worker('calls', every.calls, async (signal) => {
    await deliveries.runDue(signal);
  });
  const drain = async (signal: AbortSignal): Promise<void> => {
    if (rooms.spool.size > 0) await deposits.drain(signal);
  };
  const spooled = scheduler.worker('spool', every.spool, drain, 'controller');
  const write = async (): Promise<void> => {
    await Promise.all([account.flush(), messaging.auditor.flush()]);
  };
  scheduler.worker('accounts', every.accounts, write, 'controller');
  scheduler.worker('lamps', every.lamps, (signal) => messaging.lamps.reconcile(signal), 'controller');
  let all = true;
  const counts = scheduler.worker(
    'counts',
    every.counts,
    async () => {
      const doubts = await messaging.counting.repair(all);
      all = false;
      if (doubts) counts.wakeAt(new Date(rooms.clock.now().getTime() + recountMs));
    },
    'controller',
  );
  // What an earlier controller left is looked at now, not at the next interval.
  for (const worker of [texts, calls, spooled, counts]) worker.wake();
  return {
    text: takeText,
    mail: createMailsIn(rooms.config, shared, { ...messaging, commands }),
    run: (signal) =>
      answerAll({ ...messaging, ...shared, rooms, flow, takeText, deliveries, running, signal }),
  };
}

/** A text to a number of ours is a command, one to a subscriber's a message. */
function createTakeText(
  rooms: Rooms,
  shared: Shared,
  to: { deposits: Deposits; commands: Commands; smsNumbers: readonly string[] },
): (text: InboundText) => Promise<void> {
  const messages = createTextMessages({
    ...shared,
    deposits: to.deposits,
    trunks: rooms.config.trunks,
    ownNumbers: to.smsNumbers,
  });
  return async (text) => {
    if (to.commands.concerns(text)) await to.commands.handle(text);
    else await messages.take(text);
  };
}

type Shared = ReturnType<typeof shareable>;

/** What most services need. */
function shareable({ config, file, log, clock, random, store, texts, converters }: Rooms) {
  const plan = createNumberPlan(config.numbers);
  const classes = createClasses({
    store,
    configured: watchClasses(file, config.classes, (error) =>
      log.error('the configuration is wrong; the classes from before hold', { error }),
    ),
    languages: texts.languages,
    plan,
    callable: config.numbers.callable,
    log,
  });
  const profiles = createProfiles(() => classes.current());
  // The configuration's own check has seen to the form and that there is one.
  const access = config.numbers.access[0] as E164;
  const conversions = createConversions({ store, converters, log });
  return { store, log, clock, random, texts, plan, classes, profiles, access, conversions };
}

function createMessaging(rooms: Rooms, shared: Shared, running: Running) {
  const { store, config, media, spool } = rooms;
  const { plan } = shared;
  const textsDue: { worker?: { wakeAt(at: Date): void } } = {};
  const late: { deliveries?: Deliveries } = {};
  const account = createAccount({ ...shared, cdrs: store.cdrs });
  const tolls = createTolls({ ...shared, account, callable: config.numbers.callable });
  const lamps = createLamps({
    ...shared,
    media,
    anyLamp: () => Object.values(shared.classes.current()).some((one) => one.lamp),
  });
  const transcripts = createTranscripts({ ...shared, onDue: (at) => textsDue.worker?.wakeAt(at) });
  const notify = createNotify({
    ...shared,
    transcripts,
    gateways: rooms.gateways,
    mails: createMailsOut(config, shared, shared.conversions),
    lamps,
    account,
    retry: config.notify,
    onDue: (at) => textsDue.worker?.wakeAt(at),
    requestCall: async (mailbox, urgent) => late.deliveries?.requestNew(mailbox, urgent),
    hasPin: (mailbox) => authentication.hasPin(mailbox),
  });
  const inbox = createInbox({ ...shared, lamps, account });
  const retrieval = createRetrieval({ ...shared, lamps, account, limits: config.references });
  // A lamp that cannot be set now is tried again by itself.
  const onCounted = (mailbox: MailboxId) => void lamps.publish(mailbox).catch(() => undefined);
  const counting = createCounting({ ...shared, onCounted });
  const deposits = createDeposits({
    ...shared,
    spool,
    counting,
    isServedNumber: (digits) => plan.leadsHere(digits),
    onRecounted: (mailbox) => counting.doubt(mailbox),
    onStored: (message, mailbox) => {
      account.message('deposit', message, rooms.clock.now());
      if (message.pending.length > 0) running.watch(notify.work(message, message.pending, mailbox));
    },
  });
  const sends = createSends({ ...shared, deposits });
  const auditor = createAuditor({ ...shared, audit: store.audit, keepDays: config.audit.days });
  const authentication = createAuthentication({
    ...shared,
    hasher: rooms.hasher,
    auditor,
    notify,
    rule: config.pins,
  });
  return {
    textsDue,
    late,
    auditor,
    authentication,
    lamps,
    account,
    tolls,
    notify,
    retrieval,
    inbox,
    deposits,
    sends,
    counting,
    transcripts,
  };
}

function createFlowDeps(
  rooms: Rooms,
  shared: Shared,
  messaging: ReturnType<typeof createMessaging>,
): FlowDeps {
  const { config, media, store } = rooms;
  return {
    ...shared,
    ...messaging,
    greetings: createGreetings(shared),
    selfService: createSelfService(shared),
    mailboxes: store.mailboxes,
    media,
    transform: rooms.transform,
    trunks: config.trunks,
    referenceTries: config.references.perCall,
    ringSeconds: config.deliver.ringSeconds,
    language: config.prompts.language,
  };
}

interface Answering {
  readonly rooms: Rooms;
  readonly classes: Classes;
  readonly flow: FlowDeps;
  readonly lamps: Lamps;
  readonly auditor: Auditor;
  readonly counting: Counting;
  readonly transcripts: Transcripts;
  readonly takeText: (text: InboundText) => Promise<void>;
  readonly deliveries: Deliveries;
  readonly running: Running;
  readonly signal: AbortSignal;
}

async function answerAll(answering: Answering): Promise<void> {
  const { rooms, flow, lamps, takeText, deliveries, running, signal } = answering;
  const { media, log } = rooms;
  const answer = async (): Promise<void> => {
    for await (const call of media.calls(signal)) running.watch(answerCall(call, flow));
  };
  const obey = async (): Promise<void> => {
    for await (const text of media.texts(signal)) running.watch(workText(text, takeText, signal, log));
  };
  const foreign = new Map<string, Date>();
  const recover = async (): Promise<void> => {
    for await (const stray of media.strays(signal)) {
      await recoverStray(stray, { ...flow, foreign }).catch((error: unknown) =>
        log.warn('a recording waits', { error }),
      );
    }
  };
  // Calls and texts also end when another controller has taken the switch over: then the rest ends with them.
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const following = Promise.all([lamps.follow(until), answering.classes.follow(until)]);
  await Promise.all([answer(), obey(), recover()]);
  over.abort();
  await following;
  await Promise.all([
    running.settled(drainMs),
    deliveries.stop(drainMs),
    // As long as its own deadline in the store, after that a lease ends by itself.
    answering.transcripts.stop(),
  ]);
  const last = [flow.account.flush(), answering.auditor.flush(), answering.counting.stop()].map((written) =>
    written.catch((error: unknown) => log.warn('records not written at the end', { error })),
  );
  await Promise.all(last);
}
