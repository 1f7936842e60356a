/** A code by text to the subscriber of a mailbox without PIN: who types it has the subscriber's phone in hand. */
import type { Lockout } from '../core/lockout/lockout.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { mayBeTexted } from '../core/toll/may-be-texted.ts';
import type { GatewayName } from '../core/profile/class-of-service.ts';
import type { Limit } from './attempt.ts';
import { auditedAs, auditedOf, type AuthenticationParts, type PinAsker } from './authentication-deps.ts';
import { inTime } from './in-time.ts';

export const codeLength = 6;
/** Tries of one code. */
const codeTries = 3;
const hourMs = 3_600_000;
/** How long a caller waits for the network to take the text, in milliseconds; it goes out all the same. */
const sendMs = 3_000;

type Locked = Extract<Lockout, { kind: 'locked' }>;

export type CodeSending =
  | { readonly kind: 'sent' }
  /** Codes enough were sent to the subscriber, or asked for by this caller. */
  | { readonly kind: 'too-many' }
  /** The subscriber wants no texts, has a PIN, or is suspended. */
  | { readonly kind: 'cannot' }
  | Locked;

export type CodeCheck =
  | { readonly kind: 'right' }
  | { readonly kind: 'wrong'; readonly next: Lockout }
  /** There is no code, its time is over, or its tries are used up. */
  | { readonly kind: 'over' }
  | Locked;

export async function sendCode(
  deps: AuthenticationParts,
  mailbox: Mailbox,
  asker: PinAsker,
): Promise<CodeSending> {
  const result = await tryToSend(deps, mailbox, asker);
  deps.auditor.note({
    event: 'code-sent',
    outcome: result.kind,
    mailbox: mailbox.id,
    ...auditedAs(asker),
  });
  return result;
}

async function tryToSend(deps: AuthenticationParts, mailbox: Mailbox, asker: PinAsker): Promise<CodeSending> {
  const { credentials } = deps.store;
  if (mailbox.textsStopped !== undefined || mailbox.status === 'suspended') return { kind: 'cannot' };
  const to = mailbox.settings.addresses?.sms ?? mailbox.number;
  // Anybody may ask for a code: none is paid for dearly. The number was checked when it was set, and rules change.
  if (to !== mailbox.number && !mayBeTexted(to, deps.plan)) return { kind: 'cannot' };
  const hasPin = (await credentials.get(mailbox.id))?.hash !== undefined;
  if (hasPin && !isWordEnough(deps, mailbox, to, asker)) return { kind: 'cannot' };
  const lock = await deps.tries.lockOf(mailbox, asker);
  if (lock.kind === 'locked') return lock;
  const counted = await deps.tries.count(codeLimits(deps, mailbox, asker));
  if (counted.kind === 'locked') return { kind: 'too-many' };
  const code = deps.random.digits(codeLength);
  const hash = await deps.hasher.hash(code);
  const expires = new Date(deps.clock.now().getTime() + deps.rule.codeMinutes * 60_000);
  await credentials.putCode(mailbox.id, { hash, expires, tries: codeTries });
  const { language } = deps.profiles.of(mailbox);
  const body = deps.texts.wording(language).text('one-time-code', { code, minutes: deps.rule.codeMinutes });
  const sending = deps.notify
    .reply({
      to,
      textId: `code:${deps.random.uuid()}`,
      body,
      gateway: gatewayOf(deps, mailbox),
      mailbox,
    })
    .catch((error: unknown) => deps.log.warn('a code was not sent', { error, mailbox: mailbox.id }));
  await inTime(sending, sendMs);
  return { kind: 'sent' };
}

/**
 * Whether a code is as good as the PIN: it goes to one of the subscriber's own numbers, whose calls need no PIN either. On the
 * telephone that phone is asked to call itself.
 */
function isWordEnough(
  { profiles }: AuthenticationParts,
  mailbox: Mailbox,
  to: string,
  { blind }: PinAsker,
): boolean {
  const own: readonly string[] = [mailbox.number, ...mailbox.aliases];
  return blind === true && own.includes(to) && profiles.of(mailbox).pin === 'untrusted';
}

/** Codes to one subscriber, codes that one caller asks for, and those that all do whose number cannot be believed. */
function codeLimits({ rule }: AuthenticationParts, mailbox: Mailbox, asker: PinAsker): Limit[] {
  const limit = (key: string, free: number): Limit => ({
    key,
    rule: { free, waitsMs: [hourMs], windowMs: hourMs },
  });
  const own = [
    limit(`code:${mailbox.id}`, rule.codesPerHour),
    limit(`code-caller:${asker.key}`, rule.codesPerHour),
  ];
  // Who has another number for each call would else send a text to every subscriber, at the operator's cost.
  const trunk = asker.key.slice(0, Math.max(0, asker.key.lastIndexOf(':')));
  return asker.number === undefined
    ? [...own, limit(`code-strangers:${trunk}`, rule.strangersCodesPerHour)]
    : own;
}

/** The way that the subscriber's own texts go: a code is for whoever has the phone in hand, not for who reads the mail. */
function gatewayOf(deps: AuthenticationParts, mailbox: Mailbox): GatewayName {
  const notify = deps.profiles.of(mailbox).notify.filter(({ gateway }) => gateway !== 'email');
  return (notify.find((rule) => rule.to === 'subscriber') ?? notify[0])?.gateway ?? 'sip';
}

export async function checkCode(
  deps: AuthenticationParts,
  mailbox: Mailbox,
  code: string,
  asker: PinAsker,
): Promise<CodeCheck> {
  const result = await judgeCode(deps, mailbox, code, asker);
  deps.auditor.note({ event: 'code', outcome: result.kind, ...auditedOf(mailbox), ...auditedAs(asker) });
  return result;
}

async function judgeCode(
  deps: AuthenticationParts,
  mailbox: Mailbox,
  code: string,
  asker: PinAsker,
): Promise<CodeCheck> {
  const { credentials } = deps.store;
  const begun = await deps.tries.begin(mailbox, asker);
  if (begun.kind === 'locked') return begun;
  const hash = await credentials.takeCodeTry(mailbox.id, deps.clock.now());
  if (hash === undefined && asker.blind === true) {
    await deps.hasher.verify(await deps.decoy(), code);
    return { kind: 'wrong', next: begun.attempt.next };
  }
  if (hash === undefined) {
    deps.tries.takeBack(mailbox, begun.attempt, 'not-judged');
    return { kind: 'over' };
  }
  if ((await deps.hasher.verify(hash, code)) === 'wrong') return { kind: 'wrong', next: begun.attempt.next };
  deps.tries.takeBack(mailbox, begun.attempt, 'proven');
  return (await credentials.useCode(mailbox.id, hash)) ? { kind: 'right' } : { kind: 'over' };
}
