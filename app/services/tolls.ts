/** Says whether a subscriber may be connected to a number at the operator's cost, and counts what they use of a day. */
import { numberFacts } from '../core/address/number-facts.ts';
import type { NumberPlan } from '../core/address/number-plan.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { judgeCall } from '../core/toll/judge-toll.ts';
import { localTime } from '../core/time/local-time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import type { Account } from './account.ts';
import type { Profiles } from './profile.ts';

/** A day's count may be forgotten after so long, in milliseconds: days are at most 25 hours, zones 26 apart. */
const keptMs = 3 * 86_400_000;

export interface TollDeps {
  readonly store: Pick<Store, 'usage'>;
  readonly profiles: Profiles;
  readonly plan: NumberPlan;
  readonly account: Pick<Account, 'event'>;
  readonly clock: Clock;
  /** Prefixes that all may call where no rule of their table says anything. */
  readonly callable: readonly string[];
}

export type TollAnswer = 'allowed' | 'denied' | 'daily-limit' | 'not-a-number';

export interface Tolls {
  /** Whether a call would be let through now. Nothing is counted or written down. */
  may(mailbox: Mailbox, number: string): Promise<TollAnswer>;
  /**
   * The same right before dialling: counts the call, of any number at once no more than the day's limit, and writes down
   * one that is refused. Calls to the subscriber's own numbers and to the operator of the class are not counted.
   */
  use(mailbox: Mailbox, number: string): Promise<TollAnswer>;
  /** A call that `use` allowed was not made, for reasons of ours: the day has one more again. */
  giveBack(mailbox: Mailbox, number: string): Promise<void>;
  /** Writes down a call that was refused without dialling. */
  refused(mailbox: Mailbox, number: string, answer: Exclude<TollAnswer, 'allowed'>): void;
}

export function createTolls(deps: TollDeps): Tolls {
  const refused: Tolls['refused'] = (mailbox, number, answer) => record(deps, mailbox, number, answer);
  return {
    refused,
    async giveBack(mailbox, number) {
      const { answer, free } = judge(deps, mailbox, number);
      if (answer === 'allowed' && !free) await deps.store.usage.giveBack(dayKey(deps, mailbox));
    },
    async may(mailbox, number) {
      const { answer, free } = judge(deps, mailbox, number);
      if (answer !== 'allowed' || free) return answer;
      const { dailyCalls } = deps.profiles.of(mailbox).toll;
      return (await deps.store.usage.used(dayKey(deps, mailbox))) < dailyCalls ? 'allowed' : 'daily-limit';
    },
    async use(mailbox, number) {
      const judged = judge(deps, mailbox, number);
      let answer: TollAnswer = judged.answer;
      if (answer === 'allowed' && !judged.free) {
        const expires = new Date(deps.clock.now().getTime() + keptMs);
        const { dailyCalls } = deps.profiles.of(mailbox).toll;
        if (!(await deps.store.usage.take(dayKey(deps, mailbox), dailyCalls, expires)))
          answer = 'daily-limit';
      }
      if (answer !== 'allowed') refused(mailbox, number, answer);
      return answer;
    },
  };
}

/** Calling subscribers themselves is no call out of theirs; an alias where a call costs more than others is. */
function isOwn({ number: own, aliases }: Mailbox, number: string): boolean {
  return own === number || aliases.some((alias) => alias === number);
}

function judge(
  { profiles, plan, callable }: TollDeps,
  mailbox: Mailbox,
  number: string,
): { readonly answer: Exclude<TollAnswer, 'daily-limit'>; readonly free: boolean } {
  const parsed = plan.parse(number);
  if (parsed === undefined) return { answer: 'not-a-number', free: false };
  const facts = numberFacts(parsed, plan);
  if (isOwn(mailbox, parsed) && !facts.never && !facts.is.includes('premium'))
    return { answer: 'allowed', free: true };
  const { toll, operator } = profiles.of(mailbox);
  const verdict = judgeCall(toll, callable, parsed, facts);
  // Any caller may press the operator key: that must not use up the subscriber's day.
  return { answer: verdict.kind, free: parsed === operator };
}

function dayKey({ clock, profiles }: TollDeps, mailbox: Mailbox): string {
  const { day } = localTime(clock.now(), profiles.of(mailbox).timeZone);
  return `calls:${mailbox.id}:${day}`;
}

/** Q.850 21, call rejected. */
const callRejected = 21;

function record(
  { account, clock }: TollDeps,
  mailbox: Mailbox,
  number: string,
  answer: Exclude<TollAnswer, 'allowed'>,
): void {
  const at = clock.now();
  account.event({
    event: 'call',
    direction: 'outbound',
    src: mailbox.number,
    dst: number,
    clid: mailbox.number,
    channel: '',
    dcontext: 'toll',
    lastapp: answer === 'daily-limit' ? 'toll-limit' : 'toll-denied',
    start: at,
    end: at,
    duration: 0,
    billsec: 0,
    disposition: 'FAILED',
    hangup_cause: callRejected,
    uniqueid: '',
    linkedid: '',
    accountcode: mailbox.id,
  });
}
