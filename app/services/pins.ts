/** Chooses and replaces PINs. */
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { pinProblem, pinsRemembered, shortestPin, type PinProblem } from '../core/pin/pin-problem.ts';
import { auditedAs, type AuthenticationDeps, type PinAsker } from './authentication-deps.ts';

export type PinDeps = Pick<AuthenticationDeps, 'hasher' | 'auditor' | 'clock' | 'random'> & {
  readonly store: Pick<AuthenticationDeps['store'], 'attempts' | 'credentials' | 'sessions'>;
};

export async function judgePin(
  deps: PinDeps,
  mailbox: Mailbox,
  pin: string,
): Promise<PinProblem | undefined> {
  const problem = pinProblem(pin, ownerOf(deps, mailbox));
  if (problem !== undefined) return problem;
  const { history } = (await deps.store.credentials.get(mailbox.id)) ?? { history: [] };
  const same = await Promise.all(history.map((hash) => deps.hasher.verify(hash, pin)));
  return same.some((verdict) => verdict !== 'wrong') ? 'used-before' : undefined;
}

/** The subscriber's own choice. */
export async function choosePin(
  deps: PinDeps,
  mailbox: Mailbox,
  pin: string,
  asker: PinAsker | undefined,
): Promise<{ kind: 'set' } | { kind: 'refused'; why: PinProblem }> {
  const why = await judgePin(deps, mailbox, pin);
  if (why === undefined) await replacePin(deps, mailbox, pin, { mustChange: false, session: asker?.session });
  deps.auditor.note({
    event: 'pin-set',
    outcome: why ?? 'set',
    mailbox: mailbox.id,
    ...(asker === undefined ? { caller: mailbox.number } : auditedAs(asker)),
  });
  return why === undefined ? { kind: 'set' } : { kind: 'refused', why };
}

/**
 * Whoever came in with the PIN before is out, but for the session that stays. Sessions end before and after: one that began with
 * the earlier PIN in between is none that stays.
 */
export async function replacePin(
  deps: PinDeps,
  mailbox: Mailbox,
  pin: string,
  { mustChange, session }: { readonly mustChange: boolean; readonly session?: string | undefined },
): Promise<void> {
  const { credentials, sessions } = deps.store;
  const hash = await deps.hasher.hash(pin);
  await sessions.removeAll({ mailbox: mailbox.id }, session);
  await credentials.setPin({
    mailbox: mailbox.id,
    hash,
    set: deps.clock.now(),
    mustChange,
    keep: pinsRemembered,
  });
  await sessions.removeAll({ mailbox: mailbox.id }, session);
}

/** As good as one that a subscriber may choose. */
export function randomPin(deps: PinDeps, mailbox: Mailbox): string {
  for (;;) {
    const pin = deps.random.digits(shortestPin);
    if (pinProblem(pin, ownerOf(deps, mailbox)) === undefined) return pin;
  }
}

function ownerOf({ clock }: PinDeps, mailbox: Mailbox) {
  return { numbers: [mailbox.number, ...mailbox.aliases], year: clock.now().getUTCFullYear() };
}
