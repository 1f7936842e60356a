import { cdrTimes } from './cdr-times.ts';
import type { Cdr } from './cdr.ts';

/**
 * The record of something that was going on when its controller died: a call lasted at least until then; whether a network
 * has taken a text is not known.
 * @param seen when the controller was last alive
 */
export function cutOff(row: Omit<Cdr, 'id'>, seen: Date): Omit<Cdr, 'id'> {
  if (row.event !== 'call') return { ...row, end: seen < row.start ? row.start : seen, incomplete: true };
  return { ...row, ...cdrTimes(row.start, row.answer, seen), incomplete: true };
}
