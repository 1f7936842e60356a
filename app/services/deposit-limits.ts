/** Whether somebody may leave one more message: counted over all calls, networks and controllers. */
import { isTemporary } from '../core/errors.ts';
import type { E164 } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { depositCounters, usualDepositLimits, type DepositScope } from '../core/mailbox/deposit-limits.ts';
import type { Sender } from '../core/message/message.ts';
import type { MessageKind } from '../core/profile/class-of-service.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import type { Profiles } from './profile.ts';

/** Who leaves what, and where. */
export interface Leaving {
  readonly kind: MessageKind;
  readonly from: Sender;
  /** The number that the message is for. */
  readonly to: E164;
  readonly mailbox: Mailbox | undefined;
  /** Of a mailbox that is not there yet. */
  readonly classOfService: string;
  /** The network's word for the sender can be believed: subscribers who leave something for themselves are free. */
  readonly trusted?: boolean;
}

export type Leave =
  | {
      readonly kind: 'may';
      /** No message came of it; a second time does nothing. Never rejects. */
      readonly giveBack: () => Promise<void>;
    }
  | { readonly kind: 'too-many'; readonly scope: DepositScope; readonly retrySeconds: number };

export interface DepositAllowance {
  /** Counts a message; one command of the store. A store that is away hinders nobody. @throws Fault that is not temporary */
  take(leaving: Leaving): Promise<Leave>;
}

export interface DepositLimitDeps {
  readonly store: Pick<Store, 'usage'>;
  readonly profiles: Profiles;
  readonly clock: Clock;
  readonly log: Log;
  readonly onRefused: (refused: { readonly kind: MessageKind; readonly scope: DepositScope }) => void;
}

const free: Leave = { kind: 'may', giveBack: async () => undefined };

export function createDepositAllowance(deps: DepositLimitDeps): DepositAllowance {
  return {
    async take(leaving) {
      const { mailbox, from, kind } = leaving;
      const { profiles, clock, log, store } = deps;
      if (leaving.trusted === true && isOwn(leaving)) return free;
      const profile =
        mailbox === undefined ? profiles.classOfService(leaving.classOfService) : profiles.of(mailbox);
      const limits = profile.deposits ?? usualDepositLimits;
      const counters = depositCounters(limits, from, mailbox?.number ?? leaving.to);
      if (counters.length === 0) return free;
      const now = clock.now();
      try {
        const taken = await store.usage.takeRates(counters, now);
        if (taken.kind === 'used-up') {
          const scope = counters[taken.counter]?.scope ?? 'mailbox';
          deps.onRefused({ kind, scope });
          log.info('a message is one too many', { kind, scope });
          const seconds = Math.ceil((taken.until.getTime() - now.getTime()) / 1000);
          return { kind: 'too-many', scope, retrySeconds: Math.max(1, seconds) };
        }
      } catch (error) {
        if (!isTemporary(error)) throw error;
        log.warn('how much was left is not known', { error });
        return free;
      }
      let back: Promise<void> | undefined;
      return { kind: 'may', giveBack: () => (back ??= giveBack(deps, counters, now)) };
    },
  };
}

/** Deposits what was allowed. What fails, or was there before, counts as nothing: the far side tries again, and is counted then. */
export async function depositAllowed<Result extends { readonly kind: string }>(
  leave: Extract<Leave, { kind: 'may' }>,
  deposit: () => Promise<Result>,
): Promise<Result> {
  try {
    const result = await deposit();
    if (result.kind === 'duplicate') await leave.giveBack();
    return result;
  } catch (error) {
    await leave.giveBack();
    throw error;
  }
}

async function giveBack(
  { store, log }: DepositLimitDeps,
  counters: readonly { readonly key: string }[],
  taken: Date,
): Promise<void> {
  const keys = counters.map(({ key }) => key);
  await store.usage
    .giveBackRates(keys, taken)
    .catch((error: unknown) => log.debug('a count was not given back', { error }));
}

function isOwn({ from: { number }, mailbox, to }: Leaving): boolean {
  if (number === undefined) return false;
  return (
    number === to || number === mailbox?.number || mailbox?.aliases.some((one) => one === number) === true
  );
}
