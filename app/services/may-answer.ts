import type { RateCounter } from '../core/rate/rates.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { stopKey } from './text-out.ts';

/** Answers of one kind to one number or address within an hour: what a person who errs a few times needs. */
const mostTroubles = 5;
/** The same of answers to what was done: a person may put away many messages at once. Fewer than are counted (100). */
const mostDone = 60;
const windowMs = 3_600_000;
/** All kinds together: a far side that answers each kind with what asks for another comes to an end too. */
const ofAllKinds = { hour: 120, day: 240 };
const ofTroubles = { day: 40 };

const done: ReadonlySet<string> = new Set(['saved', 'deleted', 'transcript', 'found', 'find-none']);

/**
 * Whether an answer that nobody writes may go out; counts it. The far side may be a machine that answers every text or mail
 * and does not say so: once it is not answered any more, the talk ends (RFC 3834, section 2).
 * @param answer its kind
 */
export async function mayAnswer(
  { store, clock }: { readonly store: Pick<Store, 'attempts' | 'usage'>; readonly clock: Clock },
  to: string,
  answer: string,
): Promise<boolean> {
  const now = clock.now();
  const key = stopKey(to);
  const count = await store.attempts.fail(`told:${answer}:${key}`, now, windowMs);
  if (count > (done.has(answer) ? mostDone : mostTroubles)) return false;
  const counters: RateCounter[] = [
    ...(done.has(answer) ? [] : [{ key: `told:troubles:${key}`, most: ofTroubles }]),
    { key: `told:all:${key}`, most: ofAllKinds },
  ];
  return (await store.usage.takeRates(counters, now)).kind === 'taken';
}
