/** Takes in what somebody leaves in a mailbox over the web: a program of the operator, or the subscriber. */
import type { NumberPlan } from '../core/address/number-plan.ts';
import type { E164, MessageId } from '../core/ids.ts';
import { kindOfMail } from '../core/mail/kind.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Message, Sender } from '../core/message/message.ts';
import type { MessageKind } from '../core/profile/class-of-service.ts';
import type { Clock } from '../ports/clock.ts';
import type { Digest } from '../ports/digest.ts';
import type { DepositPart } from '../ports/spool.ts';
import type { Store } from '../ports/store.ts';
import type { Deposits } from './deposit.ts';
import { depositAllowed, type DepositAllowance } from './deposit-limits.ts';
import { judgeComing, sizeOfParts } from './mailbox-room.ts';
import type { PartMeasure } from './measure-parts.ts';
import type { Profiles } from './profile.ts';

export interface WebDeposit {
  /** The same when it comes again. */
  readonly id: string;
  readonly mailbox: Mailbox;
  readonly kind?: MessageKind | undefined;
  readonly from: Sender;
  /** `from` is who asks, rather than whom they name. */
  readonly own?: boolean;
  readonly subject?: string | undefined;
  /** Goes before the parts. */
  readonly text?: string | undefined;
  readonly parts: readonly DepositPart[];
  readonly urgent: boolean;
  readonly related?: MessageId;
}

export type WebDepositResult =
  | { readonly kind: 'stored'; readonly message: Message }
  /** An earlier request with this id made it. */
  | { readonly kind: 'duplicate'; readonly message: Message }
  | { readonly kind: 'spooled' }
  | { readonly kind: 'too-many'; readonly retrySeconds: number }
  | { readonly kind: 'full' | 'too-large' | 'suspended' | 'empty' | 'other-content' };

export interface WebDeposits {
  /** @throws Fault if neither store nor disk took it, or `invalid` for sound that is none */
  take(deposit: WebDeposit): Promise<WebDepositResult>;
}

export interface WebDepositDeps {
  readonly deposits: Pick<Deposits, 'take'>;
  readonly allowance: DepositAllowance;
  readonly store: { readonly messages: Pick<Store['messages'], 'byOrigin'> };
  readonly profiles: Profiles;
  readonly plan: Pick<NumberPlan, 'classOf'>;
  readonly measure: PartMeasure;
  readonly digest: Digest;
  readonly clock: Clock;
}

export function createWebDeposits(deps: WebDepositDeps): WebDeposits {
  return { take: (deposit) => take(deps, deposit) };
}

async function take(deps: WebDepositDeps, deposit: WebDeposit): Promise<WebDepositResult> {
  const { id, mailbox, from, subject, urgent, related } = deposit;
  const given = partsOf(deposit);
  if (given.length === 0) return { kind: 'empty' };
  const earlier = await deps.store.messages.byOrigin('web', id);
  if (earlier !== undefined) return again(deps, earlier, given);
  const [first, ...more] = (await deps.measure(given)) as [DepositPart, ...DepositPart[]];
  const classOfService = mailbox.classOfService;
  const verdict = judgeComing(deps, mailbox, classOfService, {
    urgent,
    size: sizeOfParts([first, ...more]),
  });
  if (verdict !== 'fits') return { kind: verdict };
  const kind = kindOf(deposit);
  const to = mailbox.number satisfies E164;
  const trusted = deposit.own === true;
  const leave = await deps.allowance.take({ kind, from, to, mailbox, classOfService, trusted });
  if (leave.kind === 'too-many') return leave;
  const result = await depositAllowed(leave, () =>
    deps.deposits.take({
      draft: {
        kind,
        origin: { network: 'web', id },
        from,
        to,
        received: deps.clock.now(),
        urgent,
        confidential: false,
        cut: false,
        ...(subject === undefined ? {} : { subject }),
        ...(related === undefined ? {} : { related }),
      },
      ...first,
      ...(more.length === 0 ? {} : { more }),
      classOfService,
      mailbox,
    }),
  );
  return result.kind === 'duplicate' ? again(deps, result.message, given) : result;
}

function partsOf({ text, parts }: Pick<WebDeposit, 'text' | 'parts'>): DepositPart[] {
  const words = (text ?? '').trim();
  return words === '' ? [...parts] : [textPart(words), ...parts];
}

export function textPart(words: string): DepositPart {
  return { contentType: 'text/plain; charset=utf-8', bytes: new TextEncoder().encode(words) };
}

/** Words alone are a text; with something else it is what that is. */
export function kindOf({ kind, text, parts }: Pick<WebDeposit, 'kind' | 'text' | 'parts'>): MessageKind {
  if (kind !== undefined) return kind;
  if (parts.length === 0) return 'text';
  const types = parts.map(({ contentType }) => contentType);
  const words = (text ?? '').trim() !== '';
  const alone = kindOfMail({ parts: types, words: false });
  return words && alone !== 'voice' && alone !== 'video' ? kindOfMail({ parts: types, words }) : alone;
}

/** The same name for something else is a mistake that must not go unseen. */
async function again(
  { digest }: WebDepositDeps,
  message: Message,
  given: readonly DepositPart[],
): Promise<WebDepositResult> {
  const sums = await Promise.all(given.map(({ bytes }) => digest(bytes)));
  const { parts } = message.envelope;
  const same = sums.length === parts.length && sums.every((sum, i) => sum === parts[i]?.sha256);
  return same ? { kind: 'duplicate', message } : { kind: 'other-content' };
}
