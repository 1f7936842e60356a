/**
 * Subscribers come in over the web: by number and PIN, by number and code, by the link of a notice. Nothing that is answered,
 * nor how long that takes, tells whether a number has a mailbox: one that has none is judged as one whose PIN is unknown.
 */
import type { NumberPlan } from '../core/address/number-plan.ts';
import { webAskerKey } from '../core/access/web-asker.ts';
import type { E164, MailboxId, MessageId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Session } from '../ports/sessions.ts';
import type { Store } from '../ports/store.ts';
import type { Auditor } from './audit.ts';
import type { Authentication } from './authenticate.ts';
import { isNobodys, nobodysMailbox, type PinAsker } from './authentication-deps.ts';
import type { Links } from './links.ts';
import type { Sessions } from './sessions.ts';

export interface SignInDeps {
  readonly store: { readonly mailboxes: Pick<Store['mailboxes'], 'find' | 'get'> };
  readonly authentication: Pick<Authentication, 'login' | 'sendCode' | 'checkCode'>;
  readonly sessions: Sessions;
  readonly links: Pick<Links, 'open'>;
  readonly auditor: Auditor;
  readonly plan: Pick<NumberPlan, 'parse'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Lets work go on that nobody waits for. */
  readonly later: (work: Promise<unknown>) => void;
}

export type SignedIn = { readonly kind: 'in'; readonly token: string; readonly session: Session };

export type SignInResult =
  | SignedIn
  /** Number and PIN or code do not belong together; nothing more is said. */
  | { readonly kind: 'refused' }
  /** Not judged before then. */
  | { readonly kind: 'locked'; readonly until: Date };

export type LinkSignInResult =
  | SignedIn
  /** They are in their own mailbox, where the message is. */
  | { readonly kind: 'own'; readonly message: MessageId }
  | { readonly kind: 'gone' | 'expired' | 'suspended' | 'unknown' };

export interface SignIn {
  /** @param address of the internet, that wrong tries count against */
  byPin(number: string, pin: string, address: string): Promise<SignInResult>;
  byCode(number: string, code: string, address: string): Promise<SignInResult>;
  /** @param own mailbox of whoever is signed in: who may see more than the link shows stays signed in */
  byLink(token: string, address: string, own?: MailboxId): Promise<LinkSignInResult>;
  /** Returns at once, whoever asks for whatever number. */
  sendCode(number: string, address: string): void;
}

export function createSignIn(deps: SignInDeps): SignIn {
  const { authentication, sessions } = deps;
  return {
    async byPin(number, pin, address) {
      const mailbox = await find(deps, number);
      const login = await authentication.login(mailbox, pin, askerAt(address));
      if (login.kind === 'locked') return login;
      if (login.kind !== 'in' && login.kind !== 'change') return { kind: 'refused' };
      const holder = { kind: 'subscriber', mailbox: mailbox.id, via: 'pin' } as const;
      return { kind: 'in', ...(await sessions.begin(holder, { mustChangePin: login.kind === 'change' })) };
    },
    async byCode(number, code, address) {
      const mailbox = await find(deps, number);
      const check = await authentication.checkCode(mailbox, code, askerAt(address));
      if (check.kind === 'locked') return check;
      if (check.kind !== 'right') return { kind: 'refused' };
      const holder = { kind: 'subscriber', mailbox: mailbox.id, via: 'code' } as const;
      return { kind: 'in', ...(await sessions.begin(holder)) };
    },
    byLink: (token, address, own) => byLink(deps, token, address, own),
    sendCode: (number, address) => deps.later(sendCode(deps, number, address)),
  };
}

async function sendCode(deps: SignInDeps, number: string, address: string): Promise<void> {
  const mailbox = await find(deps, number);
  if (!isNobodys(mailbox)) await deps.authentication.sendCode(mailbox, askerAt(address));
}

async function byLink(
  deps: SignInDeps,
  token: string,
  address: string,
  own: MailboxId | undefined,
): Promise<LinkSignInResult> {
  const opened = await deps.links.open(token);
  if (opened.kind !== 'open') return opened;
  const { message, mailbox, until } = opened;
  if (own === mailbox.id) return { kind: 'own', message: message.id };
  const holder = { kind: 'link', message: message.id, mailbox: mailbox.id } as const;
  const caller = webAskerKey(address);
  deps.auditor.note({ event: 'link', outcome: 'in', mailbox: mailbox.id, caller, subject: message.id });
  return { kind: 'in', ...(await deps.sessions.begin(holder, { until })) };
}

function askerAt(address: string): PinAsker {
  return { key: webAskerKey(address), trusted: false, blind: true };
}

/** The mailbox of a number; where there is none, or a suspended one, one that is nobody's and has no PIN. */
async function find({ store, plan }: SignInDeps, typed: string): Promise<Mailbox> {
  const number = plan.parse(typed) ?? (`+${typed.replaceAll(/\D/g, '').slice(0, 20)}` as E164);
  const found = await store.mailboxes.find(number);
  return found === undefined || found.status === 'suspended' ? nobodysMailbox(number) : found;
}
