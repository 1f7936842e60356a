/** Puts services, flows and workers together over the open rooms, and answers calls until told to stop. */
import { deliverDialogue } from '../flows/deliver.ts';
import type { FlowDeps } from '../flows/flow.ts';
import { Fault } from '../core/errors.ts';
import type { MailIntake } from '../ports/mail.ts';
import type { InboundText, Registration } from '../ports/media.ts';
import type { Worker } from '../ports/scheduler.ts';
import type { Store } from '../ports/store.ts';
import { createAdmission, type Admission } from './admitting.ts';
import { createFaxing, receivingRule } from './faxing.ts';
import { createReplicating } from './replicating.ts';
import { startManaging } from './managing.ts';
import { createMailsIn } from './mailing.ts';
import type { ArrivingPart } from '../ports/arrivals.ts';
import type { Account } from '../services/account.ts';
import { createArrivals, type Arrivals } from '../services/arrivals.ts';
import { createHappening, withEvents, type Happening } from './happening.ts';
import { createRunning, type Running } from './running.ts';
import { createBilling } from '../services/billing.ts';
import { createCrowded } from '../services/crowded.ts';
import { createCallsInProgress, type CallsInProgress } from '../services/calls-in-progress.ts';
import { createCommands, type Commands } from '../services/command.ts';
import { createHookTally } from '../services/watch-hooks.ts';
import { createDeliveries, type Deliveries } from '../services/deliver.ts';
import { type DepositAllowance } from '../services/deposit-limits.ts';
import { type Deposits } from '../services/deposit.ts';
import { type Notify } from '../services/notify.ts';
import type { FaxOut } from '../services/fax-out.ts';
import { createGreetings } from '../services/greetings.ts';
import { createSearch } from '../services/search.ts';
import { createSelfService } from '../services/self-service.ts';
import { createTextMessages, type TextResult } from '../services/text-message.ts';
import { answerAll } from './answering.ts';
import { createMessaging, type Messaging } from './messaging.ts';
import type { Rooms } from './rooms.ts';
import { createOperating, type Operating } from './operating.ts';
import { createServing, type Serving } from './serving.ts';
import { shareable, type Shared } from './shared.ts';

/** Most calls to subscribers at once. */
const maxDeliveries = 50;
/** Counters that were found wrong are counted once more after so long, in milliseconds. */
const recountMs = 5_000;
/** How often each worker looks for due work that nothing woke it for, in milliseconds. */
const every = {
  texts: 15_000,
  calls: 15_000,
  arrivals: 15_000,
  faxes: 15_000,
  spool: 5_000,
  accounts: 10_000,
  billing: 10_000,
  lamps: 60_000,
  counts: 60_000,
  archive: 60_000,
};
/** Messages that a crash left between store and archive, put in order at once. */
const repairedAtOnce = 50;

export interface Controller {
  /** A text from a gateway other than the switch. */
  text(text: InboundText): Promise<void>;
  /** What mail that comes in is for; absent: none comes in. */
  readonly mail: MailIntake | undefined;
  /** Somebody's phone is registered at the switch, or at a network that tells of it. */
  readonly registered: (registration: Registration) => void;
  /** A part of a longer text from such a gateway. */
  part(part: ArrivingPart): Promise<void>;
  /** Who comes in over the web. */
  readonly admission: Admission;
  /** Sends faxes. */
  readonly faxOut: FaxOut;
  /** What the web's routes ask for. */
  readonly serving: Serving;
  /** What operators do over the web. */
  readonly operating: Operating;
  /** What happens, for those who follow along. */
  readonly happening: Happening;
  /** The store, as whatever is changed through it is told of. */
  readonly store: Store;
  /** Answers calls and texts and takes in strays until the signal, then lets the calls under way end. */
  run(signal: AbortSignal): Promise<void>;
}

export function createController(given: Rooms): Controller {
  const hooks = createHookTally(given.clock);
  const { rooms, events } = withEvents({ ...given, gateways: hooks.over(given.gateways) });
  const shared = shareable(rooms);
  const running = createRunning(rooms.log);
  const messaging = createMessaging(rooms, shared, running);
  const faxing = startFaxing(rooms, shared, messaging);
  const sweep = startManaging(rooms, shared, messaging);
  const inProgress = createCallsInProgress();
  const replicating = createReplicating(rooms, shared, messaging, running, events);
  const own = { ...messaging, ...faxing, calls: inProgress };
  const flow = { ...createFlowDeps(rooms, shared, own), ...replicating.flow };
  const { notify, deposits, retrieval, account, tolls } = messaging;
  const deliveries = createDeliveries({
    ...shared,
    media: rooms.media,
    dialogue: (call, delivery) => {
      const left = inProgress.enter(call);
      return rooms.stages.within(call, () => deliverDialogue(call, delivery, flow)).finally(left);
    },
    rule: rooms.config.deliver,
    maxCalls: maxDeliveries,
    tolls: messaging.tolls,
    account,
    onDue: (at) => calls.wakeAt(at),
  });
  messaging.late.deliveries = deliveries;
  const smsNumbers = smsNumbersOf(rooms);
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
    search: createSearch(shared),
    later: (work) => running.watch(work),
  });
  const { takeText, arrivals } = createTakeText(rooms, shared, {
    deposits,
    allowance: messaging.allowance,
    commands,
    smsNumbers,
    notify,
    running,
    account,
  });
  const calls = startWorkers(rooms, shared, messaging, deliveries);
  const admission = createAdmission(rooms, shared, messaging, running);
  const told = { events, calls: inProgress, standing: admission.standing, running };
  const happening = createHappening(rooms, shared, messaging, told);
  const { nodes, roaming, registered } = replicating;
  const operated = { admission, sweep, calls: happening.calls, nodes, roaming, hooks };
  const answering = { ...messaging, ...shared, ...faxing, calls: inProgress, replicating };
  return {
    text: takeText,
    admission,
    operating: createOperating(rooms, shared, messaging, operated),
    mail: createMailsIn(rooms.config, shared, { ...messaging, commands }, faxing.faxMail),
    registered,
    part: (part) => arrivals.part(part),
    faxOut: faxing.faxOut,
    serving: createServing(rooms, shared, messaging, deliveries),
    happening,
    store: rooms.store,
    async run(signal) {
      await answerAll({ ...answering, rooms, flow, takeText, deliveries, running, signal });
      await happening.calls.stop();
      await events.stop();
    },
  };
}

/** What is looked for at intervals. @returns the worker of calls that are due */
function startWorkers(
  rooms: Rooms,
  shared: Shared,
  messaging: Messaging,
  deliveries: Pick<Deliveries, 'runDue'>,
): Worker {
  const { scheduler } = rooms;
  const texts = startTexts(rooms, messaging);
  const calls = scheduler.worker('calls', every.calls, async (signal) => {
    await deliveries.runDue(signal);
  });
  const spooled = startDraining(rooms, messaging);
  keepBooks(rooms, shared, messaging);
  scheduler.worker('lamps', every.lamps, (signal) => messaging.lamps.reconcile(signal), 'controller');
  const counts = startCounting(rooms, messaging);
  startArchive(rooms, shared);
  // What an earlier controller left is looked at now, not at the next interval.
  for (const worker of [texts, calls, spooled, counts]) worker.wake();
  return calls;
}

/** Numbers that our texts come from. */
function smsNumbersOf({ config }: Rooms): string[] {
  const senders = [config.twilio?.from, ...config.smpp.map((bind) => bind.from)];
  return senders.filter((one) => one !== undefined);
}

function startTexts({ scheduler }: Rooms, { notify, textsDue }: Messaging): Worker {
  const texts = scheduler.worker('texts', every.texts, async (signal) => {
    await notify.runDue(signal);
  });
  textsDue.worker = texts;
  return texts;
}

/** What this controller's disk keeps goes into the store. */
function startDraining({ scheduler, spool }: Rooms, { deposits }: Messaging): Worker {
  const drain = async (signal: AbortSignal): Promise<void> => {
    if (spool.size > 0) await deposits.drain(signal);
  };
  return scheduler.worker('spool', every.spool, drain, 'controller');
}

/** Writes down what was done, and sums it up. */
function keepBooks({ scheduler, config }: Rooms, shared: Shared, { account, auditor }: Messaging): void {
  const write = async (): Promise<void> => {
    await Promise.all([account.flush(), auditor.flush()]);
    await account.takeLeft();
  };
  scheduler.worker('accounts', every.accounts, write, 'controller').wake();
  const books = createBilling({ ...shared, ...config.billing });
  scheduler.worker('billing', every.billing, async (signal) => {
    await books.post(signal);
  });
}

/** Counters of mailboxes are put right: all of what a crash left at first, then in turn. */
function startCounting({ scheduler, clock }: Rooms, { counting }: Messaging): Worker {
  let all = true;
  const counts = scheduler.worker(
    'counts',
    every.counts,
    async () => {
      const doubts = await counting.repair(all);
      all = false;
      if (doubts) counts.wakeAt(new Date(clock.now().getTime() + recountMs));
    },
    'controller',
  );
  return counts;
}

/** What a crash left between store and archive is put in order. */
function startArchive({ archive, scheduler }: Rooms, { archiving }: Shared): void {
  if (archive === undefined) return;
  scheduler.worker('archive', every.archive, async () => {
    await archiving.repair(repairedAtOnce);
  });
}

function startFaxing(rooms: Rooms, shared: Shared, messaging: Messaging) {
  const { gateways, scheduler, config } = rooms;
  const faxing = createFaxing(
    rooms,
    { ...shared, ...messaging, gateways, retry: config.notify },
    messaging.tolls,
    { faxes: (at) => worker.wakeAt(at), texts: (at) => messaging.textsDue.worker?.wakeAt(at) },
  );
  const worker = scheduler.worker('faxes', every.faxes, async (signal) => {
    await faxing.faxOut.runDue(signal);
  });
  worker.wake();
  return faxing;
}

/** A text to a number of ours is a command, one to a subscriber's a message, once all of it is there. */
function createTakeText(
  rooms: Rooms,
  shared: Shared,
  to: {
    deposits: Deposits;
    allowance: DepositAllowance;
    commands: Commands;
    smsNumbers: readonly string[];
    notify: Notify;
    running: Running;
    account: Account;
  },
): { takeText: (text: InboundText) => Promise<void>; arrivals: Arrivals } {
  const came = ({ network }: InboundText): void =>
    rooms.metrics.count('answerback_texts_received_total', { network });
  const messages = createTextMessages({
    ...shared,
    deposits: to.deposits,
    allowance: to.allowance,
    trunks: rooms.config.trunks,
    ownNumbers: to.smsNumbers,
    notify: to.notify,
    account: to.account,
  });
  const arrivals = createArrivals({
    ...shared,
    fetcher: rooms.fetcher,
    onText: async (text, media) => {
      // Of parts it is a text only now; one with media was counted when it came.
      if (text.media === undefined) came(text);
      if (to.commands.concerns(text)) await to.commands.handle(text);
      else await messages.take(text, media);
    },
    onDue: (at) => due.wakeAt(at),
    watch: (work) => to.running.watch(work),
  });
  const due = rooms.scheduler.worker('arrivals', every.arrivals, (signal) => arrivals.runDue(signal));
  due.wake();
  const take = async (text: InboundText): Promise<void> => {
    if (to.commands.concerns(text)) await to.commands.handle(text);
    else if (text.media === undefined || text.media.length === 0) answered(await messages.take(text));
    else if (!(await messages.refuses(text))) await arrivals.media(text);
  };
  // What the lines about a text say besides: its network's own id.
  const takeText = (text: InboundText): Promise<void> => {
    came(text);
    return shared.log.within({ inbound: text.id }, () => take(text));
  };
  return { takeText, arrivals };
}

/** A network that waits for its answer hears that a text was one too many. */
function answered(result: TextResult): void {
  if (result === 'too-many') throw new Fault('too-many', 'too many texts in a time', { temporary: false });
}

function createFlowDeps(
  rooms: Rooms,
  shared: Shared,
  messaging: Messaging & Pick<FlowDeps, 'faxOut'> & { readonly calls: CallsInProgress },
): FlowDeps {
  const { config, media, store } = rooms;
  return {
    ...shared,
    ...messaging,
    isCrowded: createCrowded({ calls: messaging.calls, atOnce: config.calls.atOnce, log: rooms.log }),
    greetings: createGreetings(shared),
    selfService: createSelfService(shared),
    mailboxes: store.mailboxes,
    media,
    transform: rooms.transform,
    trunks: config.trunks,
    referenceTries: config.references.perCall,
    ringSeconds: config.deliver.ringSeconds,
    language: config.prompts.language,
    fax: receivingRule(config, shared.access),
  };
}
