/** What every dialogue works with, and how it reports. */
import type { E164 } from '../core/ids.ts';
import type { Identified, NamedTrunk } from '../core/address/identify.ts';
import type { NumberPlan } from '../core/address/number-plan.ts';
import type { PlayItem } from '../core/prompt/play-item.ts';
import type { PromptName } from '../core/prompt/prompt-name.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Call, HangupCause, MediaServer } from '../ports/media.ts';
import type { MailboxStore } from '../ports/store.ts';
import type { Texts } from '../ports/texts.ts';
import type { SoundTransform } from '../ports/transform.ts';
import type { Account, FaxRow } from '../services/account.ts';
import type { Authentication } from '../services/authenticate.ts';
import type { Conversions } from '../services/conversions.ts';
import type { DepositAllowance } from '../services/deposit-limits.ts';
import type { Deposits } from '../services/deposit.ts';
import type { FaxOut } from '../services/fax-out.ts';
import type { Greetings } from '../services/greetings.ts';
import type { Inbox } from '../services/inbox.ts';
import type { Profiles } from '../services/profile.ts';
import type { Retrieval } from '../services/retrieve.ts';
import type { SelfService } from '../services/self-service.ts';
import type { Sends } from '../services/send.ts';
import type { Tolls } from '../services/tolls.ts';

export interface FlowDeps {
  /** Whether one more call that comes in is too many. */
  readonly isCrowded?: () => boolean;
  /** A subscriber, believed to be who they are, calls in: they are at this node. */
  readonly onArrival?: (number: E164) => void;
  readonly deposits: Deposits;
  readonly allowance: DepositAllowance;
  readonly retrieval: Retrieval;
  readonly authentication: Authentication;
  readonly inbox: Inbox;
  readonly sends: Sends;
  readonly greetings: Greetings;
  readonly selfService: SelfService;
  readonly texts: Pick<Texts, 'languages'>;
  readonly mailboxes: Pick<MailboxStore, 'find'>;
  readonly media: Pick<MediaServer, 'dial'>;
  readonly transform: SoundTransform;
  readonly conversions: Conversions;
  readonly profiles: Profiles;
  readonly account: Account;
  readonly plan: NumberPlan;
  readonly trunks: readonly NamedTrunk[];
  readonly clock: Clock;
  readonly log: Log;
  /** Number shown when we call. */
  readonly access: string;
  /** Tries of a reference in one call. */
  readonly referenceTries: number;
  readonly ringSeconds: number;
  readonly language: string;
  readonly fax: {
    /** What we call ourselves to other machines. */
    readonly station: string;
    readonly maxSeconds: number;
  };
  readonly faxOut: Pick<FaxOut, 'request' | 'canSend'>;
  /** Whether subscribers may be connected to a number at our cost. */
  readonly tolls: Tolls;
}

export type Caller = Identified['caller'];

/** What was done with a call, for its CDR. */
export interface Outcome {
  readonly did:
    | 'deposit'
    | 'abandoned'
    /** Heard a greeting that takes no messages. */
    | 'announced'
    | 'empty'
    | 'full'
    /** More than may be left in a time. */
    | 'too-many'
    | 'listen'
    | 'refused'
    | 'deliver'
    | 'not-taken'
    | 'connect'
    | 'fax'
    | 'lost'
    | 'failed';
  /** Message concerned. */
  readonly message?: string;
  readonly mailbox?: string;
  readonly fax?: FaxRow;
  /** How the call is ended, where not as usual. */
  readonly cause?: HangupCause;
}

export function prompt(name: PromptName): PlayItem {
  return { kind: 'prompt', name };
}

/** Says one thing and takes no keys. */
export async function tell(call: Call, language: string, ...names: readonly PromptName[]): Promise<void> {
  await call.play(names.map(prompt), { language });
}

/**
 * Says something that any key cuts short; the key is kept for the next menu. With `drop` one such key that is left over
 * is forgotten before: it would cut this short.
 */
export async function say(
  call: Call,
  { language, drop }: { readonly language: string; readonly drop?: string | undefined },
  ...items: readonly PlayItem[]
): Promise<void> {
  if (drop !== undefined) await call.play([], { language, until: drop });
  await call.play(items, { language, keepKey: true });
}
