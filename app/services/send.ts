/** Sends what a subscriber recorded to mailboxes here. Each recipient's copy is a deposit of its own. */
import type { NumberPlan } from '../core/address/number-plan.ts';
import type { E164, MessageId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Message, Origin } from '../core/message/message.ts';
import type { MessageKind } from '../core/profile/class-of-service.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { DepositPart } from '../ports/spool.ts';
import type { Store } from '../ports/store.ts';
import type { Deposit, Deposits } from './deposit.ts';
import { inTime } from './in-time.ts';
import { judgeComing, sizeOfParts } from './mailbox-room.ts';
import { readPart, type PartReader } from './read-part.ts';
import type { Profiles } from './profile.ts';

/** Mailboxes looked up at once. */
const lanes = 8;
/** How long a look at a recipient's mailbox may take, in milliseconds; what is not known by then does not hinder. */
const lookupMs = 400;

export interface SendDeps {
  readonly store: Pick<Store, 'mailboxes' | 'media' | 'messages'>;
  readonly archiving?: PartReader['archiving'];
  readonly deposits: Pick<Deposits, 'takeAll'>;
  readonly profiles: Profiles;
  readonly plan: NumberPlan;
  readonly clock: Clock;
  readonly log: Log;
}

export type Recipient =
  | { readonly kind: 'ready'; readonly number: E164 }
  /** Its mailbox takes no more, not even what is urgent. */
  | { readonly kind: 'full'; readonly number: E164 }
  /** No mailbox here can be for it, or its mailbox is suspended. */
  | { readonly kind: 'not-served' };

export interface Sending {
  /** Unique for what is sent, e.g. the id of its recording: a repeat with it makes no second message. */
  readonly id: string;
  readonly from: Mailbox;
  /** Numbers of which one mailbox gets one message, however often it is named. */
  readonly to: readonly E164[];
  readonly kind: MessageKind;
  /** At least one. */
  readonly parts: readonly DepositPart[];
  readonly urgent: boolean;
  /** How it came here; `sip` if absent. */
  readonly network?: Origin['network'];
  /** The message that is answered or sent on. */
  readonly related?: MessageId;
  /** Its title, where it is sent on. */
  readonly subject?: string;
}

/** What came of it, by recipient's number. */
export interface Sent {
  /** In the store, or safe on this disk on the way there. */
  readonly sent: readonly E164[];
  /** Their mailboxes have no room for it. */
  readonly full: readonly E164[];
  /** Not served here, or neither store nor disk took it. */
  readonly failed: readonly E164[];
}

export interface Sends {
  /** Whether something can be sent to a number as it was typed. A store that is away hinders nothing. */
  recipient(typed: string): Promise<Recipient>;
  /** All bytes of a message, in order; `undefined` if some are gone. @throws Fault if the store is away. */
  partsOf(message: Message): Promise<DepositPart[] | undefined>;
  /**
   * Resolves when each recipient's copy is safe or has failed. Once one of several has theirs, all get it, whatever becomes of
   * this process.
   */
  send(sending: Sending): Promise<Sent>;
}

export function createSends(deps: SendDeps): Sends {
  return {
    async recipient(typed) {
      const number = deps.plan.parse(typed);
      const classOfService = number === undefined ? undefined : classOf(deps, number);
      if (number === undefined || classOfService === undefined) return { kind: 'not-served' };
      const mailbox = await findMailbox(deps, number);
      // It may still be marked urgent.
      const verdict = judgeComing(deps, mailbox, classOfService, { urgent: true });
      if (verdict === 'suspended') return { kind: 'not-served' };
      return { kind: verdict === 'fits' ? 'ready' : 'full', number };
    },
    partsOf: (message) => partsOf(deps, message),
    send: (sending) => send(deps, sending),
  };
}

async function partsOf(deps: SendDeps, message: Message): Promise<DepositPart[] | undefined> {
  const { parts } = message.envelope;
  const found = await Promise.all(parts.map((_, i) => readPart(deps, message, i)));
  const whole = parts.flatMap(({ name }, i): DepositPart[] => {
    const content = found[i];
    return content === undefined ? [] : [{ ...content, ...(name === undefined ? {} : { name }) }];
  });
  return whole.length === parts.length && whole.length > 0 ? whole : undefined;
}

async function send(deps: SendDeps, sending: Sending): Promise<Sent> {
  const result = { sent: [] as E164[], full: [] as E164[], failed: [] as E164[] };
  const at = deps.clock.now();
  const to = [...new Set(sending.to)];
  const coming = { urgent: sending.urgent, size: sizeOfParts(sending.parts) };
  const mailboxes = await lookUp(deps, to);
  /** Mailboxes that get one; by number where no mailbox is known. */
  const served = new Set<string>();
  const deposits: Deposit[] = [];
  for (const number of to) {
    const classOfService = classOf(deps, number);
    const mailbox = mailboxes.get(number);
    const key = mailbox?.id ?? number;
    if (classOfService !== undefined && served.has(key)) continue;
    served.add(key);
    if (classOfService === undefined) result.failed.push(number);
    else if (judgeComing(deps, mailbox, classOfService, coming) !== 'fits') result.full.push(number);
    else deposits.push(copyFor(sending, number, classOfService, mailbox, at));
  }
  const given = await deps.deposits.takeAll(deposits);
  for (const [i, { draft }] of deposits.entries())
    result[given[i]?.kind === 'failed' ? 'failed' : 'sent'].push(draft.to);
  return result;
}

async function lookUp(
  deps: SendDeps,
  numbers: readonly E164[],
): Promise<ReadonlyMap<E164, Mailbox | undefined>> {
  const found = new Map<E164, Mailbox | undefined>();
  const waiting = numbers.values();
  const lane = async (): Promise<void> => {
    for (const number of waiting) found.set(number, await findMailbox(deps, number));
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return found;
}

function copyFor(
  sending: Sending,
  to: E164,
  classOfService: string,
  mailbox: Mailbox | undefined,
  received: Date,
): Deposit {
  const [first, ...more] = sending.parts;
  if (first === undefined) throw new RangeError('Nothing to send');
  const { number, settings } = sending.from;
  return {
    draft: {
      kind: sending.kind,
      origin: { network: sending.network ?? 'sip', id: `${sending.id}~${to}` },
      from: { number, ...(settings.name === undefined ? {} : { name: settings.name }), private: false },
      to,
      received,
      urgent: sending.urgent,
      confidential: false,
      cut: false,
      ...(sending.related === undefined ? {} : { related: sending.related }),
      ...(sending.subject === undefined ? {} : { subject: sending.subject }),
    },
    ...first,
    classOfService,
    ...(mailbox === undefined ? {} : { mailbox }),
    ...(more.length === 0 ? {} : { more }),
  };
}

function classOf({ plan }: SendDeps, number: E164): string | undefined {
  return plan.isAccess(number) ? undefined : plan.classOf(number);
}

async function findMailbox(deps: SendDeps, number: E164): Promise<Mailbox | undefined> {
  try {
    return await inTime(deps.store.mailboxes.find(number), lookupMs);
  } catch (error) {
    deps.log.warn('a recipient was not looked up', { error });
    return undefined;
  }
}
