/** Steps of messages that are put off, and the alarm for them. */
import type { Message, PendingKind } from '../core/message/message.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import { leaseMs } from './text-out.ts';

/** How soon a step whose store or switch was away is tried again, in milliseconds. */
const stepRetryMs = 5_000;
/** An alarm is set for steps that are due within this time, in milliseconds; later ones are found by looking. */
const soonMs = 60_000;
/** Why a step was put off, as its `lastError`. */
export const heldReason = 'quiet hours';

export interface StepDeps {
  readonly store: { readonly messages: Pick<Store['messages'], 'delayPending'> };
  readonly clock: Clock;
  readonly log: Log;
  /** Called when something became due later. */
  readonly onDue: (at: Date) => void;
}

/** Only for what is due soon: a reminder in weeks is no alarm for as long. */
export function alarm({ clock, onDue }: Pick<StepDeps, 'clock' | 'onDue'>, due: Date): void {
  if (due.getTime() < clock.now().getTime() + soonMs) onDue(due);
}

/** Ever later, up to a minute. */
export function stepRetry({ clock }: Pick<StepDeps, 'clock'>, tries: number): Date {
  return new Date(clock.now().getTime() + stepRetryMs * Math.min(tries + 1, 12));
}

/** Puts them back for later, with the reason; never rejects. */
export async function delay(
  deps: StepDeps,
  message: Message,
  kinds: readonly PendingKind[],
  due: Date,
  error: unknown,
): Promise<void> {
  const text = error instanceof Error ? error.message : String(error);
  try {
    for (const kind of kinds) await deps.store.messages.delayPending(message.id, kind, due, text);
    alarm(deps, due);
  } catch (fault) {
    // The lease ends by itself and another run takes the step.
    deps.log.warn('a pending step waits for its lease to end', { error: fault });
    deps.onDue(new Date(deps.clock.now().getTime() + leaseMs));
  }
}
