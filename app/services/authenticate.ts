/** Who may into a mailbox: own phones, PINs, one-time codes; what is wrong is counted, and all of it is audited. */
import type { Lockout } from '../core/lockout/lockout.ts';
import type { MailboxId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { isOwnedBy } from '../core/mailbox/owner.ts';
import type { PinProblem } from '../core/pin/pin-problem.ts';
import { beginAttempt, lockOf, pairKeys, strangersKey, takeBack } from './attempt.ts';
import { auditedAs, type AuthenticationDeps, type PinAsker } from './authentication-deps.ts';
import { checkCode, sendCode, type CodeCheck, type CodeSending } from './one-time-code.ts';
import { choosePin, judgePin, randomPin, replacePin } from './pins.ts';

const dayMs = 86_400_000;

type Locked = Extract<Lockout, { kind: 'locked' }>;

export type Admission =
  /** From an own phone, whose word is enough. `offer`: there is no PIN; once a day it is offered to choose one. */
  | { readonly kind: 'in'; readonly offer: boolean }
  /** Ask for the PIN. */
  | { readonly kind: 'pin' }
  /** From an own phone; a PIN is needed and there is none yet: let them choose it. */
  | { readonly kind: 'choose' }
  /** There is no PIN, and nobody is let in but by a code that goes to the subscriber. */
  | { readonly kind: 'code' }
  | Locked;

export type Login =
  | { readonly kind: 'in' }
  /** In, once another PIN is chosen: the present one was not chosen by the subscriber. */
  | { readonly kind: 'change' }
  /** `next`: what holds for the next try. */
  | { readonly kind: 'wrong'; readonly next: Lockout }
  | { readonly kind: 'no-pin' }
  /** Not judged. */
  | Locked;

export interface Authentication {
  /** How this caller comes in; audited if they are in. */
  admit(mailbox: Mailbox, asker: PinAsker): Promise<Admission>;
  /** Judges a PIN. A try while it is locked is not judged and does not count. */
  login(mailbox: Mailbox, pin: string, asker: PinAsker): Promise<Login>;
  hasPin(mailbox: MailboxId): Promise<boolean>;
  /** What is wrong with a PIN that somebody wants; `undefined` if nothing is. */
  judgePin(mailbox: Mailbox, pin: string): Promise<PinProblem | undefined>;
  /** Only for who is in, or has typed a code. */
  setPin(
    mailbox: Mailbox,
    pin: string,
    asker?: PinAsker,
  ): Promise<{ readonly kind: 'set' } | { readonly kind: 'refused'; readonly why: PinProblem }>;
  /** For the operator: a random PIN that must be changed at the first login; all waits at the mailbox end. */
  firstPin(mailbox: Mailbox): Promise<string>;
  /** For the operator: all waits at the mailbox end. */
  unlock(mailbox: Mailbox): Promise<void>;
  /** Sends a code by text to the subscriber of a mailbox that has no PIN. */
  sendCode(mailbox: Mailbox, asker: PinAsker): Promise<CodeSending>;
  /** Judges a code; a right one is used up. */
  checkCode(mailbox: Mailbox, code: string, asker: PinAsker): Promise<CodeCheck>;
}

export function createAuthentication(deps: AuthenticationDeps): Authentication {
  const { credentials } = deps.store;
  return {
    admit: (mailbox, asker) => admit(deps, mailbox, asker),
    login: (mailbox, pin, asker) => login(deps, mailbox, pin, asker),
    hasPin: async (mailbox) => (await credentials.get(mailbox))?.hash !== undefined,
    judgePin: (mailbox, pin) => judgePin(deps, mailbox, pin),
    setPin: (mailbox, pin, asker) => choosePin(deps, mailbox, pin, asker),
    async firstPin(mailbox) {
      const pin = randomPin(deps, mailbox);
      await replacePin(deps, mailbox, pin, { mustChange: true });
      await endWaits(deps, mailbox);
      deps.auditor.note({ event: 'first-pin', outcome: 'set', mailbox: mailbox.id, caller: 'operator' });
      return pin;
    },
    async unlock(mailbox) {
      await endWaits(deps, mailbox);
      deps.auditor.note({ event: 'unlock', outcome: 'done', mailbox: mailbox.id, caller: 'operator' });
    },
    sendCode: (mailbox, asker) => sendCode(deps, mailbox, asker),
    checkCode: (mailbox, code, asker) => checkCode(deps, mailbox, code, asker),
  };
}

async function admit(deps: AuthenticationDeps, mailbox: Mailbox, asker: PinAsker): Promise<Admission> {
  const own = isOwnedBy(mailbox, asker);
  const credential = await deps.store.credentials.get(mailbox.id);
  const hasPin = credential?.hash !== undefined;
  if (own && deps.profiles.of(mailbox).pin === 'untrusted') {
    noteLogin(deps, mailbox, asker, 'own-phone');
    await activate(deps, mailbox);
    return { kind: 'in', offer: !hasPin && (await mayOffer(deps, mailbox)) };
  }
  if (own && !hasPin) return { kind: 'choose' };
  const lock = await lockOf(mailbox, asker, { ...deps, attempts: deps.store.attempts });
  if (lock.kind === 'locked') {
    noteLogin(deps, mailbox, asker, 'locked');
    return lock;
  }
  return { kind: hasPin ? 'pin' : 'code' };
}

/** The subscriber has acted. */
async function activate({ store }: AuthenticationDeps, mailbox: Mailbox): Promise<void> {
  if (mailbox.status === 'provisional') await store.mailboxes.activate(mailbox.id);
}

async function mayOffer({ store, clock }: AuthenticationDeps, mailbox: Mailbox): Promise<boolean> {
  return (await store.attempts.fail(`pin-offer:${mailbox.id}`, clock.now(), dayMs)) <= 1;
}

async function login(
  deps: AuthenticationDeps,
  mailbox: Mailbox,
  pin: string,
  asker: PinAsker,
): Promise<Login> {
  const { credentials, attempts } = deps.store;
  const tries = { ...deps, attempts };
  const [begun, credential] = await Promise.all([
    beginAttempt(mailbox, asker, tries),
    credentials.get(mailbox.id),
  ]);
  if (begun.kind === 'locked') {
    noteLogin(deps, mailbox, asker, 'locked');
    return begun;
  }
  const { attempt } = begun;
  if (credential?.hash === undefined) {
    await takeBack(attempt, 'not-judged', tries);
    noteLogin(deps, mailbox, asker, 'no-pin');
    return { kind: 'no-pin' };
  }
  const verdict = await deps.hasher.verify(credential.hash, pin);
  if (verdict === 'wrong') {
    noteLogin(deps, mailbox, asker, 'wrong');
    return { kind: 'wrong', next: attempt.next };
  }
  await Promise.all([takeBack(attempt, 'proven', tries), activate(deps, mailbox)]);
  noteLogin(deps, mailbox, asker, credential.mustChange ? 'must-change' : 'in');
  if (verdict === 'outdated') await renewHash(deps, mailbox, credential.hash, pin);
  return { kind: credential.mustChange ? 'change' : 'in' };
}

/** Whoever typed the right PIN is in, whether or not this works. */
async function renewHash(
  deps: AuthenticationDeps,
  mailbox: Mailbox,
  from: string,
  pin: string,
): Promise<void> {
  try {
    await deps.store.credentials.rehash(mailbox.id, from, await deps.hasher.hash(pin));
  } catch (error) {
    deps.log.warn('a hash of a PIN stays as it was made', { error, mailbox: mailbox.id });
  }
}

async function endWaits({ store }: AuthenticationDeps, mailbox: Mailbox): Promise<void> {
  await Promise.all([
    store.attempts.clearAll(pairKeys(mailbox)),
    store.attempts.clear(strangersKey(mailbox)),
  ]);
}

function noteLogin(deps: AuthenticationDeps, mailbox: Mailbox, asker: PinAsker, outcome: string): void {
  deps.auditor.note({ event: 'login', outcome, mailbox: mailbox.id, ...auditedAs(asker) });
}
