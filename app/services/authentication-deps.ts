import type { NumberPlan } from '../core/address/number-plan.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { Hasher } from '../ports/hasher.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import type { Texts } from '../ports/texts.ts';
import type { Tries } from './attempt.ts';
import type { Auditor } from './audit.ts';
import type { Notify } from './notify.ts';
import type { Profiles } from './profile.ts';
import type { Asker } from './retrieve.ts';

export interface AuthenticationDeps {
  readonly store: Pick<Store, 'attempts' | 'credentials'> & {
    readonly mailboxes: Pick<Store['mailboxes'], 'activate'>;
  };
  readonly hasher: Hasher;
  readonly auditor: Auditor;
  readonly notify: Pick<Notify, 'reply'>;
  readonly profiles: Profiles;
  readonly texts: Texts;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly plan: NumberPlan;
  readonly rule: {
    readonly codeMinutes: number;
    /** To one subscriber, and for one caller. */
    readonly codesPerHour: number;
    /** For all callers of a trunk whose numbers cannot be believed. */
    readonly strangersCodesPerHour: number;
  };
}

/** What its parts work with. */
export interface AuthenticationParts extends AuthenticationDeps {
  readonly tries: Tries;
}

/** Who asks to be let in. */
export interface PinAsker extends Asker {
  /** The switch's id of the call, for the audit. */
  readonly call?: string;
}

/** An asker as the audit names them. */
export function auditedAs(asker: PinAsker): { caller: string; call?: string } {
  return { caller: asker.number ?? asker.key, ...(asker.call === undefined ? {} : { call: asker.call }) };
}
