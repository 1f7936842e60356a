import type { Cdr } from './cdr.ts';

/** The times of a call detail record and what follows from them. */
export type CdrTimes = Pick<
  Cdr,
  'start' | 'answer' | 'end' | 'duration' | 'billsec' | 'disposition' | 'hangup_cause'
>;

/**
 * Whole seconds are rounded down, as Asterisk does; a clock that was set back in mid-call gives 0, never less.
 * @param cause Q.850 cause of the end, where it is known
 */
export function cdrTimes(start: Date, answer: Date | undefined, end: Date, cause?: number): CdrTimes {
  const last = end < start ? start : end;
  return {
    start,
    ...(answer === undefined ? {} : { answer }),
    end: last,
    duration: seconds(start, last),
    billsec: answer === undefined ? 0 : seconds(answer, last),
    disposition: answer === undefined ? unanswered(cause) : 'ANSWERED',
    ...(cause === undefined ? {} : { hangup_cause: cause }),
  };
}

/** Normal clearing, no user responding, no answer and no cause are `NO ANSWER`; 17 is busy; the rest failed. */
function unanswered(cause: number | undefined): Cdr['disposition'] {
  if (cause === 17) return 'BUSY';
  return cause === undefined || [0, 16, 18, 19, 127].includes(cause) ? 'NO ANSWER' : 'FAILED';
}

function seconds(from: Date, to: Date): number {
  return Math.max(0, Math.floor((to.getTime() - from.getTime()) / 1000));
}
