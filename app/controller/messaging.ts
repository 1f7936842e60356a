import type { MailboxId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Message } from '../core/message/message.ts';
import { withLamps } from './lamps.ts';
import { createMailsOut } from './mailing.ts';
import { apart, meteredAccount, meteredDeposits, meteredRetrieval, watchGauges } from './metering.ts';
import { type Running } from './running.ts';
import { createAccount, type Account } from '../services/account.ts';
import { createAdoption } from '../services/adopt.ts';
import { createAuditor } from '../services/audit.ts';
import { createAuthentication } from '../services/authenticate.ts';
import { createCounting, type Counting } from '../services/counting.ts';
import { type Deliveries } from '../services/deliver.ts';
import { createDepositAllowance } from '../services/deposit-limits.ts';
import { createDeposits, type Deposits } from '../services/deposit.ts';
import { createLamps } from '../services/lamp.ts';
import { createInbox } from '../services/inbox.ts';
import { createLinks } from '../services/links.ts';
import { noteGrown } from '../services/memory.ts';
import { createNotify } from '../services/notify.ts';
import { createSends } from '../services/send.ts';
import { createRetrieval } from '../services/retrieve.ts';
import { createTolls } from '../services/tolls.ts';
import { createTranscripts } from '../services/transcripts.ts';
import type { Rooms } from './rooms.ts';
import type { Shared } from './shared.ts';

export type Messaging = ReturnType<typeof createMessaging>;

/** Messages on their way: taken in, counted, told of, opened. */
export function createMessaging(rooms: Rooms, shared: Shared, running: Running) {
  const { store, config, media } = rooms;
  const textsDue: { worker?: { wakeAt(at: Date): void } } = {};
  const late: { deliveries?: Deliveries } = {};
  const account = createBooks(rooms, shared);
  shared.onBrought((message) => account.message('restore', message, rooms.clock.now(), 'archive'));
  const tolls = createTolls({ ...shared, account, callable: config.numbers.callable });
  const lamps = createLamps({
    ...shared,
    media: withLamps(media, rooms.lamps),
    anyLamp: () => Object.values(shared.classes.current()).some((one) => one.lamp),
  });
  const transcripts = createTranscripts({ ...shared, onDue: (at) => textsDue.worker?.wakeAt(at) });
  const adoption = createAdoption(shared);
  const { tokens } = rooms;
  const links = createLinks({ ...shared, tokens, publicUrl: linksUrl(config.web) });
  const notify = createNotify({
    ...shared,
    links,
    transcripts,
    adopt: (message) => adoption.adopt(message),
    gateways: rooms.gateways,
    mails: createMailsOut(config, shared, shared.conversions, links),
    lamps,
    account,
    retry: config.notify,
    onDue: (at) => textsDue.worker?.wakeAt(at),
    requestCall: async (mailbox, urgent) => late.deliveries?.requestNew(mailbox, urgent),
    hasPin: (mailbox) => authentication.hasPin(mailbox),
  });
  const inbox = createInbox({ ...shared, lamps, account });
  const retrieval = meteredRetrieval(
    createRetrieval({ ...shared, lamps, account, limits: config.references }),
    rooms,
  );
  // A lamp that cannot be set now is tried again by itself.
  const onCounted = (mailbox: MailboxId) => void lamps.publish(mailbox).catch(() => undefined);
  const counting = createCounting({
    ...shared,
    onCounted,
    onMissing: (mailbox) => running.watch(adoption.adoptAll(mailbox)),
  });
  const deposits = createIntake(rooms, shared, {
    counting,
    account,
    later: (message, mailbox) => running.watch(notify.work(message, message.pending, mailbox)),
  });
  const allowance = createDepositAllowance({
    ...shared,
    onRefused: (labels) => rooms.metrics.count('answerback_deposits_limited_total', labels),
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
  watchGauges({ ...rooms, conversions: shared.conversions });
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
    allowance,
    sends,
    counting,
    transcripts,
    links,
  };
}

/** Where links in notices lead, if there are any. */
function linksUrl({ publicUrl, links }: Rooms['config']['web']): string | undefined {
  return links ? publicUrl : undefined;
}

/** Records of calls and of what happens to messages. */
function createBooks(rooms: Rooms, shared: Shared): Account {
  const { store, config, journal } = rooms;
  const account = createAccount({ ...shared, cdrs: store.cdrs, journal, rates: config.billing.rates });
  return meteredAccount(account, rooms);
}

interface IntakeParts {
  readonly counting: Counting;
  readonly account: Account;
  /** Does what a message that was just stored is to bring about. */
  readonly later: (message: Message, mailbox: Mailbox | undefined) => void;
}

function createIntake(rooms: Rooms, shared: Shared, { counting, account, later }: IntakeParts): Deposits {
  const deposits = createDeposits({
    ...shared,
    spool: rooms.spool,
    counting: { ...counting, raise: apart((mailbox, change) => counting.raise(mailbox, change)) },
    isServedNumber: (digits) => shared.plan.leadsHere(digits),
    onRecounted: (mailbox) => counting.doubt(mailbox),
    onStored: (message, mailbox, known) => {
      noteGrown(shared, known, message);
      account.message('deposit', message, rooms.clock.now());
      if (message.pending.length > 0) later(message, mailbox);
    },
  });
  return meteredDeposits(deposits, rooms);
}
