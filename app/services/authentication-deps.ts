import type { NumberPlan } from '../core/address/number-plan.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { Hasher } from '../ports/hasher.ts';
import type { Log } from '../ports/log.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { E164, MailboxId } from '../core/ids.ts';
import type { SessionStore } from '../ports/sessions.ts';
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
    readonly sessions: Pick<SessionStore, 'removeAll'>;
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
  /** A hash that nothing is right for: what there is none of is judged all the same, and takes as long. */
  readonly decoy: () => Promise<string>;
}

/** Who asks to be let in. */
export interface PinAsker extends Asker {
  /** The switch's id of the call, for the audit. */
  readonly call?: string;
  /**
   * Nothing tells them whether there is a mailbox, a PIN or a code: where there is none, every try is wrong and counts.
   */
  readonly blind?: boolean;
  /** Their session, which stays where all others end. */
  readonly session?: string;
}

const nobody = 'nobody:';

/** The mailbox of a number that has none, for those who are not to notice. */
export function nobodysMailbox(number: E164): Mailbox {
  return {
    id: `${nobody}${number}` as MailboxId,
    number,
    aliases: [],
    origin: 'dynamic',
    status: 'active',
    classOfService: '',
    created: new Date(0),
    counts: { new: 0, old: 0, urgent: 0 },
    byKind: {},
    settings: {},
    version: 0,
  };
}

export function isNobodys({ id }: Pick<Mailbox, 'id'>): boolean {
  return id.startsWith(nobody);
}

/** A mailbox as the audit names it. */
export function auditedOf(mailbox: Pick<Mailbox, 'id'>): { mailbox?: MailboxId } {
  return isNobodys(mailbox) ? {} : { mailbox: mailbox.id };
}

/** An asker as the audit names them. */
export function auditedAs(asker: PinAsker): { caller: string; call?: string } {
  return { caller: asker.number ?? asker.key, ...(asker.call === undefined ? {} : { call: asker.call }) };
}
