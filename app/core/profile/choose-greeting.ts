import type { RedirectReason } from '../address/redirect-reason.ts';
import type { GreetingKind, Greetings, RecordedGreeting } from './settings.ts';

export interface GreetingChoice {
  readonly kind: GreetingKind;
  readonly greeting: RecordedGreeting;
}

/**
 * What a caller may hear, the best first: the temporary one until its time, the busy one for calls that were redirected
 * because the subscriber was busy, the one for no answer, the spoken name. Empty = only the system's own.
 */
export function chooseGreeting(
  greetings: Greetings,
  reason: RedirectReason | undefined,
  now: Date,
): GreetingChoice[] {
  const { temporary, busy, unavailable, name } = greetings;
  const inTime = temporary?.until === undefined || temporary.until > now;
  const choices: [GreetingKind, RecordedGreeting | undefined][] = [
    ['temporary', inTime ? temporary : undefined],
    ['busy', reason === 'user-busy' ? busy : undefined],
    ['unavailable', unavailable],
    ['name', name],
  ];
  return choices.flatMap(([kind, greeting]) => (greeting === undefined ? [] : [{ kind, greeting }]));
}
