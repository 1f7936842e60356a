/** Who may into a mailbox: own phones, PINs, one-time codes; what is wrong is counted, and all of it is audited. */
import type { Lockout } from '../core/lockout/lockout.ts';
import type { MailboxId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { isOwnedBy } from '../core/mailbox/owner.ts';
import type { PinProblem } from '../core/pin/pin-problem.ts';
import type { Credential } from '../ports/credentials.ts';
import { createTries } from './attempt.ts';
import {
  auditedAs,
  auditedOf,
  type AuthenticationDeps,
  type AuthenticationParts,
  type PinAsker,
} from './authentication-deps.ts';
import { checkCode, sendCode, type CodeCheck, type CodeSending } from './one-time-code.ts';
import { once } from './once.ts';
import { createPinDesk, type PinDesk } from './pin-desk.ts';
import { choosePin, judgePin } from './pins.ts';

const dayMs = 86_400_000;
/** Nobody types so many. */
const decoyDigits = 40;

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
  /** Nobody gets in. */
  | { readonly kind: 'suspended' }
  | Locked;

export type Login =
  | { readonly kind: 'in' }
  /** In, once another PIN is chosen: the present one was not chosen by the subscriber. */
  | { readonly kind: 'change' }
  /** `next`: what holds for the next try. */
  | { readonly kind: 'wrong'; readonly next: Lockout }
  | { readonly kind: 'no-pin' }
  /** These two are not judged. */
  | { readonly kind: 'suspended' }
  | Locked;

export interface Authentication extends PinDesk {
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
  /** Sends a code by text to the subscriber of a mailbox that has no PIN. */
  sendCode(mailbox: Mailbox, asker: PinAsker): Promise<CodeSending>;
  /** Judges a code; a right one is used up. */
  checkCode(mailbox: Mailbox, code: string, asker: PinAsker): Promise<CodeCheck>;
}

export function createAuthentication(given: AuthenticationDeps): Authentication {
  const decoy = once(() => given.hasher.hash(given.random.digits(decoyDigits)));
  const deps: AuthenticationParts = { ...given, tries: createTries(given), decoy };
  const { credentials } = deps.store;
  return {
    ...createPinDesk(deps),
    admit: (mailbox, asker) => admit(deps, mailbox, asker),
    login: (mailbox, pin, asker) => login(deps, mailbox, pin, asker),
    hasPin: async (mailbox) => (await credentials.get(mailbox))?.hash !== undefined,
    judgePin: (mailbox, pin) => judgePin(deps, mailbox, pin),
    setPin: (mailbox, pin, asker) => choosePin(deps, mailbox, pin, asker),
    sendCode: (mailbox, asker) => sendCode(deps, mailbox, asker),
    checkCode: (mailbox, code, asker) => checkCode(deps, mailbox, code, asker),
  };
}

async function admit(deps: AuthenticationParts, mailbox: Mailbox, asker: PinAsker): Promise<Admission> {
  if (mailbox.status === 'suspended') {
    noteLogin(deps, mailbox, asker, 'suspended');
    return { kind: 'suspended' };
  }
  const own = isOwnedBy(mailbox, asker);
  const credential = await deps.store.credentials.get(mailbox.id);
  const hasPin = credential?.hash !== undefined;
  if (own && deps.profiles.of(mailbox).pin === 'untrusted') {
    noteLogin(deps, mailbox, asker, 'own-phone');
    await activate(deps, mailbox);
    return { kind: 'in', offer: !hasPin && (await mayOffer(deps, mailbox)) };
  }
  if (own && !hasPin) return { kind: 'choose' };
  const lock = await deps.tries.lockOf(mailbox, asker);
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
  deps: AuthenticationParts,
  mailbox: Mailbox,
  pin: string,
  asker: PinAsker,
): Promise<Login> {
  if (mailbox.status === 'suspended') {
    noteLogin(deps, mailbox, asker, 'suspended');
    return { kind: 'suspended' };
  }
  const finding = deps.store.credentials.get(mailbox.id);
  let judging: Promise<Judged | undefined> | undefined;
  const onOpen = (): void => {
    // While the try is being counted: what comes of it is said only once it is.
    judging = judge(deps, finding, pin, asker.blind === true);
    judging.catch(() => undefined);
  };
  const [begun] = await Promise.all([deps.tries.begin(mailbox, asker, onOpen), finding]);
  if (begun.kind === 'locked') {
    noteLogin(deps, mailbox, asker, 'locked');
    return begun;
  }
  const { attempt } = begun;
  const judged = await judging;
  if (judged === undefined) {
    deps.tries.takeBack(mailbox, attempt, 'not-judged');
    noteLogin(deps, mailbox, asker, 'no-pin');
    return { kind: 'no-pin' };
  }
  if (judged.verdict === 'wrong') {
    noteLogin(deps, mailbox, asker, 'wrong');
    return { kind: 'wrong', next: attempt.next };
  }
  deps.tries.takeBack(mailbox, attempt, 'proven');
  await activate(deps, mailbox);
  noteLogin(deps, mailbox, asker, judged.mustChange ? 'must-change' : 'in');
  if (judged.verdict === 'outdated') await renewHash(deps, mailbox, judged.hash, pin);
  return { kind: judged.mustChange ? 'change' : 'in' };
}

interface Judged {
  readonly verdict: 'right' | 'outdated' | 'wrong';
  readonly hash: string;
  readonly mustChange: boolean;
}

/** `undefined`: there is no PIN. */
async function judge(
  deps: AuthenticationParts,
  finding: Promise<Credential | undefined>,
  pin: string,
  blind: boolean,
): Promise<Judged | undefined> {
  const { hash, mustChange = false } = (await finding) ?? {};
  if (hash === undefined && blind) {
    const decoy = await deps.decoy();
    await deps.hasher.verify(decoy, pin);
    return { verdict: 'wrong', hash: decoy, mustChange: false };
  }
  if (hash === undefined) return undefined;
  return { verdict: await deps.hasher.verify(hash, pin), hash, mustChange };
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

function noteLogin(deps: AuthenticationDeps, mailbox: Mailbox, asker: PinAsker, outcome: string): void {
  deps.auditor.note({ event: 'login', outcome, ...auditedOf(mailbox), ...auditedAs(asker) });
}
